#include "zoo/manifest/preprocess_choice.h"

#include <cmath>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

void set_image_size(Preprocess& preprocess, int64_t size, bool keep_resize) {
  if (!keep_resize) {
    const bool scales = preprocess.resize != ResizeMode::none && preprocess.crop_px > 0;
    const double ratio =
        scales ? static_cast<double>(preprocess.resize_px) / static_cast<double>(preprocess.crop_px) : 1;
    preprocess.resize_px = std::llround(ratio * static_cast<double>(size));
    if (preprocess.resize == ResizeMode::none) preprocess.resize = ResizeMode::short_edge;
  }
  preprocess.crop_px = size;
}

void check_sampling(const Preprocess& preprocess) {
  if (!has_interpolation(preprocess.backend, preprocess.interpolation)) {
    throw Error(ErrorCode::usage, "interpolation",
                "these weights were trained with the resize of '" +
                    std::string(to_string(preprocess.backend)) + "', which has no '" +
                    std::string(to_string(preprocess.interpolation)) + "'",
                "Choose nearest, bilinear, bicubic or lanczos.");
  }
  if (preprocess.resize != ResizeMode::crop_first) return;
  if (preprocess.crop_px == 0 || preprocess.crop_px > preprocess.resize_px) {
    throw Error(ErrorCode::usage, "resize",
                "crop-first:" + std::to_string(preprocess.resize_px) + " does not fit a picture of " +
                    std::to_string(preprocess.crop_px) + " pixels",
                "Give at least the side that the model sees, image_size.");
  }
}

}  // namespace

Preprocess choose(Preprocess preprocess, const PreprocessChoice& choice) {
  if (choice.resize) {
    preprocess.resize = *choice.resize;
    if (*choice.resize != ResizeMode::none) preprocess.resize_px = choice.resize_px;
  }
  if (choice.image_size) set_image_size(preprocess, *choice.image_size, choice.resize.has_value());
  preprocess.interpolation = choice.interpolation.value_or(preprocess.interpolation);
  check_sampling(preprocess);
  preprocess.exif = choice.exif.value_or(preprocess.exif);
  preprocess.mean = choice.mean.value_or(preprocess.mean);
  preprocess.std = choice.std.value_or(preprocess.std);
  return preprocess;
}

}  // namespace zoo
