// zoo show ARCH: an architecture's parts and counts, from its spec.
#include <iostream>

#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/table.h"
#include "apps/zoo/arch_parts.h"
#include "apps/zoo/papers.h"
#include "apps/zoo/show.h"
#include "zoo/base/text.h"
#include "zoo/layouts/layouts.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> weights_of(const Manifest& manifest, std::string_view arch) {
  std::vector<std::string> names;
  for (const WeightRecord& record : manifest.records()) {
    if (record.arch == arch) names.push_back(record.name);
  }
  return names;
}

// The kind of each stage's blocks.
std::vector<std::string_view> block_names(const ArchSpec& spec) {
  std::vector<std::string_view> names;
  names.reserve(kMaxStages);
  for (int stage = 0; stage < spec.num_stages; ++stage) names.push_back(to_string(spec.block_of(stage)));
  return names;
}

ordered_json to_json(const ArchSpec& spec, const std::vector<TensorSpec>& tensors,
                     const std::vector<std::string>& weights) {
  const TensorListOptions options{.num_classes = spec.num_classes};
  const auto stages = [&](const auto& values) {
    return std::vector<int64_t>(values.begin(), values.begin() + spec.num_stages);
  };
  ordered_json list = ordered_json::array();
  for (const TensorSpec& tensor : tensors) {
    list.push_back({{"name", tensor.name}, {"shape", tensor.shape}, {"buffer", tensor.is_buffer()}});
  }
  return {{"name", spec.name},
          {"block", to_string(spec.block)},
          {"stage_blocks", block_names(spec)},
          {"depths", stages(spec.depths)},
          {"channels", stages(spec.channels)},
          {"stem", to_string(spec.stem)},
          {"stem_pool", to_string(spec.stem_pool)},
          {"shortcut", to_string(spec.shortcut)},
          {"shortcut_kernel", spec.shortcut_kernel},
          {"first_stride", spec.first_stride},
          {"stride_place", to_string(spec.stride_place)},
          {"anti_alias", to_string(spec.anti_alias)},
          {"attention", to_string(spec.attention)},
          {"norm", to_string(spec.norm)},
          {"activation", to_string(spec.activation)},
          {"groups", spec.groups},
          {"base_width", spec.base_width},
          {"reduce_first", spec.reduce_first},
          {"scales", spec.scales},
          {"radix", spec.radix},
          {"input_px", spec.input_px},
          {"num_classes", spec.num_classes},
          {"features", spec.feature_channels()},
          {"reduction", spec.reduction()},
          {"params", count_parameters(spec, options)},
          {"macs", count_macs(spec, spec.input_px, spec.input_px, options)},
          {"paper", spec.paper},
          {"weights", weights},
          {"tensors", list}};
}

// One row for the stem, each stage and the head.
void print_parts(const std::vector<TensorSpec>& tensors) {
  struct Part {
    std::string name;
    int64_t tensors = 0, params = 0;
  };
  std::vector<Part> parts;
  for (const TensorSpec& tensor : tensors) {
    const std::string first = tensor.name.substr(0, tensor.name.find('.'));
    const std::string name = first == "fc" ? "fc" : first.starts_with("layer") ? first : "stem";
    if (parts.empty() || parts.back().name != name) parts.push_back({.name = name});
    ++parts.back().tensors;
    if (!tensor.is_buffer()) parts.back().params += tensor.numel();
  }
  Table table({{"PART"}, {"TENSORS", true}, {"PARAMETERS", true}});
  for (const Part& part : parts)
    table.add({part.name, format_count(part.tensors), format_count(part.params)});
  table.print(std::cout);
}

void print_arch(const ArchSpec& spec, const std::vector<TensorSpec>& tensors,
                const std::vector<std::string>& weights) {
  const TensorListOptions options{.num_classes = spec.num_classes};
  const std::string px = std::to_string(spec.input_px);
  std::vector<std::string> blocks, widths;
  for (int stage = 0; stage < spec.num_stages; ++stage) {
    blocks.push_back(std::to_string(spec.depths[static_cast<size_t>(stage)]));
    widths.push_back(std::to_string(spec.stage_channels(stage)));
  }
  print_fact("Architecture", std::string(spec.name));
  print_fact("Blocks", join(blocks, ", ") + " (" + std::string(to_string(spec.block)) + ")");
  print_fact("Channels", join(widths, ", "));
  print_fact("Stem", std::string(to_string(spec.stem)) + ", pool " + std::string(to_string(spec.stem_pool)));
  print_fact("Shortcut", std::string(to_string(spec.shortcut)));
  const std::vector<std::string> also = other_parts(spec);
  if (!also.empty()) print_fact("Also", join(also, ", "));
  print_fact("Input",
             px + " x " + px + ", last map is " + std::to_string(spec.reduction()) + " times smaller");
  print_fact("Parameters", format_count(count_parameters(spec, options)) + " with " +
                               std::to_string(spec.num_classes) + " classes");
  print_fact("MACs", scaled_text(count_macs(spec, spec.input_px, spec.input_px, options)) + ", one picture");
  print_fact("Tensors", format_count(static_cast<int64_t>(tensors.size())));
  print_fact("Cite", reference(spec.paper));
  print_fact("Weights", weights);
  std::cout << '\n';
  print_parts(tensors);
}

}  // namespace

void show_arch(const ArchSpec& spec, const Manifest& manifest, bool json) {
  const auto tensors = list_tensors(spec, {.num_classes = spec.num_classes});
  const auto weights = weights_of(manifest, spec.name);
  if (json) {
    write_json(to_json(spec, tensors, weights));
  } else {
    print_arch(spec, tensors, weights);
  }
}

}  // namespace zoo::apps
