#include "zoo/train/parameter_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace zoo {
namespace {

bool is_head(std::string_view name) {
  return name.starts_with("fc.");
}

// "layer2.0" of "layer2.0.conv1.weight"; "" of the stem and the head.
std::string block_of(std::string_view name) {
  if (!name.starts_with("layer")) return {};
  const size_t stage = name.find('.'), block = name.find('.', stage + 1);
  return std::string(name.substr(0, block));
}

}  // namespace

std::vector<ParameterGroup> parameter_groups(const ResNet& model, const Recipe& recipe) {
  const auto parameters = model->named_parameters();
  std::map<std::string, int> layers;  // of the blocks, from 1 on in the order of the net
  for (const auto& parameter : parameters) {
    const std::string block = block_of(parameter.key());
    if (!block.empty() && !layers.contains(block)) layers.emplace(block, static_cast<int>(layers.size()) + 1);
  }
  const int last = static_cast<int>(layers.size()) + 1;
  std::vector<ParameterGroup> groups;
  for (const auto& parameter : parameters) {
    const std::string& name = parameter.key();
    if (!parameter.value().requires_grad() || (recipe.freeze_backbone && !is_head(name))) continue;
    const std::string block = block_of(name);
    const int layer = is_head(name) ? last : block.empty() ? 0 : layers.at(block);
    const bool decays = recipe.decay_norms || (parameter.value().dim() > 1 && !name.ends_with(".bias"));
    const double scale =
        std::pow(recipe.layer_decay, last - layer) * (is_head(name) ? recipe.head_lr_scale : 1);
    const double decay = decays ? recipe.weight_decay : 0;
    auto group = std::ranges::find_if(groups, [&](const ParameterGroup& one) {
      return one.weight_decay == decay && one.lr_scale == scale;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), ParameterGroup{{}, decay, scale});
    group->parameters.push_back(parameter.value());
  }
  return groups;
}

}  // namespace zoo
