#include "transforms/augment/presets.h"

#include <algorithm>
#include <cmath>

#include "transforms/augment/preset_json.h"
#include "transforms/augment/step_json.h"
#include "transforms/augment/timm_config.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr std::string_view kPolicies[]{"", "ra", "ta_wide", "augmix", "imagenet", "cifar10", "svhn"};
constexpr std::string_view kPaddingModes[]{"constant", "edge", "reflect", "symmetric"};
constexpr std::string_view kErasingModes[]{"const", "rand", "pixel"};

template <typename Enum>
void choose(StepFields& f, std::string_view key, Enum& value, std::span<const std::string_view> names) {
  auto index = static_cast<size_t>(value);
  f.choice(key, index, names);
  value = static_cast<Enum>(index);
}

constexpr int64_t kLargestPx = 16384;

void visit(TorchvisionPreset& p, StepFields& f) {
  f.integer("crop_size", p.crop_size, 1, kLargestPx);
  f.interpolation("interpolation", p.interpolation);
  f.number("hflip_prob", p.hflip_prob, kShare);
  f.text("auto_augment_policy", p.auto_augment_policy);
  f.integer("ra_magnitude", p.ra_magnitude, 0, 30);
  f.integer("augmix_severity", p.augmix_severity, 1, 10);
  f.number("random_erase_prob", p.random_erase_prob, kShare);
}
void visit(TimmPreset& p, StepFields& f) {
  f.size("input_size", p.input_size, nullptr);
  f.interval("scale", p.scale, kShare, kNoCenter);
  f.interval("ratio", p.ratio, kRatio, kNoCenter);
  f.number("hflip", p.hflip, kShare);
  f.number("vflip", p.vflip, kShare);
  f.number("color_jitter", p.color_jitter, kFactor);
  f.optional_number("color_jitter_prob", p.color_jitter_prob, kShare);
  f.number("grayscale_prob", p.grayscale_prob, kShare);
  f.number("gaussian_blur_prob", p.gaussian_blur_prob, kShare);
  f.text("aa", p.aa);
  f.drawn_interpolation("train_interpolation", p.train_interpolation);
  f.number("reprob", p.reprob, kShare);
  choose(f, "remode", p.remode, kErasingModes);
  f.integer("recount", p.recount, 1, 1000);
  f.colour("fill", p.fill);
  f.flag("no_aug", p.no_aug);
}
void visit(OpenMMLabPreset& p, StepFields& f) {
  f.integer("scale", p.scale, 1, kLargestPx);
  f.backend("backend", p.backend);
  f.interpolation("interpolation", p.interpolation);
  f.number("flip_prob", p.flip_prob, kShare);
  f.number("color_jitter", p.color_jitter, kFactor);
  f.number("lighting", p.lighting, kFactor);
}
void visit(CifarPreset& p, StepFields& f) {
  f.integer("size", p.size, 1, kLargestPx);
  f.integer("padding", p.padding, 0, kLargestPx);
  choose(f, "padding_mode", p.padding_mode, kPaddingModes);
  f.number("hflip", p.hflip, kShare);
}

using Fault = std::optional<FieldFault>;

Fault fault_together(const TorchvisionPreset& preset) {
  if (preset.auto_augment_policy == "augmix" && preset.interpolation == Interpolation::bicubic) {
    return FieldFault{
        "interpolation", "is bicubic, expected nearest or bilinear: augmix works on tensors", {}};
  }
  if (std::ranges::find(kPolicies, preset.auto_augment_policy) != std::end(kPolicies)) return {};
  return FieldFault{"auto_augment_policy", "'" + preset.auto_augment_policy + "' is unknown",
                    "Known are ra, ta_wide, augmix, imagenet, cifar10 and svhn."};
}
Fault fault_together(const TimmPreset& preset) {
  if (preset.aa.empty()) return {};
  try {
    parse_timm_config(preset.aa);
  } catch (const Error& error) {
    return FieldFault{"aa", error.what(), {}};
  }
  return {};
}
template <typename Preset>
Fault fault_together(const Preset&) {
  return {};
}

template <typename Preset>
Fault find_preset_fault(Preset preset) {
  const Fault fault = find_fault_in([&](StepFields& fields) { visit(preset, fields); });
  return fault ? fault : fault_together(preset);
}

template <typename Preset>
void require_valid(const Preset& preset) {
  if (const Fault fault = find_preset_fault(preset)) {
    throw Error(ErrorCode::usage, fault->key, fault->what, fault->remedy);
  }
}

template <typename Preset>
Augmentation read(const JsonNode& node, const std::string& name) {
  Preset preset;
  read_fields(node, name, [&](StepFields& fields) { visit(preset, fields); });
  if (const Fault fault = find_preset_fault(preset)) refuse_field(node, *fault);
  return make_augmentation(preset);
}

struct PresetReader {
  std::string_view name;
  Augmentation (*read)(const JsonNode&, const std::string&);
};
constexpr PresetReader kReaders[]{{"torchvision", read<TorchvisionPreset>},
                                  {"timm", read<TimmPreset>},
                                  {"openmmlab", read<OpenMMLabPreset>},
                                  {"cifar", read<CifarPreset>}};

void add_policy(const TorchvisionPreset& preset, std::vector<Step>& steps) {
  const std::string& policy = preset.auto_augment_policy;
  const Interpolation interpolation = preset.interpolation;
  if (policy.empty()) return;
  if (policy == "ra") {
    steps.emplace_back(RandAugment{.magnitude = preset.ra_magnitude, .interpolation = interpolation});
  } else if (policy == "ta_wide") {
    steps.emplace_back(TrivialAugmentWide{.interpolation = interpolation});
  } else if (policy == "augmix") {
    steps.emplace_back(AugMix{.severity = preset.augmix_severity, .interpolation = interpolation});
  } else {
    const AutoAugmentPolicy named = policy == "cifar10" ? AutoAugmentPolicy::cifar10
                                    : policy == "svhn"  ? AutoAugmentPolicy::svhn
                                                        : AutoAugmentPolicy::imagenet;
    steps.emplace_back(AutoAugment{.policy = named, .interpolation = interpolation});
  }
}

ColorJitter even_jitter(double spread) {
  const Interval factors{std::max(1 - spread, 0.0), 1 + spread};
  return {.brightness = factors, .contrast = factors, .saturation = factors};
}

void add_colours(const TimmPreset& preset, std::vector<Step>& steps) {
  if (!preset.aa.empty()) {
    steps.emplace_back(TimmAutoAugment{.config = preset.aa,
                                       .fill = preset.fill,
                                       .interpolation = preset.train_interpolation,
                                       .translate_pct = preset.aa.starts_with("augmix") ? 0.3 : 0.45});
  }
  const bool jitter = preset.aa.empty() || preset.aa.find("3a") != std::string::npos;
  if (jitter && preset.color_jitter > 0) {
    ColorJitter step = even_jitter(preset.color_jitter);
    step.p = preset.color_jitter_prob.value_or(1);
    steps.emplace_back(step);
  }
  if (preset.grayscale_prob > 0) steps.emplace_back(RandomGrayscale{preset.grayscale_prob});
  if (preset.gaussian_blur_prob > 0) steps.emplace_back(GaussianBlur{.p = preset.gaussian_blur_prob});
}

}  // namespace

std::vector<Step> parse_preset(const JsonNode& root) {
  const auto members = root.members();
  std::vector<std::string> known{"steps"};
  for (const PresetReader& reader : kReaders) known.emplace_back(reader.name);
  if (members.size() != 1) {
    root.refuse(std::to_string(members.size()) + " members, expected one of " + join(known, ", "));
  }
  const auto& [name, node] = members.front();
  for (const PresetReader& reader : kReaders) {
    if (reader.name == name) return reader.read(node, name).steps();
  }
  node.refuse("unknown member",
              did_you_mean(nearest_names(name, known)) + "Known here: " + join(known, ", ") + ".");
}

Augmentation make_augmentation(const TorchvisionPreset& preset) {
  require_valid(preset);
  std::vector<Step> steps{
      RandomResizedCrop{.size = {preset.crop_size, preset.crop_size}, .interpolation = preset.interpolation}};
  if (preset.hflip_prob > 0) steps.emplace_back(RandomHorizontalFlip{preset.hflip_prob});
  add_policy(preset, steps);
  if (preset.random_erase_prob > 0) steps.emplace_back(RandomErasing{.p = preset.random_erase_prob});
  return Augmentation(std::move(steps));
}

Augmentation make_augmentation(const TimmPreset& preset) {
  require_valid(preset);
  if (preset.no_aug) {
    const auto interpolation = preset.train_interpolation.value_or(Interpolation::bilinear);
    const bool square = preset.input_size.width == preset.input_size.height;
    return Augmentation({Resize{preset.input_size, square, interpolation}, CenterCrop{preset.input_size}});
  }
  std::vector<Step> steps{RandomResizedCrop{.size = preset.input_size,
                                            .scale = preset.scale,
                                            .ratio = preset.ratio,
                                            .interpolation = preset.train_interpolation}};
  if (preset.hflip > 0) steps.emplace_back(RandomHorizontalFlip{preset.hflip});
  if (preset.vflip > 0) steps.emplace_back(RandomVerticalFlip{preset.vflip});
  add_colours(preset, steps);
  if (preset.reprob > 0) {
    steps.emplace_back(TimmRandomErasing{
        .probability = preset.reprob, .mode = preset.remode, .min_count = 1, .max_count = preset.recount});
  }
  return Augmentation(std::move(steps));
}

Augmentation make_augmentation(const OpenMMLabPreset& preset) {
  require_valid(preset);
  std::vector<Step> steps{RandomResizedCrop{.size = {preset.scale, preset.scale},
                                            .interpolation = preset.interpolation,
                                            .backend = preset.backend}};
  if (preset.flip_prob > 0) steps.emplace_back(RandomHorizontalFlip{preset.flip_prob});
  if (preset.color_jitter > 0) steps.emplace_back(even_jitter(preset.color_jitter));
  if (preset.lighting > 0) steps.emplace_back(Lighting{.alphastd = preset.lighting});
  return Augmentation(std::move(steps));
}

Augmentation make_augmentation(const CifarPreset& preset) {
  require_valid(preset);
  const int64_t by = preset.padding;
  std::vector<Step> steps{RandomCrop{
      .size = {preset.size, preset.size}, .padding = {by, by, by, by}, .mode = preset.padding_mode}};
  if (preset.hflip > 0) steps.emplace_back(RandomHorizontalFlip{preset.hflip});
  return Augmentation(std::move(steps));
}

std::vector<std::string> preset_names() {
  return {"torchvision", "torchvision-ra", "torchvision-ta_wide", "torchvision-augmix", "timm",
          "openmmlab",   "cifar"};
}

Augmentation named_augmentation(const std::string& name, std::optional<int64_t> size_px) {
  const int64_t side = size_px.value_or(224);
  if (name == "timm") return make_augmentation(TimmPreset{.input_size = {side, side}});
  if (name == "openmmlab") return make_augmentation(OpenMMLabPreset{.scale = side});
  if (name == "cifar") return make_augmentation(CifarPreset{.size = size_px.value_or(32)});
  const std::vector<std::string> names = preset_names();
  if (std::ranges::find(names, name) != names.end()) {
    const std::string policy = name == "torchvision" ? "" : name.substr(std::string("torchvision-").size());
    return make_augmentation(TorchvisionPreset{.crop_size = side, .auto_augment_policy = policy});
  }
  try {
    return make_augmentation(TimmPreset{.input_size = {side, side}, .aa = name});
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, {},
                "'" + name + "' is neither a preset nor a policy of timm: " + error.what(),
                did_you_mean(nearest_names(name, names)) + "Presets are " + join(names, ", ") + ".");
  }
}

}  // namespace zoo
