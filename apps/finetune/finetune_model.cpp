#include "apps/finetune/finetune_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "zoo/base/error.h"
#include "zoo/manifest/class_match.h"

namespace zoo::apps {
namespace {

constexpr std::array<int64_t, 3> kOutputStrides{8, 16, 32};
constexpr int64_t kPictureChannels = 3;

[[noreturn]] void refuse(const std::string& flag, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorCode::usage, "--" + flag, what, remedy);
}

// One of two words.
bool first_of(const std::string& flag, const std::string& text, const std::string& first,
              const std::string& second) {
  if (text != first && text != second)
    refuse(flag, "'" + text + "' is neither '" + first + "' nor '" + second + "'");
  return text == first;
}

// A probability: all of it would leave nothing to learn from.
double read_rate(const std::string& flag, const std::string& text) {
  const double rate = parse_number("--" + flag, text, 0, 1);
  if (rate == 1) refuse(flag, "'" + text + "' leaves nothing to learn from", "Give a number below 1.");
  return rate;
}

GlobalPool read_pool(const std::string& text) try {
  return parse_global_pool(text);
} catch (const Error& error) {
  refuse("gp", error.what());
}

int64_t read_output_stride(const std::string& text) {
  for (const int64_t stride : kOutputStrides) {
    if (text == std::to_string(stride)) return stride;
  }
  refuse("output-stride", "'" + text + "' is not 8, 16 or 32");
}

// What only a backbone that learns can have.
void refuse_beside_frozen_backbone(const cxxopts::ParseResult& flags) {
  if (flags.count("freeze") == 0) return;
  for (const char* name : {"drop", "drop-path", "frozen-stages", "norm-eval"}) {
    if (flags.count(name) > 0)
      refuse(name, "has no effect with --freeze backbone, which computes as in evaluation", "Leave one out.");
  }
}

// What the flags ask for; the classes are `weights`' or none.
ResNetOptions model_options(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                            const ModelFlags& flags) {
  ResNetOptions options = weights ? options_of(*weights) : ResNetOptions{.num_classes = 0};
  options.init = flags.init;
  options.zero_init_last =
      !weights && flags.zero_init_last.value_or(zero_init_last_default(arch, flags.init));
  options.global_pool = flags.global_pool.value_or(options.global_pool);
  options.output_stride = flags.output_stride.value_or(options.output_stride);
  if (options.output_stride >= arch.reduction()) options.output_stride = 0;
  options.drop_rate = flags.drop;
  options.drop_path_rate = flags.drop_path;
  options.frozen_stages = flags.frozen_stages;
  options.norm_eval = flags.norm_eval;
  return options;
}

std::string new_head_note(const ResolvedWeights& weights, const ResNetOptions& options, int64_t classes) {
  std::string text =
      "new head: " + std::to_string(classes) + " classes instead of " + std::to_string(weights.num_classes);
  const int64_t before = pooled_channels(weights.arch, weights.global_pool);
  const int64_t now = head_channels(options, weights.arch);
  if (before != now)
    text += ", and --gp " + std::string(to_string(options.global_pool)) + " gives it " + std::to_string(now) +
            " inputs instead of " + std::to_string(before);
  return text;
}

}  // namespace

void add_model_options(cxxopts::Options& options) {
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  const auto plain = [] { return cxxopts::value<std::string>(); };
  options.add_options("Model")("gp", "global pool: avg, max, avgmax or catavgmax", plain(), "POOL")(
      "output-stride", "8, 16 or 32: later stages dilate instead of reducing further", plain(), "N")(
      "drop", "dropout ahead of the head", text("0"), "RATE")(
      "drop-path", "stochastic depth: of the last block, from 0 for the first on", text("0"), "RATE")(
      "zero-init-last", "from scratch: each block starts as its shortcut; on, but for CIFAR nets off",
      plain(),
      "on|off")("init", "first values of what is new, as timm or openmmlab has them", text("timm"), "WHOSE")(
      "frozen-stages", "0: the stem, K: stages 1 to K too, do not learn; -1: all learn", text("-1"), "K")(
      "norm-eval", "batch norms keep their statistics");
}

ModelFlags read_model_flags(const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* name) { return flags.count(name) > 0; };
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  refuse_beside_frozen_backbone(flags);
  ModelFlags result;
  result.drop = read_rate("drop", text("drop"));
  result.drop_path = read_rate("drop-path", text("drop-path"));
  if (given("gp")) result.global_pool = read_pool(text("gp"));
  if (given("output-stride")) result.output_stride = read_output_stride(text("output-stride"));
  if (given("zero-init-last")) {
    if (given("weights"))
      refuse("zero-init-last", "has no effect with --weights, which hold every norm", "Leave one out.");
    result.zero_init_last = first_of("zero-init-last", text("zero-init-last"), "on", "off");
  }
  result.init = first_of("init", text("init"), "timm", "openmmlab") ? Init::timm : Init::openmmlab;
  result.frozen_stages = parse_integer("--frozen-stages", text("frozen-stages"), -1, kMaxStages);
  result.norm_eval = given("norm-eval");
  return result;
}

void require_fit(const ModelFlags& flags, const ArchSpec& arch) {
  if (flags.frozen_stages > arch.num_stages)
    refuse("frozen-stages", std::to_string(flags.frozen_stages) + " is too many: " + std::string(arch.name) +
                                " has " + std::to_string(arch.num_stages) + " stages");
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

Start build_start(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                  const std::vector<std::string>& classes, const ModelFlags& flags) {
  const auto count = static_cast<int64_t>(classes.size());
  ResNetOptions options = model_options(weights, arch, flags);
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

}  // namespace zoo::apps
