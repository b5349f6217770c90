// What happens to a training picture: a list of steps, each with its own random numbers, which depend on the
// sample's key and the step's position alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/augment/augmented_picture.h"
#include "transforms/augment/steps.h"
#include "transforms/image.h"

namespace zoo {

class Augmentation {
 public:
  Augmentation() = default;  // leaves pictures as they are
  // Throws Error{usage} where a field is out of its range, with the step and the field: "/steps/1/p"; and
  // where a step follows random erasing, which comes last, behind normalisation.
  explicit Augmentation(std::vector<Step> steps);

  // {"steps": [{"op": "RandomResizedCrop", "size": 224, ...}, ...]}: fields that are left out have their
  // defaults. Or a preset with its fields: {"timm": {"aa": "rand-m9-mstd0.5-inc1", "reprob": 0.25}}
  // (presets.h). Or a training run's recipe.json, which holds one. `name` stands in messages. Throws
  // Error{corrupt} with the place as a JSON pointer.
  static Augmentation parse(std::string_view json, const std::string& name);
  // The steps with all their fields; parse() gives the same steps again.
  std::string to_json() const;

  const std::vector<Step>& steps() const { return steps_; }

  // If the first step is a random resized crop: its window in a picture of that size.
  std::optional<WindowPlan> plan_window(Size picture, const SampleKey& key) const;
  // All steps. The picture has three channels and at least one pixel. Throws Error{mismatch} where a step
  // does not fit the picture's size (a random crop larger than the picture, a reflected border wider than
  // it).
  AugmentedPicture apply(const Image& whole, const SampleKey& key) const;
  AugmentedPicture apply(Image&& whole, const SampleKey& key) const;  // works in its memory
  // As apply, of which plan_window was done by the decoder: `box` is plan.window inside `decoded`, which may
  // be a part of the picture, at a reduced scale. The pixels outside `box`, rounded outwards, have no
  // influence. With the window at full scale the result is apply's, bit for bit.
  AugmentedPicture apply_to_window(const Image& decoded, const Box& box, const WindowPlan& plan,
                                   const SampleKey& key) const;
  // The size of every picture that comes out, where that does not depend on what comes in.
  std::optional<Size> output_size() const;

  friend bool operator==(const Augmentation&, const Augmentation&) = default;

 private:
  AugmentedPicture run_from(size_t first, Image image, const SampleKey& key) const;

  std::vector<Step> steps_;
};

}  // namespace zoo
