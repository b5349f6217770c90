#include "transforms/evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 28;

// One axis of a centre crop: `length` pixels from `source` on come to `target` in a result of `total` pixels.
struct CropAxis {
  int64_t source = 0, target = 0, length = 0, total = 0;
};

CropAxis crop_axis(int64_t size, const Preprocess& preprocess) {
  const int64_t crop_px = preprocess.crop_px;
  if (crop_px == 0 || preprocess.resize == ResizeMode::crop_first) return {0, 0, size, size};
  const bool to_even = preprocess.crop_offset == CropOffset::half_even;
  if (size >= crop_px) {
    const int64_t twice = size - crop_px, floor = twice / 2;
    return {floor + (to_even && twice % 2 != 0 && floor % 2 != 0 ? 1 : 0), 0, crop_px, crop_px};
  }
  if (!preprocess.pad_to_crop) return {0, 0, size, size};
  return {0, (crop_px - size + (to_even ? 0 : 1)) / 2, size, crop_px};
}

// The axis of the square that is cut out first, in OpenMMLab's arithmetic.
CropAxis cut_axis(int64_t size, double side) {
  const double begin = std::max(0.0, std::nearbyint((static_cast<double>(size) - side) / 2));
  const auto from = std::min(static_cast<int64_t>(begin), size - 1);
  const int64_t last = std::clamp(static_cast<int64_t>(begin + side - 1), from, size - 1);
  return {from, 0, last - from + 1, last - from + 1};
}

// What happens to a picture of one size: `cut` of it becomes `resized`, of which x and y are kept.
struct Plan {
  CropRect cut;
  Size resized;
  CropAxis x, y;

  CropRect kept() const { return {x.source, y.source, x.length, y.length}; }
  bool resizes() const { return resized != Size{cut.width, cut.height}; }
};

void require_sane(int64_t width, int64_t height) {
  if (width > 0 && height > 0 && width <= kMaxPixels / height) return;
  throw Error(ErrorCode::mismatch, {},
              "the resize would make a picture of " + std::to_string(width) + " x " + std::to_string(height) +
                  " pixels",
              "Use a picture whose sides differ less.");
}

CropRect cut_first(Size picture, const Preprocess& preprocess) {
  if (preprocess.resize != ResizeMode::crop_first) return {0, 0, picture.width, picture.height};
  const double side = static_cast<double>(preprocess.crop_px) / static_cast<double>(preprocess.resize_px) *
                      static_cast<double>(std::min(picture.width, picture.height));
  const CropAxis x = cut_axis(picture.width, side), y = cut_axis(picture.height, side);
  return {x.source, y.source, x.length, y.length};
}

Plan make_plan(Size picture, const Preprocess& preprocess) {
  if (picture.width < 1 || picture.height < 1) {
    throw Error(ErrorCode::mismatch, {}, "the picture has no pixels");
  }
  Plan plan{.cut = cut_first(picture, preprocess), .resized = {}, .x = {}, .y = {}};
  plan.resized = resized_size({plan.cut.width, plan.cut.height}, preprocess);
  plan.x = crop_axis(plan.resized.width, preprocess);
  plan.y = crop_axis(plan.resized.height, preprocess);
  if (!plan.resizes()) return plan;
  const bool whole = preprocess.backend == Backend::opencv;
  require_sane(whole ? plan.resized.width : plan.x.length, whole ? plan.resized.height : plan.y.length);
  return plan;
}

Image place(const Image& part, const CropAxis& x, const CropAxis& y, const std::array<uint8_t, 3>& fill) {
  if (x.length == x.total && y.length == y.total) return part;
  Image padded = make_image(x.total, y.total, part.channels);
  if (fill != std::array<uint8_t, 3>{} && part.channels == 3) {
    for (size_t i = 0; i < padded.pixels.size(); ++i) padded.pixels[i] = fill[i % 3];
  }
  for (int64_t row = 0; row < part.height; ++row) {
    std::copy_n(part.row(row), part.width * part.channels,
                padded.row(y.target + row) + x.target * part.channels);
  }
  return padded;
}

void require_window(const Image& window, const CropRect& where, Size whole, const CropRect& needed) {
  const bool holds = where.left <= needed.left && where.top <= needed.top &&
                     where.left + where.width >= needed.left + needed.width &&
                     where.top + where.height >= needed.top + needed.height;
  if (holds && window.width == where.width && window.height == where.height) return;
  throw Error(ErrorCode::mismatch, {},
              "the window does not hold what the transform reads of a picture of " +
                  std::to_string(whole.width) + " x " + std::to_string(whole.height) + " pixels",
              "Give at least what evaluation_window says.");
}

// Half to even, of a quotient of the two products as Python forms it.
int64_t follow(int64_t side, int64_t longest, int64_t px) {
  const double ratio = static_cast<double>(longest) / static_cast<double>(px);
  return std::max<int64_t>(1, std::llrint(static_cast<double>(side) / ratio));
}

}  // namespace

Size resized_size(Size image, const Preprocess& preprocess) {
  const int64_t px = preprocess.resize_px;
  switch (preprocess.resize) {
    case ResizeMode::none:
      return image;
    case ResizeMode::square:
      return {px, px};
    case ResizeMode::crop_first:
      return {preprocess.crop_px, preprocess.crop_px};
    case ResizeMode::long_edge: {
      const int64_t longest = std::max(image.width, image.height);
      return {follow(image.width, longest, px), follow(image.height, longest, px)};
    }
    case ResizeMode::short_edge:
      break;
  }
  return image.width <= image.height ? Size{px, px * image.height / image.width}
                                     : Size{px * image.width / image.height, px};
}

std::optional<Size> evaluation_size(const Preprocess& preprocess) {
  const int64_t crop = preprocess.crop_px, resize = preprocess.resize_px;
  const bool fills = preprocess.resize == ResizeMode::short_edge || preprocess.resize == ResizeMode::square;
  if (preprocess.resize == ResizeMode::crop_first) return Size{crop, crop};
  if (crop > 0 && (preprocess.pad_to_crop || (fills && resize >= crop))) return Size{crop, crop};
  if (preprocess.resize == ResizeMode::square) {
    const int64_t side = crop > 0 ? std::min(crop, resize) : resize;
    return Size{side, side};
  }
  return std::nullopt;
}

Image center_crop(const Image& image, int64_t crop_px, bool pad) {
  return evaluation_transform(image, {.resize = ResizeMode::none, .crop_px = crop_px, .pad_to_crop = pad});
}

Image evaluation_transform(const Image& image, const Preprocess& preprocess) {
  const Size size{image.width, image.height};
  return evaluation_transform_window(image, {0, 0, size.width, size.height}, size, preprocess);
}

CropRect evaluation_window(Size picture, const Preprocess& preprocess) {
  const Plan plan = make_plan(picture, preprocess);
  CropRect window = plan.cut;
  if (!plan.resizes()) {
    window = plan.kept();
  } else if (preprocess.backend == Backend::pillow) {
    window = resize_pillow_source({plan.cut.width, plan.cut.height}, plan.resized, preprocess.interpolation,
                                  plan.kept());
  } else {
    return plan.cut;
  }
  window.left += plan.cut.left;
  window.top += plan.cut.top;
  return window;
}

Image evaluation_transform_window(const Image& window, const CropRect& where, Size whole,
                                  const Preprocess& preprocess) {
  const Plan plan = make_plan(whole, preprocess);
  if (where != CropRect{0, 0, whole.width, whole.height} || window.width != whole.width ||
      window.height != whole.height) {
    require_window(window, where, whole, evaluation_window(whole, preprocess));
  }
  const CropRect kept = plan.kept();
  // Where the window stands in the part that is cut out first.
  const int64_t left = where.left - plan.cut.left, top = where.top - plan.cut.top;
  if (!plan.resizes()) {
    return place(crop(window, {kept.left - left, kept.top - top, kept.width, kept.height}), plan.x, plan.y,
                 preprocess.fill);
  }
  if (preprocess.backend == Backend::pillow) {
    const PillowResize resize{.source = {plan.cut.width, plan.cut.height},
                              .whole = plan.resized,
                              .window = kept,
                              .interpolation = preprocess.interpolation,
                              .left = left,
                              .top = top};
    return place(resize_pillow_part(window, resize), plan.x, plan.y, preprocess.fill);
  }
  const Image cut = crop(window, {-left, -top, plan.cut.width, plan.cut.height});
  const Image resized = resize_opencv(cut, plan.resized.width, plan.resized.height, preprocess.interpolation);
  return place(crop(resized, kept), plan.x, plan.y, preprocess.fill);
}

DecodeOptions decode_options(const Preprocess& preprocess) {
  return {.exif = preprocess.exif, .backend = preprocess.backend};
}

}  // namespace zoo
