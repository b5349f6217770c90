// How each step is done: draw its parameters, then change the picture. Internal to transforms.
#pragma once

#include "transforms/augment/steps.h"
#include "transforms/augmentation.h"
#include "transforms/random.h"
#include "zoo/core/error.h"

namespace zoo {

void run(const RandomResizedCrop& step, AugmentedPicture& picture, RandomStream& random);
void run(const Resize& step, AugmentedPicture& picture, RandomStream& random);
void run(const CenterCrop& step, AugmentedPicture& picture, RandomStream& random);
void run(const Pad& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomCrop& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomHorizontalFlip& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomVerticalFlip& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomErasing& step, AugmentedPicture& picture, RandomStream& random);
void run(const TimmRandomErasing& step, AugmentedPicture& picture, RandomStream& random);

template <typename Other>
void run(const Other&, AugmentedPicture&, RandomStream&) {
  throw Error(ErrorCode::unsupported, {}, "this step is not there yet");
}

inline Size size_of(const Image& image) {
  return {image.width, image.height};
}

// Where a random resized crop falls in a picture of that size, and how it is resized.
WindowPlan plan(const RandomResizedCrop& step, Size picture, RandomStream& random);
// The window (resized to its target), of a picture that holds it in `box`.
Image resized_window(const Image& image, const Box& box, const WindowPlan& plan);

}  // namespace zoo
