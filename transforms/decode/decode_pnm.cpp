#include "transforms/decode/decode_pnm.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the PNM file cannot be decoded: " + what,
              "Get the whole file, or leave it out.");
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The numbers of a header or of plain pixels, with comments between them.
class Numbers {
 public:
  Numbers(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  // Nothing at the end.
  std::optional<int64_t> next(size_t most_digits = 10) {
    while (place_ < text_.size() && (is_space(text_[place_]) || text_[place_] == '#')) {
      if (text_[place_] == '#') place_ = std::min(text_.find_first_of("\r\n", place_), text_.size() - 1);
      ++place_;
    }
    if (place_ == text_.size()) return std::nullopt;
    const std::string_view rest = text_.substr(place_, most_digits);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{} || value < 0)
      refuse(name_, "a number is expected at byte " + std::to_string(place_));
    place_ += static_cast<size_t>(end - rest.data());
    return value;
  }
  size_t place() const { return place_; }
  void skip(size_t bytes) { place_ += bytes; }

 private:
  std::string_view text_;
  const std::string& name_;
  size_t place_ = 0;
};

struct PnmHeader {
  char kind = '0';  // the character after P
  int64_t width = 0, height = 0;
  int64_t most = 1;   // the sample that is white
  size_t pixels = 0;  // where they begin

  bool is_plain() const { return kind <= '3'; }
  bool is_bitmap() const { return kind == '1' || kind == '4'; }
  int64_t channels() const { return kind == '3' || kind == '6' ? 3 : 1; }
};

PnmHeader read_header(std::string_view text, const std::string& name, const DecodeOptions& options) {
  PnmHeader header;
  header.kind = text[1];
  if (header.kind == 'f') {
    throw Error(ErrorCode::unsupported, name, "PFM is not read", "Convert the picture to 8-bit PNG or JPEG.");
  }
  Numbers numbers(text, name);
  numbers.skip(2);
  header.width = numbers.next().value_or(0);
  header.height = numbers.next().value_or(0);
  if (!header.is_bitmap()) header.most = numbers.next().value_or(0);
  if (header.most < 1 || header.most > 65535) refuse(name, "its scale is not in 1 to 65535");
  header.pixels = std::min(numbers.place() + 1, text.size());
  require_size(header.width, header.height, name, options.max_pixels);
  require_plausible(header.width, header.height, text.size(), name, {.may_be_cut = options.allow_truncated});
  if (options.backend == Backend::opencv && !header.is_bitmap() && header.most != 255 &&
      header.most != 65535) {
    throw Error(ErrorCode::unsupported, name,
                "OpenCV's pixels of a PNM file whose scale is neither 255 nor 65535",
                "Convert the picture to 8-bit PNG or JPEG.");
  }
  return header;
}

// Pillow takes greys of more than 255 levels for 16-bit ones, which are cut off at 255, and scales colours;
// OpenCV drops the lower eight bits.
uint8_t level_of(int64_t value, const PnmHeader& header, Backend backend) {
  if (header.is_bitmap()) return value != 0 ? 0 : 255;
  if (header.most == 255) return static_cast<uint8_t>(value);
  if (backend == Backend::opencv) return static_cast<uint8_t>(value >> 8);
  const double white = header.channels() == 1 && header.most > 255 ? 65535.0 : 255.0;
  const double level = std::nearbyint(static_cast<double>(value) / static_cast<double>(header.most) * white);
  return static_cast<uint8_t>(std::min(level, 255.0));
}

// The samples of a file in their order; nothing where they end early.
class Samples {
 public:
  Samples(std::string_view text, const PnmHeader& header, const std::string& name)
      : header_(header),
        name_(name),
        raw_(std::as_bytes(std::span(text))),
        plain_(text, name),
        place_(header.pixels) {
    plain_.skip(header.pixels);
  }

  std::optional<int64_t> next(int64_t column) {
    const auto value = header_.is_plain() ? plain_.next(header_.is_bitmap() ? 1 : 10) : next_raw(column);
    if (value && *value > header_.most) refuse(name_, "a sample is above " + std::to_string(header_.most));
    return value;
  }

 private:
  std::optional<int64_t> next_raw(int64_t column) {
    const size_t size = header_.most > 255 ? 2 : 1;
    if (header_.is_bitmap()) {
      if (column % 8 == 0 && column > 0) ++place_;
      if (place_ >= raw_.size()) return std::nullopt;
      const int value = std::to_integer<int>(raw_[place_]) >> (7 - column % 8) & 1;
      if (column == header_.width - 1) ++place_;  // rows begin at a byte
      return value;
    }
    if (raw_.size() - place_ < size) return std::nullopt;
    place_ += size;
    return byte_number(raw_, place_ - size, size, std::endian::big);
  }

  const PnmHeader& header_;
  const std::string& name_;
  std::span<const std::byte> raw_;
  Numbers plain_;
  size_t place_;
};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

PictureHead read_pnm_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options) {
  const PnmHeader header = read_header(text_of(bytes), name, options);
  return {header.width, header.height};
}

Picture decode_pnm(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  const PnmHeader header = read_header(text_of(bytes), name, options);
  Samples samples(text_of(bytes), header, name);
  Image image = make_image(header.width, header.height);
  if (header.kind == '6' && header.most == 255) {
    const auto pixels = std::as_writable_bytes(std::span(image.pixels));
    const auto there =
        bytes.subspan(header.pixels).first(std::min(pixels.size(), bytes.size() - header.pixels));
    if (there.size() < pixels.size() && !options.allow_truncated) refuse(name, "it ends early");
    std::copy(there.begin(), there.end(), pixels.begin());
    return {std::move(image)};
  }
  const int64_t row_samples = header.width * header.channels();
  for (int64_t i = 0; i < row_samples * header.height; ++i) {
    const auto sample = samples.next(i % row_samples);
    if (!sample) {
      if (options.allow_truncated) break;
      refuse(name, "it ends early");
    }
    const uint8_t level = level_of(*sample, header, options.backend);
    if (header.channels() == 3) {
      image.pixels[static_cast<size_t>(i)] = level;
    } else {
      std::fill_n(image.pixels.data() + 3 * i, 3, level);
    }
  }
  return {std::move(image)};
}

}  // namespace zoo
