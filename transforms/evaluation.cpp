#include "transforms/evaluation.h"

#include <algorithm>
#include <string>

#include "zoo/core/error.h"

namespace zoo {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 28;

// One axis of a centre crop: `length` pixels from `source` on come to `target` in a result of `total` pixels.
struct CropAxis {
  int64_t source = 0, target = 0, length = 0, total = 0;
};

CropAxis crop_axis(int64_t size, int64_t crop_px, bool pad) {
  if (crop_px == 0) return {0, 0, size, size};
  if (size >= crop_px) {
    const int64_t twice = size - crop_px, floor = twice / 2;
    return {floor + (twice % 2 != 0 && floor % 2 != 0 ? 1 : 0), 0, crop_px, crop_px};
  }
  return pad ? CropAxis{0, (crop_px - size) / 2, size, crop_px} : CropAxis{0, 0, size, size};
}

Image place(const Image& part, const CropAxis& x, const CropAxis& y) {
  Image padded = make_image(x.total, y.total, part.channels);
  for (int64_t row = 0; row < part.height; ++row) {
    std::copy_n(part.row(row), part.width * part.channels,
                padded.row(y.target + row) + x.target * part.channels);
  }
  return padded;
}

void require_sane(int64_t width, int64_t height) {
  if (width > 0 && height > 0 && width <= kMaxPixels / height) return;
  throw Error(ErrorCode::mismatch, {},
              "the resize would make a picture of " + std::to_string(width) + " x " + std::to_string(height) +
                  " pixels",
              "Use a picture whose sides differ less.");
}

// The part of the resized picture that the crop keeps.
Image resize_window(const Image& image, Size whole, const Preprocess& preprocess, const CropRect& window) {
  if (whole == Size{image.width, image.height}) return crop(image, window);
  if (preprocess.backend == Backend::pillow) {
    require_sane(window.width, window.height);
    return resize_pillow_window(image, whole, preprocess.interpolation, window);
  }
  require_sane(whole.width, whole.height);
  return crop(resize_opencv(image, whole.width, whole.height, preprocess.interpolation), window);
}

}  // namespace

Size resized_size(Size image, const Preprocess& preprocess) {
  const int64_t px = preprocess.resize_px;
  switch (preprocess.resize) {
    case ResizeMode::none:
      return image;
    case ResizeMode::square:
      return {px, px};
    case ResizeMode::short_edge:
      break;
  }
  return image.width <= image.height ? Size{px, px * image.height / image.width}
                                     : Size{px * image.width / image.height, px};
}

Image center_crop(const Image& image, int64_t crop_px, bool pad) {
  const CropAxis x = crop_axis(image.width, crop_px, pad), y = crop_axis(image.height, crop_px, pad);
  Image part = crop(image, {x.source, y.source, x.length, y.length});
  if (x.length == x.total && y.length == y.total) return part;
  return place(part, x, y);
}

Image evaluation_transform(const Image& image, const Preprocess& preprocess) {
  if (image.width < 1 || image.height < 1) throw Error(ErrorCode::mismatch, {}, "the picture has no pixels");
  const Size whole = resized_size({image.width, image.height}, preprocess);
  const CropAxis x = crop_axis(whole.width, preprocess.crop_px, preprocess.pad_to_crop);
  const CropAxis y = crop_axis(whole.height, preprocess.crop_px, preprocess.pad_to_crop);
  Image part = resize_window(image, whole, preprocess, {x.source, y.source, x.length, y.length});
  if (x.length == x.total && y.length == y.total) return part;
  return place(part, x, y);
}

DecodeOptions decode_options(const Preprocess& preprocess) {
  return {.exif = preprocess.exif, .backend = preprocess.backend};
}

}  // namespace zoo
