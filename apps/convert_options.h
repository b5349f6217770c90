// The flags of zoo convert.
#pragma once

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "zoo/checkpoint/tensor_view.h"
#include "zoo/layouts/layouts.h"

namespace zoo::apps {

enum class OutputFormat { pth, safetensors, hf, timm, flax, tf };

struct Renaming {
  std::string text;  // as it was given
  std::regex from;
  std::string to;  // $1 is what the first group matched
};

struct ConvertOptions {
  std::string in;
  std::filesystem::path out;
  OutputFormat format = OutputFormat::pth;
  bool folder = false;           // OUT is a folder as the hubs keep models
  std::optional<Layout> layout;  // none: names stay
  std::optional<DType> dtype;    // none: dtypes stay
  std::string only;              // a shell pattern; empty = all
  std::vector<Renaming> renamings;
  bool ema = false;
};

// Throws Finished for --help, Error{usage}.
ConvertOptions parse_convert_options(const Arguments& arguments);

}  // namespace zoo::apps
