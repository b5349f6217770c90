#include "zoo/models/create.h"

#include <algorithm>
#include <filesystem>

#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/models/weights.h"

namespace zoo {
namespace {

// What of `options` is said stands; the rest is of `base`.
ResNetOptions merged(ResNetOptions base, const CreateOptions& options) {
  base.num_classes = options.num_classes.value_or(base.num_classes);
  base.in_channels = options.in_channels.value_or(base.in_channels);
  base.global_pool = options.global_pool.value_or(base.global_pool);
  base.output_stride = options.output_stride.value_or(base.output_stride);
  base.drop_rate = options.drop_rate;
  base.drop_path_rate = options.drop_path_rate;
  return base;
}

ResNet make_new(const ArchSpec& arch, const ResNetOptions& base, const CreateOptions& options) {
  ResNetOptions fresh = merged(base, options);
  fresh.initialise = true;
  ResNet model(arch, fresh);
  model->to_channels_last();
  return model;
}

[[noreturn]] void refuse_name(const std::string& name, const Manifest& manifest) {
  std::vector<std::string> names = list_models();
  for (const WeightRecord& record : manifest.records()) names.push_back(record.name);
  throw Error(ErrorCode::not_found, name, "is no architecture, weight, file or folder",
              did_you_mean(nearest_names(name, names)) + "list_models() and list_weights() give all names.");
}

}  // namespace

ResNet create_model(const std::string& name, const CreateOptions& options) {
  const Manifest manifest = Manifest::load_default();
  const ArchSpec* arch = find_arch(name);
  if (arch != nullptr && !options.pretrained.value_or(false))
    return make_new(*arch, {.num_classes = arch->num_classes}, options);
  std::error_code none;
  const bool is_path = name.find('/') != std::string::npos || name.find(':') != std::string::npos ||
                       std::filesystem::exists(name, none);
  if (!is_path && manifest.find(name) == nullptr) {
    if (arch == nullptr) refuse_name(name, manifest);
    throw Error(ErrorCode::not_found, name, "has no published weights",
                "Leave 'pretrained' out, or name a checkpoint file.");
  }
  ResolveOptions resolve;
  if (!options.arch.empty()) resolve.arch = options.arch;
  resolve.fetch = options.fetch ? *options.fetch : environment_fetch_options();
  const ResolvedWeights weights = resolve_weights(name, manifest, resolve);
  if (!options.pretrained.value_or(true)) return make_new(weights.arch, options_of(weights), options);
  // A new head comes after the rest was loaded, which so need not be initialised.
  const ResNetOptions wanted = merged(options_of(weights), options);
  if (wanted.num_classes == weights.num_classes) return build_model(weights, wanted, {});
  ResNetOptions headless = wanted;
  headless.num_classes = 0;
  ResNet model = build_model(weights, headless, {.head = HeadPolicy::replace});
  model->reset_head(wanted.num_classes);
  return model;
}

}  // namespace zoo
