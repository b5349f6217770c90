#include "transforms/decode/decode_gif.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

using Palette = std::array<uint8_t, 768>;  // red, green, blue; a grey ramp behind the file's last entry

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the GIF file cannot be decoded: " + what,
              "Get the whole file, or leave it out.");
}

struct GifFrame {
  int64_t width = 0, height = 0;  // of the picture
  int64_t left = 0, top = 0, frame_width = 0, frame_height = 0;
  bool interlaced = false;
  std::optional<uint8_t> transparent;
  Palette palette{};
  uint32_t code_bits = 0;
  size_t pixels = 0;  // where the blocks of codes begin
};

// What stands before the first frame's pixels (GIF89a, 17 to 26).
class FrameReader {
 public:
  FrameReader(Bytes bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  GifFrame read() {
    frame_.palette = grey_ramp();
    place_ = 6;
    frame_.width = take(2);
    frame_.height = take(2);
    const uint32_t flags = take(1);
    take(2);  // the background's colour, the shape of a pixel
    if ((flags & 0x80) != 0) read_palette(flags);
    while (true) {
      switch (take(1)) {
        case '!':
          extension();
          break;
        case ',':
          image();
          return frame_;
        case ';':
          refuse(name_, "there is no picture in it");
        default:
          break;  // Pillow passes over what it does not know
      }
    }
  }

 private:
  uint32_t take(size_t size) {
    if (bytes_.size() - std::min(place_, bytes_.size()) < size) refuse(name_, "it ends early");
    const uint32_t value = byte_number(bytes_, place_, size, std::endian::little);
    place_ += size;
    return value;
  }

  static Palette grey_ramp() {
    Palette ramp;
    for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<uint8_t>(i / 3);
    return ramp;
  }

  void read_palette(uint32_t flags) {
    frame_.palette = grey_ramp();
    const size_t entries = size_t{2} << (flags & 7);
    for (size_t i = 0; i < 3 * entries; ++i) frame_.palette[i] = static_cast<uint8_t>(take(1));
  }

  size_t block() {
    const size_t size = take(1);
    if (bytes_.size() - place_ < size) refuse(name_, "it ends early");
    place_ += size;
    return size;
  }

  void extension() {
    constexpr uint32_t kGraphicControl = 249, kComment = 254;
    const uint32_t label = take(1);
    const size_t begin = place_ + 1, size = block();
    if (size == 0 && label == kComment) return;
    if (size > 0 && label == kGraphicControl) graphic_control(bytes_.subspan(begin, size));
    while (block() != 0) {
    }
  }

  void graphic_control(Bytes block) {
    const bool has_transparent = (block[0] & std::byte{1}) != std::byte{0};
    if (block.size() < (has_transparent ? 4 : 3)) refuse(name_, "an extension is too short");
    if (has_transparent) frame_.transparent = std::to_integer<uint8_t>(block[3]);
  }

  // A frame that reaches beyond the picture makes it larger.
  void image() {
    frame_.left = take(2);
    frame_.top = take(2);
    frame_.frame_width = take(2);
    frame_.frame_height = take(2);
    const uint32_t flags = take(1);
    frame_.interlaced = (flags & 0x40) != 0;
    if ((flags & 0x80) != 0) read_palette(flags);
    frame_.code_bits = take(1);
    frame_.pixels = place_;
    frame_.width = std::max(frame_.width, frame_.left + frame_.frame_width);
    frame_.height = std::max(frame_.height, frame_.top + frame_.frame_height);
  }

  Bytes bytes_;
  const std::string& name_;
  size_t place_ = 0;
  GifFrame frame_;
};

// The indices of the frame, row after row as they are stored (GIF89a, appendix F). Codes count as damaged
// where Pillow's GifDecode takes them so.
class LzwReader {
 public:
  LzwReader(Bytes bytes, const GifFrame& frame)
      : bytes_(bytes),
        place_(frame.pixels),
        first_bits_(frame.code_bits),
        clear_(1U << frame.code_bits),
        wanted_(static_cast<size_t>(frame.frame_width * frame.frame_height)) {
    indices_.reserve(std::min(wanted_, size_t{1} << 20));
    reset();
  }

  enum class End { whole, early, damaged };
  // Nothing behind the last pixel is looked at.
  End read() {
    while (indices_.size() < wanted_) {
      const auto code = next_code();
      if (!code || *code == clear_ + 1) return End::early;
      if (*code == clear_) {
        reset();
      } else if (!append(*code)) {
        return End::damaged;
      }
    }
    return End::whole;
  }
  const std::vector<uint8_t>& indices() const { return indices_; }

 private:
  static constexpr uint32_t kTable = 4096, kMostBits = 12;

  void reset() {
    next_ = clear_ + 2;
    bits_ = first_bits_ + 1;
    is_first_ = true;
  }

  // A block counts only if all of it is there.
  bool load_byte() {
    while (block_ == 0) {
      if (place_ >= bytes_.size()) return false;
      const auto size = std::to_integer<size_t>(bytes_[place_]);
      if (bytes_.size() - place_ < size + 1) return false;
      ++place_;
      block_ = size;
    }
    --block_;
    held_ |= std::to_integer<uint32_t>(bytes_[place_++]) << held_bits_;
    held_bits_ += 8;
    return true;
  }

  std::optional<uint32_t> next_code() {
    while (held_bits_ < bits_) {
      if (!load_byte()) return std::nullopt;
    }
    const uint32_t code = held_ & ((1U << bits_) - 1);
    held_ >>= bits_;
    held_bits_ -= bits_;
    return code;
  }

  bool append(uint32_t code) {
    if (is_first_) {
      if (code > clear_) return false;
      is_first_ = false;
      last_code_ = code;
      last_index_ = static_cast<uint8_t>(code);
      indices_.push_back(last_index_);
      return true;
    }
    if (code > next_) return false;
    if (!expand(code)) return false;
    if (next_ < kTable) {
      suffix_[next_] = last_index_;
      prefix_[next_] = static_cast<uint16_t>(last_code_);
      if (next_ == (1U << bits_) - 1 && bits_ < kMostBits) ++bits_;
      ++next_;
    }
    last_code_ = code;
    return true;
  }

  bool expand(uint32_t code) {
    std::array<uint8_t, kTable> text;
    size_t begin = text.size();
    if (code == next_) {
      text[--begin] = last_index_;
      code = last_code_;
    }
    for (; code >= clear_; code = prefix_[code]) {
      if (begin == 0 || code >= kTable) return false;
      text[--begin] = suffix_[code];
    }
    last_index_ = static_cast<uint8_t>(code);
    indices_.push_back(last_index_);
    indices_.insert(indices_.end(), text.begin() + static_cast<ptrdiff_t>(begin), text.end());
    return true;
  }

  Bytes bytes_;
  size_t place_, block_ = 0;
  uint32_t first_bits_, clear_;
  size_t wanted_;
  uint32_t next_ = 0, bits_ = 0, held_ = 0, held_bits_ = 0;
  uint32_t last_code_ = 0;
  uint8_t last_index_ = 0;
  bool is_first_ = true;
  std::array<uint8_t, kTable> suffix_{};
  std::array<uint16_t, kTable> prefix_{};
  std::vector<uint8_t> indices_;
};

// The rows of the frame in the order in which they are stored.
std::vector<int64_t> row_order(const GifFrame& frame) {
  std::vector<int64_t> rows;
  const auto add = [&](int64_t first, int64_t step) {
    for (int64_t y = first; y < frame.frame_height; y += step) rows.push_back(y);
  };
  if (!frame.interlaced) {
    add(0, 1);
    return rows;
  }
  add(0, 8);
  add(4, 8);
  add(2, 4);
  add(1, 2);
  return rows;
}

GifFrame checked_frame(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  GifFrame frame = FrameReader(bytes, name).read();
  require_size(frame.width, frame.height, name, options.max_pixels);
  if (frame.frame_width == 0 || frame.frame_height == 0) refuse(name, "its first frame is empty");
  if (frame.code_bits > 12) refuse(name, "its codes have an impossible size");
  // A code of 9 bits stands for 4096 pixels at most; what is around the frame takes none, and as much memory.
  for (const auto& [width, height] :
       {std::pair(frame.width, frame.height), std::pair(frame.frame_width, frame.frame_height)}) {
    require_plausible(width, height, bytes.size(), name, {.pixels_per_byte = 4096});
  }
  return frame;
}

}  // namespace

PictureHead read_gif_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const GifFrame frame = checked_frame(bytes, name, options);
  return {frame.width, frame.height};
}

Image decode_gif(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const GifFrame frame = checked_frame(bytes, name, options);
  LzwReader reader(bytes, frame);
  const LzwReader::End end = reader.read();
  if (end != LzwReader::End::whole && !options.allow_truncated) {
    refuse(name, end == LzwReader::End::early ? "it ends early" : "its codes are damaged");
  }
  const uint8_t* const around = frame.palette.data() + 3 * size_t{frame.transparent.value_or(0)};
  Image image = make_image(frame.width, frame.height);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = around[i % 3];
  const std::vector<uint8_t>& indices = reader.indices();
  size_t place = 0;
  for (const int64_t y : row_order(frame)) {
    uint8_t* to = image.row(frame.top + y) + 3 * frame.left;
    for (int64_t x = 0; x < frame.frame_width && place < indices.size(); ++x, to += 3) {
      std::copy_n(frame.palette.data() + 3 * size_t{indices[place++]}, 3, to);
    }
  }
  return image;
}

}  // namespace zoo
