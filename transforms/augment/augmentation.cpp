#include "transforms/augment/augmentation.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "transforms/augment/preset_json.h"
#include "transforms/augment/run_step.h"
#include "transforms/augment/step_fields.h"
#include "transforms/augment/step_json.h"
#include "transforms/random/random_ops.h"
#include "zoo/base/error.h"
#include "zoo/base/json_tree.h"

namespace zoo {
namespace {

constexpr size_t kMostSteps = 1000;

RandomStream stream_of(const SampleKey& key, size_t position) {
  const auto op = static_cast<uint32_t>(kOpStep + position) + (key.repeat << 16);
  return {key.seed, key.epoch, key.sample, op};
}

bool is_erasing(const Step& step) {
  return std::holds_alternative<RandomErasing>(step) || std::holds_alternative<TimmRandomErasing>(step);
}

std::string pointer(size_t position) {
  return "/steps/" + std::to_string(position);
}

// The step that may not stand where it stands, if there is one.
std::optional<size_t> misplaced(const std::vector<Step>& steps) {
  for (size_t i = 1; i < steps.size(); ++i) {
    if (is_erasing(steps[i - 1]) && !is_erasing(steps[i])) return i;
  }
  return std::nullopt;
}

constexpr const char* kMisplaced = "stands behind random erasing, which is done on the normalised picture";
constexpr const char* kMisplacedRemedy = "Put random erasing last.";

// The size that a step makes of every picture, of pictures of `before`.
std::optional<Size> size_after(const Step& step, std::optional<Size> before) {
  if (const auto* crop = std::get_if<RandomResizedCrop>(&step)) return crop->size;
  if (const auto* crop = std::get_if<CenterCrop>(&step)) return crop->size;
  if (const auto* crop = std::get_if<RandomCrop>(&step)) return crop->size;
  if (const auto* resize = std::get_if<Resize>(&step)) {
    if (!resize->short_edge) return resize->size;
    return before && before->width == before->height ? std::optional(resize->size) : std::nullopt;
  }
  if (const auto* border = std::get_if<Pad>(&step)) {
    const Margins& by = border->padding;
    if (before) return Size{before->width + by.left + by.right, before->height + by.top + by.bottom};
  }
  return before;
}

}  // namespace

Augmentation::Augmentation(std::vector<Step> steps) : steps_(std::move(steps)) {
  if (steps_.size() > kMostSteps) {
    throw Error(
        ErrorCode::usage, "/steps",
        std::to_string(steps_.size()) + " steps, expected " + std::to_string(kMostSteps) + " or less");
  }
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto fault = find_fault(steps_[i]);
    if (fault) throw Error(ErrorCode::usage, pointer(i) + "/" + fault->key, fault->what, fault->remedy);
  }
  if (const auto at = misplaced(steps_)) {
    throw Error(ErrorCode::usage, pointer(*at), kMisplaced, kMisplacedRemedy);
  }
}

Augmentation Augmentation::parse(std::string_view json, const std::string& name) {
  const JsonTree tree(json, name);
  const JsonNode whole(tree, name);
  whole.members();  // refuses what is no object
  const bool is_runs =
      whole.has("pictures") && whole["pictures"].is_object() && whole["pictures"].has("augmentation");
  const JsonNode root = is_runs ? whole["pictures"]["augmentation"] : whole;
  if (!root.has("steps")) return Augmentation(parse_preset(root));
  root.check_members({"steps"}, {});
  const std::vector<JsonNode> items = root["steps"].items();
  if (items.size() > kMostSteps) {
    root["steps"].refuse(std::to_string(items.size()) + " steps, expected " + std::to_string(kMostSteps) +
                         " or less");
  }
  std::vector<Step> steps(items.size());
  std::ranges::transform(items, steps.begin(), parse_step);
  if (const auto at = misplaced(steps)) items[*at].refuse(kMisplaced, kMisplacedRemedy);
  return Augmentation(std::move(steps));
}

std::string Augmentation::to_json() const {
  std::string text = "{\"steps\": [";
  for (size_t i = 0; i < steps_.size(); ++i) {
    text += (i == 0 ? "\n  " : ",\n  ") + step_to_json(steps_[i]);
  }
  return text + "]}";
}

std::optional<WindowPlan> Augmentation::plan_window(Size picture, const SampleKey& key) const {
  if (steps_.empty()) return std::nullopt;
  const auto* crop = std::get_if<RandomResizedCrop>(&steps_.front());
  if (!crop) return std::nullopt;
  RandomStream random = stream_of(key, 0);
  return plan(*crop, picture, random);
}

AugmentedPicture Augmentation::run_from(size_t first, Image image, const SampleKey& key) const {
  assert(image.channels == 3 && image.width > 0 && image.height > 0);
  AugmentedPicture picture{std::move(image), {}};
  for (size_t i = first; i < steps_.size(); ++i) {
    RandomStream random = stream_of(key, i);
    std::visit([&](const auto& step) { run(step, picture, random); }, steps_[i]);
  }
  return picture;
}

AugmentedPicture Augmentation::apply(const Image& whole, const SampleKey& key) const {
  const auto plan = plan_window(size_of(whole), key);
  if (!plan) return run_from(0, whole, key);
  const auto& [left, top, width, height] = plan->window;
  const Box box{static_cast<double>(left), static_cast<double>(top), static_cast<double>(left + width),
                static_cast<double>(top + height)};
  return apply_to_window(whole, box, *plan, key);
}

AugmentedPicture Augmentation::apply(Image&& whole, const SampleKey& key) const {
  return run_from(0, std::move(whole), key);
}

AugmentedPicture Augmentation::apply_to_window(const Image& decoded, const Box& box, const WindowPlan& plan,
                                               const SampleKey& key) const {
  return run_from(1, resized_window(decoded, box, plan), key);
}

std::optional<Size> Augmentation::output_size() const {
  std::optional<Size> size;
  for (const Step& step : steps_) {
    const auto* rotation = std::get_if<RandomRotation>(&step);
    size = rotation && rotation->expand ? std::nullopt : size_after(step, size);
  }
  return size;
}

}  // namespace zoo
