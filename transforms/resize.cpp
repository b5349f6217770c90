#include "transforms/resize.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <string>

#include "transforms/pillow_resample.h"
#include "zoo/core/error.h"

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
  }
  return cv::INTER_LINEAR;
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
  const ResampleAxis x{image.width, static_cast<float>(box.left), static_cast<float>(box.right), width, 0,
                       width};
  const ResampleAxis y{image.height, static_cast<float>(box.top), static_cast<float>(box.bottom), height, 0,
                       height};
  const bool inside = x.from >= 0 && y.from >= 0 && x.to <= static_cast<float>(image.width) &&
                      y.to <= static_cast<float>(image.height) && x.from < x.to && y.from < y.to;
  if (!inside) throw Error(ErrorCode::mismatch, {}, "the box to resize is empty or not inside the picture");
  return pillow_resample(image, x, y, interpolation);
}

Image resize_pillow_window(const Image& image, Size whole, Interpolation interpolation,
                           const CropRect& window) {
  require_size(image, whole.width, whole.height);
  if (whole == Size{image.width, image.height}) return crop(image, window);
  const auto axis = [](int64_t source, int64_t target, int64_t first, int64_t count) {
    return ResampleAxis{source, 0.0F, static_cast<float>(source), target, first, count};
  };
  return pillow_resample(image, axis(image.width, whole.width, window.left, window.width),
                         axis(image.height, whole.height, window.top, window.height), interpolation);
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
