#include "transforms/decode/decode_qoi.h"

#include <algorithm>
#include <array>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kHeaderBytes = 14;
constexpr int64_t kMostPixelsPerByte = 62;

using Pixel = std::array<uint8_t, 4>;  // red, green, blue, alpha

class QoiDecoder {
 public:
  QoiDecoder(std::span<const std::byte> bytes, Image& image) : bytes_(bytes), image_(image) {}

  // false: the data ends early.
  bool decode() {
    while (place_ < image_.pixels.size()) {
      if (!has(1)) return false;
      const uint8_t byte = take();
      size_t count = 1;
      if (byte >= 0xC0 && byte < 0xFE) {
        count = size_t{byte} % 64 + 1;
      } else if (!change_pixel(byte)) {
        return false;
      }
      for (; count > 0 && place_ < image_.pixels.size(); --count, place_ += 3) {
        std::copy_n(pixel_.begin(), 3, image_.pixels.data() + place_);
      }
    }
    return true;
  }

 private:
  bool has(size_t count) const { return bytes_.size() - read_ >= count; }
  uint8_t take() { return std::to_integer<uint8_t>(bytes_[read_++]); }

  bool change_pixel(uint8_t byte) {
    if (byte >= 0xFE) {
      const size_t channels = byte == 0xFF ? 4 : 3;
      if (!has(channels)) return false;
      for (size_t c = 0; c < channels; ++c) pixel_[c] = take();
    } else if (byte < 0x40) {
      pixel_ = seen_[byte];
    } else if (byte < 0x80) {
      add((byte >> 4 & 3) - 2, (byte >> 2 & 3) - 2, (byte & 3) - 2);
    } else {
      if (!has(1)) return false;
      const int green = (byte & 63) - 32;
      const uint8_t others = take();
      add(green + (others >> 4) - 8, green, green + (others & 15) - 8);
    }
    seen_[(pixel_[0] * 3U + pixel_[1] * 5U + pixel_[2] * 7U + pixel_[3] * 11U) % 64] = pixel_;
    return true;
  }

  void add(int red, int green, int blue) {
    pixel_[0] = static_cast<uint8_t>(pixel_[0] + red);
    pixel_[1] = static_cast<uint8_t>(pixel_[1] + green);
    pixel_[2] = static_cast<uint8_t>(pixel_[2] + blue);
  }

  std::span<const std::byte> bytes_;
  Image& image_;
  size_t read_ = kHeaderBytes, place_ = 0;
  Pixel pixel_{0, 0, 0, 255};
  std::array<Pixel, 64> seen_{};
};

}  // namespace

PictureHead read_qoi_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options) {
  const PictureHead head{byte_number(bytes, 4, 4, std::endian::big),
                         byte_number(bytes, 8, 4, std::endian::big)};
  require_size(head.width, head.height, name, options.max_pixels);
  return head;
}

Image decode_qoi(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  const PictureHead head = read_qoi_head(bytes, name, options);
  require_plausible(head.width, head.height, bytes.size(), name, {.pixels_per_byte = kMostPixelsPerByte});
  Image image = make_image(head.width, head.height);
  // Pillow refuses what ends early here, whatever is allowed.
  if (bytes.size() < kHeaderBytes || !QoiDecoder(bytes, image).decode()) {
    throw Error(ErrorCode::corrupt, name, "the QOI file ends early", "Get the whole file, or leave it out.");
  }
  return image;
}

}  // namespace zoo
