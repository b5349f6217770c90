// zoo finetune as a user types it, on pictures that a test draws.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/run_program.h"
#include "transforms/decode/decode.h"
#include "zoo/base/file.h"

namespace zoo::test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Pictures of one class: a stripe whose place, and so the class, is `kind`.
inline void draw_class(const fs::path& folder, int kind, int count) {
  fs::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    Image image = make_image(36 + i % 5, 32);
    for (int64_t y = 0; y < image.height; ++y)
      for (int64_t x = 0; x < image.width * 3; ++x)
        image.row(y)[x] = static_cast<uint8_t>((x * 7 + y * 13 + i * 29) % 97 + (y / 8 == kind ? 150 : 0));
    write_png(folder / (std::to_string(i) + ".png"), image);
  }
}

inline fs::path draw_data(const fs::path& root,
                          const std::vector<std::string>& classes = {"low", "middle", "top"}) {
  for (size_t i = 0; i < classes.size(); ++i) draw_class(root / classes[i], static_cast<int>(i), 8);
  return root;
}

using Flags = std::vector<std::string>;

inline Flags command(Flags flags) {
  flags.insert(flags.begin(), ZOO_BINARY_DIR "/bin/zoo-finetune");
  return flags;
}
inline ProgramResult finetune(const Flags& flags) {
  return run_program(command(flags));
}

inline Flags small_run(const fs::path& data, const fs::path& out, const Flags& more = {}) {
  Flags flags{"--data", data.string(),  "--out", out.string(),  "--image-size", "16",        "--epochs",
              "2",      "--batch-size", "8",     "--precision", "fp32",         "--threads", "1"};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

inline Json read_json(const fs::path& path) {
  return Json::parse(read_text(path));
}

}  // namespace zoo::test
