// The chunks of a PNG file up to its pixels, checked as Pillow checks them. Internal to transforms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "transforms/decode.h"

namespace zoo {

struct PngChunks {
  int64_t width = 0, height = 0;
  uint32_t depth = 0, colour = 0;  // as in the header
  bool interlaced = false;
  std::array<uint8_t, 768> palette{};  // red, green, blue; a grey ramp behind the file's last entry
  // The rectangle of the first frame; all of the picture unless it is animated.
  int64_t left = 0, top = 0, frame_width = 0, frame_height = 0;
  int orientation = 1;  // found only if the options ask for it
  size_t pixels = 0;    // where the first chunk of pixels begins; 0 if there is none
};

// Throws Error{corrupt, unsupported}.
PngChunks read_png_chunks(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);

// The pieces of the compressed pixels, chunk for chunk.
class PngPixelStream {
 public:
  PngPixelStream(std::span<const std::byte> bytes, size_t first_chunk) : bytes_(bytes), place_(first_chunk) {}
  // Empty at the end of the pixels or of the file.
  std::span<const std::byte> next();

 private:
  std::span<const std::byte> bytes_;
  size_t place_;
};

}  // namespace zoo
