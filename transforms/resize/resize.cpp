#include "transforms/resize/resize.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <string>

#include "transforms/resize/pillow_resample.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

void require_size(const Image& image, int64_t width, int64_t height) {
  if (image.width > 0 && image.height > 0 && width > 0 && height > 0) return;
  throw Error(ErrorCode::mismatch, {},
              "cannot resize a picture of " + std::to_string(image.width) + " x " +
                  std::to_string(image.height) + " pixels to " + std::to_string(width) + " x " +
                  std::to_string(height),
              "Both need at least one pixel.");
}

int cv_flag(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
      return cv::INTER_NEAREST;
    case Interpolation::bilinear:
      return cv::INTER_LINEAR;
    case Interpolation::bicubic:
      return cv::INTER_CUBIC;
    case Interpolation::lanczos:
      return cv::INTER_LANCZOS4;
    case Interpolation::area:
      return cv::INTER_AREA;
    case Interpolation::box:
    case Interpolation::hamming:
      break;
  }
  throw Error(ErrorCode::unsupported, {},
              "OpenCV has no '" + std::string(to_string(interpolation)) + "' interpolation",
              "Choose nearest, bilinear, bicubic, lanczos or area.");
}

void require_pillow(const Image& image, Interpolation interpolation) {
  if (!has_interpolation(Backend::pillow, interpolation)) {
    throw Error(ErrorCode::unsupported, {},
                "Pillow has no '" + std::string(to_string(interpolation)) + "' interpolation",
                "Choose nearest, box, bilinear, hamming, bicubic or lanczos.");
  }
  if (image.channels >= 1 && image.channels <= kMostChannels) return;
  throw Error(ErrorCode::unsupported, {},
              "cannot resize a picture of " + std::to_string(image.channels) + " channels",
              "Give it 1 to 4 channels.");
}

struct WindowAxes {
  ResampleAxis x, y;
};

WindowAxes window_axes(Size source, Size whole, const CropRect& window) {
  return {{source.width, 0.0F, static_cast<float>(source.width), whole.width, window.left, window.width},
          {source.height, 0.0F, static_cast<float>(source.height), whole.height, window.top, window.height}};
}

// Cheap where the whole source is at hand.
void require_source(const Image& part, const PillowResize& resize) {
  if (resize.left == 0 && resize.top == 0 && resize.source == Size{part.width, part.height}) return;
  const CropRect needed =
      resize_pillow_source(resize.source, resize.whole, resize.interpolation, resize.window);
  const bool holds = resize.left <= needed.left && resize.top <= needed.top &&
                     resize.left + part.width >= needed.left + needed.width &&
                     resize.top + part.height >= needed.top + needed.height;
  if (holds) return;
  throw Error(ErrorCode::mismatch, {}, "the part of the picture does not hold what the resize reads",
              "Give at least what resize_pillow_source says.");
}

cv::Mat view(const Image& image) {
  return {static_cast<int>(image.height), static_cast<int>(image.width),
          CV_8UC(static_cast<int>(image.channels)), const_cast<uint8_t*>(image.pixels.data())};
}

}  // namespace

Image crop(const Image& image, const CropRect& rect) {
  if (rect == CropRect{0, 0, image.width, image.height}) return image;
  Image part = make_image(rect.width, rect.height, image.channels);
  for (int64_t y = 0; y < rect.height; ++y) {
    std::copy_n(image.row(rect.top + y) + rect.left * image.channels, rect.width * image.channels,
                part.row(y));
  }
  return part;
}

Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation) {
  return resize_pillow_window(image, {width, height}, interpolation, {0, 0, width, height});
}

Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation,
                    const Box& box) {
  require_size(image, width, height);
  require_pillow(image, interpolation);
  const ResampleAxis x{image.width, static_cast<float>(box.left), static_cast<float>(box.right), width, 0,
                       width};
  const ResampleAxis y{image.height, static_cast<float>(box.top), static_cast<float>(box.bottom), height, 0,
                       height};
  const auto fits = [](const ResampleAxis& axis) {
    return axis.from >= 0 && axis.to <= static_cast<float>(axis.source) && axis.from < axis.to;
  };
  if (!fits(x) || !fits(y)) {
    throw Error(ErrorCode::mismatch, {}, "the box to resize is empty or not inside the picture");
  }
  Image resized = make_image(width, height, image.channels);
  pillow_resample({image}, x, y, interpolation, resized.pixels.data(), width * image.channels);
  return resized;
}

Image resize_pillow_window(const Image& image, Size whole, Interpolation interpolation,
                           const CropRect& window) {
  require_size(image, whole.width, whole.height);
  return resize_pillow_part(image, {.source = {image.width, image.height},
                                    .whole = whole,
                                    .window = window,
                                    .interpolation = interpolation});
}

CropRect resize_pillow_source(Size source, Size whole, Interpolation interpolation, const CropRect& window) {
  const WindowAxes axes = window_axes(source, whole, window);
  const SourceRange x = pillow_source(axes.x, interpolation), y = pillow_source(axes.y, interpolation);
  return {x.first, y.first, x.last - x.first, y.last - y.first};
}

Image resize_pillow_part(const Image& part, const PillowResize& resize) {
  Image resized = make_image(resize.window.width, resize.window.height, part.channels);
  resize_pillow_into(part, resize, resized.pixels.data(), resized.width * resized.channels);
  return resized;
}

void resize_pillow_into(const Image& part, const PillowResize& resize, uint8_t* to, int64_t stride) {
  require_size(part, resize.whole.width, resize.whole.height);
  require_pillow(part, resize.interpolation);
  require_source(part, resize);
  const WindowAxes axes = window_axes(resize.source, resize.whole, resize.window);
  pillow_resample({part, resize.left, resize.top}, axes.x, axes.y, resize.interpolation, to, stride);
}

Image resize_opencv(const Image& image, int64_t width, int64_t height, Interpolation interpolation) {
  require_size(image, width, height);
  Image resized = make_image(width, height, image.channels);
  cv::Mat target = view(resized);
  try {
    cv::resize(view(image), target, target.size(), 0, 0, cv_flag(interpolation));
  } catch (const cv::Exception& error) {
    throw Error(ErrorCode::unsupported, {}, "OpenCV cannot resize the picture: " + std::string(error.err));
  }
  return resized;
}

}  // namespace zoo
