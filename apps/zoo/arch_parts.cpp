#include "apps/zoo/arch_parts.h"

namespace zoo::apps {
namespace {

std::string width(const ArchSpec& spec) {
  if (spec.scales > 1) {
    return "cascade of " + std::to_string(spec.scales) + " parts of width " +
           std::to_string(spec.base_width) +
           (spec.groups > 1 ? " in " + std::to_string(spec.groups) + " groups" : "");
  }
  if (spec.groups > 1) return std::to_string(spec.groups) + " groups of " + std::to_string(spec.base_width);
  return spec.base_width != 64 ? "3x3 of width " + std::to_string(spec.base_width) : "";
}

}  // namespace

std::vector<std::string> other_parts(const ArchSpec& spec) {
  std::vector<std::string> parts;
  const auto add = [&](bool has, const std::string& part) {
    if (has) parts.push_back(part);
  };
  const std::string wide = width(spec);
  add(!wide.empty(), wide);
  add(spec.radix > 0, "split attention of " + std::to_string(spec.radix));
  add(spec.attention == Attention::se, "squeeze-and-excitation to 1/" + std::to_string(spec.se_reduction));
  add(spec.attention == Attention::eca, "efficient channel attention");
  add(spec.anti_alias == AntiAlias::blur, "blur pools for strides");
  add(spec.anti_alias == AntiAlias::avg, "mean pools for strides");
  add(spec.stride_place == StridePlace::conv1, "strides on conv1");
  add(spec.norm == Norm::group, "group norm");
  add(spec.activation != Activation::relu, std::string(to_string(spec.activation)));
  add(!spec.stage_blocks.empty(), "stages of both blocks");
  add(!spec.pruned.empty(), "pruned widths");
  return parts;
}

}  // namespace zoo::apps
