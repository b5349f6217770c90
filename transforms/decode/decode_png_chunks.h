// The chunks of a PNG file, checked as Pillow checks them: those before the pixels, the pixels, and those
// behind them. Internal to transforms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "transforms/decode/decode_options.h"
#include "transforms/decode/decode_png_text.h"
#include "transforms/image.h"

namespace zoo {

struct PngChunks {
  int64_t width = 0, height = 0;
  uint32_t depth = 0, colour = 0;  // as in the header
  bool interlaced = false;
  std::array<uint8_t, 768> palette{};  // red, green, blue; a grey ramp behind the file's last entry
  // The rectangle of the first frame; all of the picture unless it is animated.
  int64_t left = 0, top = 0, frame_width = 0, frame_height = 0;
  int orientation = 1;  // found only if the options ask for it
};

// Goes through a file once, front to back. All of it throws Error{corrupt}.
class PngReader {
 public:
  PngReader(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

  // What stands before the pixels. To be called first.
  PngChunks read_head();
  // The compressed pixels of one chunk more, which may be empty; none at the end of the pixels or of the
  // file.
  std::optional<std::span<const std::byte>> next_pixels();
  // Refuses what Pillow refuses behind the pixels that were taken: chunks that are cut off or cannot be.
  // Checksums do not count there, and neither does a file that ends between two chunks.
  void read_rest();

 private:
  std::span<const std::byte> from(size_t place) const;
  [[noreturn]] void refuse(const std::string& what) const;
  bool is_borne(const std::string& type) const;
  bool holds_pixels(const std::string& type, size_t size) const;
  std::span<const std::byte> take_pixels(const std::string& type, size_t size);
  void check_crc(const std::string& type, std::span<const std::byte> covered, uint32_t expected) const;
  void handle(const std::string& type, std::span<const std::byte> data);
  void require_length(const std::string& type, std::span<const std::byte> data, size_t least) const;
  void header(std::span<const std::byte> data);
  void animation(std::span<const std::byte> data);
  void frame(std::span<const std::byte> data);
  bool is_animated() const;

  std::span<const std::byte> bytes_;
  const std::string& name_;
  DecodeOptions options_;
  size_t place_;  // of the next chunk
  std::optional<std::span<const std::byte>> first_pixels_;
  PngTexts texts_;
  std::optional<uint32_t> frame_count_;  // of an animation; the picture before it does not count
  uint32_t frame_numbers_ = 0;  // how many there were: they go up through all frames and their pixels
  bool framed_ = false;
  bool animated_ = false;
  PngChunks found_;
};

// For OpenCV, whose libpng makes room for what a chunk claims to have: refuses a file that ends inside a
// chunk. Throws Error{corrupt}.
void require_whole_chunks(std::span<const std::byte> bytes, const std::string& name);

}  // namespace zoo
