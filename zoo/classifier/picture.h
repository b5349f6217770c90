// What a classifier may be asked about, and how it becomes a model's input.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <variant>

#include "transforms/image.h"
#include "zoo/manifest/preprocess.h"

namespace at {
class Tensor;
}
namespace cv {
class Mat;
}

namespace zoo {

struct ResolvedWeights;

// A picture in one of the forms in which programs have it. A file is read, and `bytes` are
// decoded, when it is asked about: they have to be there until then.
class Picture {
 public:
  Picture(std::filesystem::path file) : form_(std::move(file)) {}             // NOLINT: is meant to convert
  Picture(const std::string& file) : Picture(std::filesystem::path(file)) {}  // NOLINT
  Picture(const char* file) : Picture(std::filesystem::path(file)) {}         // NOLINT
  Picture(std::span<const std::byte> bytes) : form_(bytes) {}  // NOLINT: of a JPEG, PNG, ... file
  Picture(Image image) : form_(std::move(image)) {}            // NOLINT: red, green, blue
  // As OpenCV has pictures: 8 bits, one channel (grey), three (blue, green, red) or four (alpha is left out).
  // Throws Error{mismatch} for others.
  Picture(const cv::Mat& pixels);  // NOLINT

  // Decoded with three channels. Of a file that ends early an error, or, if that is allowed, what there is.
  // Throws Error with the file's path, "picture" where there is none.
  Image load(const Preprocess& preprocess, bool allow_truncated = false) const;

 private:
  std::variant<std::filesystem::path, std::span<const std::byte>, Image> form_;
};

// Throws Error{mismatch} unless the model has a head and three input channels.
void require_picture_classifier(const ResolvedWeights& weights);

// Decodes, resizes, crops and normalises -> float [1, 3, H, W], channels-last. Thread-safe. Throws as
// Picture::load().
at::Tensor load_picture(const Picture& picture, const Preprocess& preprocess, bool allow_truncated = false);

}  // namespace zoo
