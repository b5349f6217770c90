// Decodes pictures as the lines on stdin say, for tests that hold it against Pillow:
//   BACKEND EXIF TRUNCATED LENGTH PATH      LENGTH: so many bytes of the file, or -1 for all
// answers "ok WIDTH HEIGHT SHA256-of-the-RGB-bytes" or "error CODE MESSAGE".
#include <iostream>
#include <sstream>
#include <string>

#include "transforms/decode/decode.h"
#include "transforms/decode/decode_window.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"

namespace {

void answer(const std::string& line) {
  std::istringstream words(line);
  std::string backend, path;
  zoo::DecodeOptions options;
  int64_t length = -1;
  words >> backend >> options.exif >> options.allow_truncated >> length >> std::ws;
  std::getline(words, path);
  options.backend = zoo::parse_backend(backend);
  try {
    const zoo::MappedFile file(path);
    const auto bytes = length < 0 ? file.bytes() : file.bytes().first(static_cast<size_t>(length));
    const zoo::Image image = zoo::decode_image(bytes, path, options);
    const zoo::Size size = zoo::read_picture_info(bytes, path, options).size;
    std::cout << (size == zoo::Size{image.width, image.height} ? "ok " : "another size than its header's ")
              << image.width << ' ' << image.height << ' '
              << zoo::sha256_hex(std::as_bytes(std::span(image.pixels))) << '\n'
              << std::flush;
  } catch (const zoo::Error& error) {
    std::cout << "error " << static_cast<int>(error.code()) << ' ' << error.what() << '\n' << std::flush;
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) answer(line);
  return 0;
}
