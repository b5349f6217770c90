// Prints what a transform makes of pictures, for tests that hold it against Pillow, torchvision and OpenCV:
//   transform_probe decode  BACKEND EXIF FILE...
//   transform_probe evaluate BACKEND MODE RESIZE CROP INTERPOLATION PAD FILE...
// One line a file: "ok WIDTH HEIGHT SHA256-of-the-RGB-bytes" or "error CODE MESSAGE".
#include <iostream>
#include <string>
#include <vector>

#include "transforms/decode/decode.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/base/sha256.h"

namespace {

using Arguments = std::vector<std::string>;

zoo::Image transformed(const Arguments& arguments, const std::string& file) {
  if (arguments[0] == "decode") {
    return zoo::read_image(file, {.exif = arguments[2] == "1", .backend = zoo::parse_backend(arguments[1])});
  }
  zoo::Preprocess preprocess;
  preprocess.backend = zoo::parse_backend(arguments[1]);
  preprocess.exif = preprocess.backend == zoo::Backend::opencv;
  preprocess.resize = zoo::parse_resize_mode(arguments[2]);
  preprocess.resize_px = std::stoll(arguments[3]);
  preprocess.crop_px = std::stoll(arguments[4]);
  preprocess.interpolation = zoo::parse_interpolation(arguments[5]);
  preprocess.pad_to_crop = arguments[6] == "1";
  return zoo::evaluation_transform(zoo::read_image(file, zoo::decode_options(preprocess)), preprocess);
}

void report(const Arguments& arguments, const std::string& file) {
  try {
    const zoo::Image image = transformed(arguments, file);
    std::cout << "ok " << image.width << ' ' << image.height << ' '
              << zoo::sha256_hex(std::as_bytes(std::span(image.pixels))) << '\n';
  } catch (const zoo::Error& error) {
    std::cout << "error " << static_cast<int>(error.code()) << ' ' << error.what() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argv + 1, argv + argc);
  const size_t options = arguments.empty() ? 0 : arguments[0] == "decode" ? 3 : 7;
  if (arguments.size() < options + 1) {
    std::cerr << "usage: see the head of transform_probe.cpp\n";
    return 2;
  }
  for (size_t i = options; i < arguments.size(); ++i) report(arguments, arguments[i]);
  return 0;
}
