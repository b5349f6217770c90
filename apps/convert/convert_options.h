// The flags of zoo convert.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/zoo/commands.h"
#include "zoo/checkpoint/tensor_view.h"
#include "zoo/layouts/layouts.h"

namespace zoo::apps {

enum class OutputFormat { pth, safetensors, hf, timm, flax, tf };

struct ConvertOptions {
  std::string in;
  std::filesystem::path out;
  OutputFormat format = OutputFormat::pth;
  bool folder = false;                 // OUT is a folder as the hubs keep models
  std::optional<Layout> layout;        // none: names stay
  std::optional<DType> dtype;          // none: dtypes stay
  std::string only;                    // a shell pattern; empty = all
  std::vector<std::string> renamings;  // REGEX=TO
  bool ema = false;
};

// Throws Finished for --help, Error{usage}.
ConvertOptions parse_convert_options(const Arguments& arguments);

}  // namespace zoo::apps
