#include "zoo/finetune/start.h"

#include <string>

#include "zoo/base/error.h"
#include "zoo/manifest/class_match.h"

namespace zoo {
namespace {

constexpr int64_t kPictureChannels = 3;

// What is asked for; the classes are `weights`' or none.
ResNetOptions model_options(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                            const StartOptions& wanted) {
  ResNetOptions options = weights ? options_of(*weights) : ResNetOptions{.num_classes = 0};
  options.init = wanted.init;
  options.zero_init_last =
      !weights && wanted.zero_init_last.value_or(zero_init_last_default(arch, wanted.init));
  options.global_pool = wanted.global_pool.value_or(options.global_pool);
  options.output_stride = wanted.output_stride.value_or(options.output_stride);
  if (options.output_stride >= arch.reduction()) options.output_stride = 0;
  options.drop_rate = wanted.drop;
  options.drop_path_rate = wanted.drop_path;
  options.frozen_stages = wanted.frozen_stages;
  options.norm_eval = wanted.norm_eval;
  return options;
}

std::string new_head_note(const ResolvedWeights& weights, const ResNetOptions& options, int64_t classes) {
  std::string text =
      "new head: " + std::to_string(classes) + " classes instead of " + std::to_string(weights.num_classes);
  const int64_t before = pooled_channels(weights.arch, weights.global_pool);
  const int64_t now = head_channels(options, weights.arch);
  if (before != now)
    text += ", and the pool " + std::string(to_string(options.global_pool)) + " gives it " +
            std::to_string(now) + " inputs instead of " + std::to_string(before);
  return text;
}

}  // namespace

void require_fit(const StartOptions& options, const ArchSpec& arch) {
  if (options.frozen_stages > arch.num_stages)
    throw Error(ErrorCode::usage, "frozen_stages",
                std::to_string(options.frozen_stages) + " is too many: " + std::string(arch.name) + " has " +
                    std::to_string(arch.num_stages) + " stages");
}

bool zero_init_last_default(const ArchSpec& arch, Init init) {
  return init == Init::openmmlab || arch.stem != Stem::conv3x3;
}

std::optional<std::vector<std::string>> classes_in_head_order(const ResolvedWeights& weights,
                                                              const std::vector<std::string>& classes) {
  const bool has_one_label = weights.problem() == ProblemType::single_label_classification;
  if (weights.labels.empty() || !has_one_label || std::ssize(classes) != weights.num_classes)
    return std::nullopt;
  try {
    const ClassMatch match =
        match_classes(classes, {weights.labels, weights.other_names}, weights.num_classes);
    if (!match.note.empty()) return std::nullopt;  // not by name
    std::vector<std::string> ordered(classes.size());
    for (size_t i = 0; i < classes.size(); ++i) ordered[static_cast<size_t>(match.indices[i])] = classes[i];
    return ordered;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch) throw;
    return std::nullopt;
  }
}

ResNet build_resumed(const ModelConfig& config, const StartOptions& wanted) {
  ResNetOptions options{.num_classes = config.num_classes,
                        .in_channels = config.in_channels,
                        .initialise = false,
                        .global_pool = config.global_pool,
                        .output_stride = config.output_stride};
  options.drop_rate = wanted.drop;
  options.drop_path_rate = wanted.drop_path;
  options.frozen_stages = wanted.frozen_stages;
  options.norm_eval = wanted.norm_eval;
  return ResNet(arch_of(config.card), options);
}

Start build_start(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                  const std::vector<std::string>& classes, const StartOptions& wanted) {
  const auto count = static_cast<int64_t>(classes.size());
  ResNetOptions options = model_options(weights, arch, wanted);
  if (!weights) {
    options.num_classes = count;
    return {.model = ResNet(arch, options), .head_kept = false, .note = {}};
  }
  if (weights->in_channels != kPictureChannels)
    throw Error(ErrorCode::mismatch, weights->name,
                "it wants " + std::to_string(weights->in_channels) + " channels, pictures have 3",
                "Choose weights for colour pictures.");
  const bool fits = pooled_channels(arch, weights->global_pool) == head_channels(options, arch);
  if (fits && classes_in_head_order(*weights, classes) == classes)
    return {.model = build_model(*weights, options, {}),
            .head_kept = true,
            .note = "the classes are those of " + weights->name + ", its head is kept"};
  options.num_classes = 0;
  Start start{.model = build_model(*weights, options, {.head = HeadPolicy::replace}),
              .head_kept = false,
              .note = new_head_note(*weights, options, count)};
  start.model->reset_head(count);
  return start;
}

}  // namespace zoo
