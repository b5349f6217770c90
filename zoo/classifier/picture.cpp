#include "zoo/classifier/picture.h"

#include <algorithm>
#include <array>

#include <ATen/core/Tensor.h>
#include <opencv2/core/mat.hpp>

#include "transforms/decode/decode.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/loader/normalize.h"
#include "zoo/resolve/resolve.h"

namespace zoo {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// Grey becomes three equal channels.
Image with_three_channels(const Image& image) {
  if (image.channels == 3) return image;
  if (image.channels != 1)
    throw Error(ErrorCode::mismatch, "picture",
                std::to_string(image.channels) + " channels, expected 1 (grey) or 3 (red, green, blue)");
  Image wide = make_image(image.width, image.height);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    std::fill_n(wide.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, image.pixels[i]);
  return wide;
}

void require_whole(const Image& image) {
  const bool fits = image.width > 0 && image.height > 0 && image.channels > 0 &&
                    std::ssize(image.pixels) == image.width * image.height * image.channels;
  if (!fits)
    throw Error(ErrorCode::mismatch, "picture",
                std::to_string(image.width) + " x " + std::to_string(image.height) + " pixels of " +
                    std::to_string(image.channels) + " channels, but " + std::to_string(image.pixels.size()) +
                    " bytes");
}

}  // namespace

Picture::Picture(const cv::Mat& pixels) {
  if (pixels.empty() || pixels.dims != 2 || pixels.depth() != CV_8U ||
      (pixels.channels() != 1 && pixels.channels() != 3 && pixels.channels() != 4))
    throw Error(ErrorCode::mismatch, "cv::Mat",
                "expected a picture of 8 bits (CV_8UC1, CV_8UC3 or CV_8UC4) that is not empty");
  const auto channels = static_cast<size_t>(pixels.channels());
  Image image = make_image(pixels.cols, pixels.rows);
  for (int y = 0; y < pixels.rows; ++y) {
    const uint8_t* from = pixels.ptr<uint8_t>(y);
    uint8_t* to = image.row(y);
    for (int x = 0; x < pixels.cols; ++x, from += channels, to += 3)
      for (size_t c = 0; c < 3; ++c) to[c] = from[channels == 1 ? 0 : 2 - c];
  }
  form_ = std::move(image);
}

Image Picture::load(const Preprocess& preprocess, bool allow_truncated) const {
  DecodeOptions decode = decode_options(preprocess);
  decode.allow_truncated = allow_truncated;
  return std::visit(
      Overloaded{[&](const std::filesystem::path& file) { return read_image(file, decode); },
                 [&](std::span<const std::byte> bytes) { return decode_image(bytes, "picture", decode); },
                 [&](const Image& image) {
                   require_whole(image);
                   return with_three_channels(image);
                 }},
      form_);
}

void require_picture_classifier(const ResolvedWeights& weights) {
  if (weights.num_classes == 0)
    throw Error(ErrorCode::mismatch, weights.name, "has no head, so it cannot name what it sees",
                "Give it one with 'zoo finetune'.");
  if (weights.in_channels != 3)
    throw Error(ErrorCode::mismatch, weights.name,
                "wants pictures of " + std::to_string(weights.in_channels) + " channels, expected 3 (RGB)");
}

at::Tensor load_picture(const Picture& picture, const Preprocess& preprocess, bool allow_truncated) {
  const Image image = evaluation_transform(picture.load(preprocess, allow_truncated), preprocess);
  return to_tensor(image, preprocess).unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace zoo
