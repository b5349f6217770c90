#include "apps/convert/convert_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include <cxxopts.hpp>

#include "apps/cli/options.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

template <class Choice>
struct Named {
  std::string_view text;
  Choice choice;
};

constexpr std::array kFormats{
    Named{"pth", OutputFormat::pth},   Named{"safetensors", OutputFormat::safetensors},
    Named{"hf", OutputFormat::hf},     Named{"timm", OutputFormat::timm},
    Named{"flax", OutputFormat::flax}, Named{"tf", OutputFormat::tf}};
constexpr std::array kDTypes{Named{"fp32", DType::f32}, Named{"fp16", DType::f16},
                             Named{"bf16", DType::bf16}};
constexpr std::string_view kFlaxSuffix = ".msgpack", kTfSuffix = ".h5";
constexpr std::array<std::string_view, 6> kTorchSuffixes{".pth", ".pt", ".th", ".bin", ".ckpt", ".tar"};

[[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorCode::usage, "zoo convert", what, remedy);
}

template <class Choices>
auto choose(const std::string& flag, const std::string& text, const Choices& choices) {
  std::vector<std::string> possible;
  for (const auto& named : choices) {
    if (named.text == text) return named.choice;
    possible.emplace_back(named.text);
  }
  refuse(flag + " is '" + text + "', expected one of: " + join(possible, ", "));
}

Layout choose_layout(const std::string& text) {
  std::vector<Named<Layout>> layouts;
  for (const Layout layout : named_layouts()) layouts.push_back({to_string(layout), layout});
  return choose("--layout", text, layouts);
}

OutputFormat format_of(const std::filesystem::path& out) {
  const std::string suffix = to_lower(out.extension().string());
  if (suffix == ".safetensors") return OutputFormat::safetensors;
  if (suffix == kFlaxSuffix) return OutputFormat::flax;
  if (suffix == kTfSuffix) return OutputFormat::tf;
  if (std::ranges::find(kTorchSuffixes, suffix) != kTorchSuffixes.end()) return OutputFormat::pth;
  refuse("the name '" + out.string() + "' does not say what to write",
         "End it in .pth, .safetensors, .msgpack or .h5, or say --format (hf, timm, flax and tf write a "
         "folder).");
}

// What only holds whole models has names of its own.
std::optional<Layout> layout_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::hf:
      return Layout::huggingface;
    case OutputFormat::timm:
      return Layout::timm;
    case OutputFormat::flax:
      return Layout::huggingface_flax;
    case OutputFormat::tf:
      return Layout::huggingface_tf;
    default:
      return std::nullopt;
  }
}

void imply_layout(ConvertOptions& options) {
  const std::optional<Layout> wanted = layout_of(options.format);
  if (!wanted) return;
  if (options.layout.value_or(*wanted) != *wanted) {
    const auto* const format = std::ranges::find(kFormats, options.format, &Named<OutputFormat>::choice);
    refuse("--format " + std::string(format->text) + " has names of its own, not those of " +
           std::string(to_string(*options.layout)));
  }
  if (!options.only.empty())
    refuse("--only leaves no whole model", "Write a .pth or .safetensors file instead.");
  options.layout = wanted;
  const std::string suffix = to_lower(options.out.extension().string());
  options.folder = !(options.format == OutputFormat::flax && suffix == kFlaxSuffix) &&
                   !(options.format == OutputFormat::tf && suffix == kTfSuffix);
}

}  // namespace

ConvertOptions parse_convert_options(const Arguments& arguments) {
  auto options =
      make_options("zoo convert", "IN OUT [OPTION...]",
                   "Write the tensors of any checkpoint as .pth, .safetensors, Flax's .msgpack or Keras's\n"
                   ".h5, or as a folder like those on the Hugging Face hub. IN is a file, a folder, or\n"
                   "the name of a weight in the cache. Without --layout all tensors are written under\n"
                   "their own names, nested ones as a.b[0]; with it the model alone, under the\n"
                   "publisher's names. A file OUT is replaced, a folder OUT must be new.");
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("layout", "torchvision, timm, openmmlab, huggingface or akamaster", text(), "NAME")(
      "format", "pth, safetensors, or a folder: hf, timm, flax or tf; else OUT's suffix says it", text(),
      "FORMAT")("dtype", "fp32, fp16 or bf16, for all floating tensors", text(), "DTYPE")(
      "only", "tensors whose written name fits this shell pattern", text(), "PATTERN")(
      "rename",
      "first replace what REGEX finds in names by TO ($1: first group); a tensor without a name is left "
      "out; repeatable",
      text(), "REGEX=TO")("ema", "the averaged weights of a training checkpoint");
  const auto flags = parse_options(options, arguments);
  const auto files = operands(options, flags, {.at_least = 2, .at_most = 2, .what = "IN or OUT"});

  ConvertOptions result;
  result.in = files[0];
  result.out = files[1];
  if (flags.count("layout") > 0) result.layout = choose_layout(flags["layout"].as<std::string>());
  if (flags.count("dtype") > 0) result.dtype = choose("--dtype", flags["dtype"].as<std::string>(), kDTypes);
  if (flags.count("only") > 0) result.only = flags["only"].as<std::string>();
  for (const auto& flag : flags.arguments()) {
    if (flag.key() == "rename") result.renamings.push_back(flag.value());
  }
  result.ema = flags.count("ema") > 0;
  result.format = flags.count("format") > 0 ? choose("--format", flags["format"].as<std::string>(), kFormats)
                                            : format_of(result.out);
  imply_layout(result);
  return result;
}

}  // namespace zoo::apps
