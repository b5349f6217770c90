#include "zoo/finetune/training_pictures.h"

#include <filesystem>
#include <utility>
#include <variant>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/file.h"

namespace zoo {
namespace {

// Crops know three; bicubic is what comes closest to the others.
Interpolation interpolation_of_training(Interpolation evaluation) {
  if (evaluation == Interpolation::nearest || evaluation == Interpolation::bilinear) return evaluation;
  return Interpolation::bicubic;
}

Augmentation read_recipe(const std::string& recipe, const Preprocess& preprocess) {
  std::error_code ignored;
  Augmentation augmentation = std::filesystem::is_regular_file(recipe, ignored)
                                  ? Augmentation::parse(read_text(recipe), recipe)
                                  : named_augmentation(recipe, preprocess.crop_px);
  const auto output = augmentation.output_size();
  if (output == Size{preprocess.crop_px, preprocess.crop_px}) return augmentation;
  const std::string side = std::to_string(preprocess.crop_px);
  throw Error(ErrorCode::usage, "augment",
              "the pictures that leave '" + recipe + "' are not all of " + side + " x " + side +
                  " pixels, as those that the model is judged by",
              "Let it end with a crop of that size, or give its size as image_size.");
}

}  // namespace

Augmentation make_augmentation(const TrainingPictures& pictures, const Preprocess& preprocess) {
  if (!pictures.recipe.empty()) return read_recipe(pictures.recipe, preprocess);
  TimmPreset preset = pictures.steps;
  preset.input_size = {preprocess.crop_px, preprocess.crop_px};
  if (!pictures.chosen_interpolation)
    preset.train_interpolation = interpolation_of_training(preprocess.interpolation);
  std::vector<Step> steps = make_augmentation(preset).steps();
  if (auto* crop = std::get_if<RandomResizedCrop>(&steps.front())) crop->backend = preprocess.backend;
  return Augmentation(std::move(steps));
}

}  // namespace zoo
