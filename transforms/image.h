// An 8-bit picture in memory: rows of interleaved pixels, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zoo {

struct Image {
  int64_t width = 0;
  int64_t height = 0;
  int64_t channels = 3;         // red, green, blue unless said otherwise
  std::vector<uint8_t> pixels;  // height * width * channels

  uint8_t* row(int64_t y) { return pixels.data() + y * width * channels; }
  const uint8_t* row(int64_t y) const { return pixels.data() + y * width * channels; }
};

inline Image make_image(int64_t width, int64_t height, int64_t channels = 3) {
  return {width, height, channels, std::vector<uint8_t>(static_cast<size_t>(width * height * channels))};
}

}  // namespace zoo
