// How each step is done: draw its parameters, then change the picture. Internal to transforms.
#pragma once

#include "transforms/augment/augmented_picture.h"
#include "transforms/augment/steps.h"
#include "transforms/random/random.h"
#include "zoo/base/error.h"

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

void run(const RandomRotation& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomAffine& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomPerspective& step, AugmentedPicture& picture, RandomStream& random);
void run(const ColorJitter& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomGrayscale& step, AugmentedPicture& picture, RandomStream& random);
void run(const GaussianBlur& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomAdjustSharpness& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomSolarize& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomPosterize& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomEqualize& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomAutocontrast& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandomInvert& step, AugmentedPicture& picture, RandomStream& random);
void run(const Lighting& step, AugmentedPicture& picture, RandomStream& random);
void run(const RandAugment& step, AugmentedPicture& picture, RandomStream& random);
void run(const TrivialAugmentWide& step, AugmentedPicture& picture, RandomStream& random);
void run(const AutoAugment& step, AugmentedPicture& picture, RandomStream& random);
void run(const AugMix& step, AugmentedPicture& picture, RandomStream& random);
void run(const TimmAutoAugment& step, AugmentedPicture& picture, RandomStream& random);

inline Size size_of(const Image& image) {
  return {image.width, image.height};
}

// Where a random resized crop falls in a picture of that size, and how it is resized.
WindowPlan plan(const RandomResizedCrop& step, Size picture, RandomStream& random);
// The window (resized to its target), of a picture that holds it in `box`.
Image resized_window(const Image& image, const Box& box, const WindowPlan& plan);

}  // namespace zoo
