#include "transforms/augment/crops.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "transforms/augment/run_step.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 28;

// Python's round(): half to even, the default rounding mode.
int64_t round_half_even(double value) {
  return static_cast<int64_t>(std::nearbyint(value));
}

// torchvision takes the logarithm of a single-precision tensor.
double log_ratio(double ratio) {
  return std::log(static_cast<float>(ratio));
}

CropRect central_fallback(Size picture, const Interval& ratios) {
  const double ratio = static_cast<double>(picture.width) / static_cast<double>(picture.height);
  CropRect rect{0, 0, picture.width, picture.height};
  if (ratio < ratios.low) {
    rect.height = round_half_even(static_cast<double>(picture.width) / ratios.low);
  } else if (ratio > ratios.high) {
    rect.width = round_half_even(static_cast<double>(picture.height) * ratios.high);
  }
  rect.width = std::clamp<int64_t>(rect.width, 1, picture.width);
  rect.height = std::clamp<int64_t>(rect.height, 1, picture.height);
  rect.left = (picture.width - rect.width) / 2;
  rect.top = (picture.height - rect.height) / 2;
  return rect;
}

std::string text(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels";
}

void require_drawable(Size size) {
  if (size.width <= kMaxPixels / size.height) return;
  throw Error(ErrorCode::mismatch, {}, "the step would make a picture of " + text(size),
              "Use a smaller size, or a picture whose sides differ less.");
}

// The source column or row of each column or row of the padded picture; -1: the fill.
std::vector<int64_t> padded_axis(int64_t size, int64_t before, int64_t after, PaddingMode mode) {
  std::vector<int64_t> source(static_cast<size_t>(before + size + after), -1);
  for (int64_t i = 0; i < std::ssize(source); ++i) {
    const int64_t from = i - before;
    int64_t& to = source[static_cast<size_t>(i)];
    if (from >= 0 && from < size) {
      to = from;
    } else if (mode == PaddingMode::edge) {
      to = std::clamp<int64_t>(from, 0, size - 1);
    } else if (mode != PaddingMode::constant) {
      // Mirrored again and again, as numpy.pad does where the border is wider than the picture.
      const bool with_edge = mode == PaddingMode::symmetric;
      const int64_t period = with_edge ? 2 * size : std::max<int64_t>(2 * size - 2, 1);
      const int64_t phase = ((from % period) + period) % period;
      to = phase < size ? phase : period - phase - (with_edge ? 1 : 0);
    }
  }
  return source;
}

void swap_rows(Image& image, int64_t a, int64_t b) {
  std::swap_ranges(image.row(a), image.row(a) + image.width * image.channels, image.row(b));
}

bool empty(const Margins& margins) {
  return margins == Margins{};
}

}  // namespace

CropRect draw_resized_crop(Size picture, const RandomResizedCrop& options, RandomStream& random) {
  const auto area = static_cast<double>(picture.width * picture.height);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target_area = area * random.uniform(options.scale.low, options.scale.high);
    const double ratio =
        std::exp(random.uniform(log_ratio(options.ratio.low), log_ratio(options.ratio.high)));
    const int64_t width = round_half_even(std::sqrt(target_area * ratio));
    const int64_t height = round_half_even(std::sqrt(target_area / ratio));
    if (width > 0 && width <= picture.width && height > 0 && height <= picture.height) {
      const int64_t top = random.below(picture.height - height + 1);
      const int64_t left = random.below(picture.width - width + 1);
      return {left, top, width, height};
    }
  }
  return central_fallback(picture, options.ratio);
}

CropRect draw_crop(Size picture, Size size, RandomStream& random) {
  if (size.width > picture.width || size.height > picture.height) {
    throw Error(ErrorCode::mismatch, {},
                "a random crop of " + text(size) + " does not fit in a picture of " + text(picture),
                "Use pad_if_needed, or resize first.");
  }
  if (size == picture) return {0, 0, size.width, size.height};
  const int64_t top = random.below(picture.height - size.height + 1);
  const int64_t left = random.below(picture.width - size.width + 1);
  return {left, top, size.width, size.height};
}

Image pad(const Image& image, const Margins& margins, PaddingMode mode, const Colour& fill) {
  require_drawable({image.width + margins.left + margins.right, image.height + margins.top + margins.bottom});
  const std::vector<int64_t> columns = padded_axis(image.width, margins.left, margins.right, mode);
  const std::vector<int64_t> rows = padded_axis(image.height, margins.top, margins.bottom, mode);
  Image padded = make_image(std::ssize(columns), std::ssize(rows));
  const auto put = [](uint8_t* to, const uint8_t* from) { std::copy_n(from, 3, to); };
  for (int64_t y = 0; y < padded.height; ++y) {
    uint8_t* to = padded.row(y);
    const int64_t source = rows[static_cast<size_t>(y)];
    const uint8_t* from = source < 0 ? nullptr : image.row(source);
    if (from) std::copy_n(from, image.width * 3, to + margins.left * 3);
    for (int64_t x = 0; x < padded.width; ++x) {
      if (from && x == margins.left) x += image.width;  // the copied part
      if (x >= padded.width) break;
      const int64_t column = columns[static_cast<size_t>(x)];
      put(to + x * 3, from && column >= 0 ? from + column * 3 : fill.data());
    }
  }
  return padded;
}

Image center_crop(const Image& image, Size size) {
  const auto excess = [](int64_t want, int64_t have) { return std::max<int64_t>(want - have, 0); };
  const int64_t x = excess(size.width, image.width), y = excess(size.height, image.height);
  if (x > 0 || y > 0) {
    const Image padded = pad(image, {x / 2, y / 2, (x + 1) / 2, (y + 1) / 2}, PaddingMode::constant, {});
    return center_crop(padded, size);
  }
  return crop(image, {round_half_even(static_cast<double>(image.width - size.width) / 2.0),
                      round_half_even(static_cast<double>(image.height - size.height) / 2.0), size.width,
                      size.height});
}

void flip_horizontal_in_place(Image& image) {
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t *left = image.row(y), *right = left + (image.width - 1) * 3;
    for (; left < right; left += 3, right -= 3) std::swap_ranges(left, left + 3, right);
  }
}

void flip_vertical_in_place(Image& image) {
  for (int64_t y = 0; y < image.height / 2; ++y) swap_rows(image, y, image.height - 1 - y);
}

WindowPlan plan(const RandomResizedCrop& step, Size picture, RandomStream& random) {
  const CropRect window = draw_resized_crop(picture, step, random);
  const Interpolation interpolation =
      step.interpolation ? *step.interpolation
                         : (random.below(2) == 0 ? Interpolation::bilinear : Interpolation::bicubic);
  return {window, step.size, interpolation, step.backend};
}

Image resized_window(const Image& image, const Box& box, const WindowPlan& plan) {
  const auto left = static_cast<int64_t>(std::floor(box.left)),
             top = static_cast<int64_t>(std::floor(box.top));
  const auto right = static_cast<int64_t>(std::ceil(box.right)),
             bottom = static_cast<int64_t>(std::ceil(box.bottom));
  if (left < 0 || top < 0 || right > image.width || bottom > image.height || !(box.left < box.right) ||
      !(box.top < box.bottom)) {
    throw Error(ErrorCode::mismatch, {}, "the window is empty or not inside the decoded picture");
  }
  const auto [width, height] = plan.target;
  const CropRect outer{left, top, right - left, bottom - top};
  const bool all = outer == CropRect{0, 0, image.width, image.height};
  const Image part = all ? Image{} : crop(image, outer);
  const Image& source = all ? image : part;
  if (plan.backend == Backend::opencv) return resize_opencv(source, width, height, plan.interpolation);
  const auto x = static_cast<double>(left), y = static_cast<double>(top);
  return resize_pillow(source, width, height, plan.interpolation,
                       {box.left - x, box.top - y, box.right - x, box.bottom - y});
}

void run(const RandomResizedCrop& step, AugmentedPicture& picture, RandomStream& random) {
  const WindowPlan where = plan(step, size_of(picture.image), random);
  const auto& [left, top, width, height] = where.window;
  picture.image = resized_window(picture.image,
                                 {static_cast<double>(left), static_cast<double>(top),
                                  static_cast<double>(left + width), static_cast<double>(top + height)},
                                 where);
}

void run(const Resize& step, AugmentedPicture& picture, RandomStream&) {
  Image& image = picture.image;
  Size size = step.size;
  if (step.short_edge) {
    const int64_t px = step.size.width;
    size = image.width <= image.height ? Size{px, px * image.height / image.width}
                                       : Size{px * image.width / image.height, px};
  }
  if (size == size_of(image)) return;
  require_drawable(size);
  image = resize_pillow(image, size.width, size.height, step.interpolation);
}

void run(const CenterCrop& step, AugmentedPicture& picture, RandomStream&) {
  if (size_of(picture.image) != step.size) picture.image = center_crop(picture.image, step.size);
}

void run(const Pad& step, AugmentedPicture& picture, RandomStream&) {
  if (!empty(step.padding)) picture.image = pad(picture.image, step.padding, step.mode, step.fill);
}

void run(const RandomCrop& step, AugmentedPicture& picture, RandomStream& random) {
  Image& image = picture.image;
  if (!empty(step.padding)) image = pad(image, step.padding, step.mode, step.fill);
  if (step.pad_if_needed) {
    const int64_t x = std::max<int64_t>(step.size.width - image.width, 0),
                  y = std::max<int64_t>(step.size.height - image.height, 0);
    if (x > 0) image = pad(image, {x, 0, x, 0}, step.mode, step.fill);
    if (y > 0) image = pad(image, {0, y, 0, y}, step.mode, step.fill);
  }
  const CropRect rect = draw_crop(size_of(image), step.size, random);
  if (rect.width != image.width || rect.height != image.height) image = crop(image, rect);
}

void run(const RandomHorizontalFlip& step, AugmentedPicture& picture, RandomStream& random) {
  if (random.uniform() < step.p) flip_horizontal_in_place(picture.image);
}

void run(const RandomVerticalFlip& step, AugmentedPicture& picture, RandomStream& random) {
  if (random.uniform() < step.p) flip_vertical_in_place(picture.image);
}

}  // namespace zoo
