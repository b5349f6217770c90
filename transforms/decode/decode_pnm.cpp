#include "transforms/decode/decode_pnm.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kLongestToken = 10;  // Pillow's

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct PnmHeader {
  char kind = '0';  // the character behind P
  int64_t width = 0, height = 0;
  int64_t most = 1;         // the sample that is white
  bool big_endian = false;  // of PFM's floats
  size_t pixels = 0;        // where they begin

  bool is_plain() const { return kind >= '1' && kind <= '3'; }
  bool is_bitmap() const { return kind == '1' || kind == '4'; }
  // Pillow has its own decoders for the other kinds, which bear no missing sample.
  bool may_end_early() const {
    return is_float() || kind == '4' || (!is_plain() && (most == 255 || (most == 65535 && kind == '5')));
  }
  bool is_float() const { return kind == 'f'; }
  int64_t channels() const { return kind == '3' || kind == '6' ? 3 : 1; }
};

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the PNM file cannot be decoded: " + what);
}

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  PnmHeader read() {
    PnmHeader header;
    header.kind = text_[1];
    place_ = 3;  // "P", the kind, white space
    header.width = integer();
    header.height = integer();
    if (header.is_float()) {
      header.big_endian = scale() > 0;
    } else if (!header.is_bitmap()) {
      header.most = integer();
      if (header.most < 1 || header.most > 65535) refuse(name_, "its scale is not in 1 to 65535");
    }
    header.pixels = place_;
    return header;
  }

 private:
  std::string token() {
    std::string token;
    while (token.size() <= kLongestToken && place_ < text_.size()) {
      const char c = text_[place_++];
      if (is_space(c)) {
        if (!token.empty()) break;
      } else if (c == '#') {
        while (place_ < text_.size() && text_[place_] != '\n' && text_[place_] != '\r') ++place_;
        ++place_;
      } else {
        token += c;
      }
    }
    if (token.empty() || token.size() > kLongestToken) refuse(name_, "its header is damaged");
    return token;
  }

  int64_t integer() {
    const std::string word = token();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) refuse(name_, "its header is damaged");
    return value;
  }

  double scale() {
    const std::string word = token();
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value) || value == 0) {
      refuse(name_, "its scale is not a number");
    }
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  size_t place_ = 0;
};

// The numbers of the plain formats: comments are left out, wherever they stand.
class PlainTokens {
 public:
  explicit PlainTokens(std::string_view text) : text_(text) {}

  // Nothing at the end.
  std::optional<std::string_view> next() {
    skip_space();
    const size_t begin = place_;
    while (place_ < text_.size() && !is_space(text_[place_]) && text_[place_] != '#') ++place_;
    if (place_ == begin) return std::nullopt;
    return text_.substr(begin, place_ - begin);
  }

  // Bitmaps need no space between their digits.
  std::optional<char> next_digit() {
    skip_space();
    if (place_ == text_.size()) return std::nullopt;
    return text_[place_++];
  }

 private:
  void skip_space() {
    for (; place_ < text_.size(); ++place_) {
      if (text_[place_] == '#') {
        place_ = std::min(text_.find_first_of("\n\r", place_), text_.size() - 1);
      } else if (!is_space(text_[place_])) {
        return;
      }
    }
  }

  std::string_view text_;
  size_t place_ = 0;
};

class PnmDecoder {
 public:
  PnmDecoder(std::span<const std::byte> bytes, const PnmHeader& header, const std::string& name, Image& image)
      : header_(header),
        name_(name),
        image_(image),
        rest_(bytes.subspan(std::min(bytes.size(), header.pixels))) {}

  // false: the data ends early.
  bool decode() {
    if (header_.is_float()) return decode_floats();
    if (header_.is_bitmap()) return header_.is_plain() ? decode_plain_bits() : decode_bits();
    return header_.is_plain() ? decode_plain() : decode_raw();
  }

 private:
  // Greys of more than 255 levels are of 65536 to Pillow and cut off at 255 then; colours are scaled to 255.
  uint8_t scaled(int64_t value) const {
    const bool deep = header_.channels() == 1 && header_.most > 255;
    if (deep && header_.most == 65535) return static_cast<uint8_t>(std::min<int64_t>(value, 255));
    const double out = deep ? 65535.0 : 255.0;
    const double level = std::nearbyint(static_cast<double>(value) / static_cast<double>(header_.most) * out);
    return static_cast<uint8_t>(std::min(level, 255.0));
  }

  void store(int64_t sample, uint8_t level) {
    if (header_.channels() == 3) {
      image_.pixels[static_cast<size_t>(sample)] = level;
    } else {
      std::fill_n(image_.pixels.data() + 3 * sample, 3, level);
    }
  }

  int64_t samples() const { return header_.width * header_.height * header_.channels(); }

  bool decode_plain() {
    PlainTokens tokens(text());
    for (int64_t i = 0; i < samples(); ++i) {
      const auto token = tokens.next();
      if (!token) return false;
      int64_t value = 0;
      const auto [end, error] = std::from_chars(token->data(), token->data() + token->size(), value);
      if (token->size() > kLongestToken || error != std::errc{} || end != token->data() + token->size() ||
          value < 0 || value > header_.most) {
        refuse(name_, "a sample is not a number in 0 to " + std::to_string(header_.most));
      }
      store(i, scaled(value));
    }
    return true;
  }

  bool decode_plain_bits() {
    PlainTokens tokens(text());
    for (int64_t i = 0; i < samples(); ++i) {
      const auto digit = tokens.next_digit();
      if (!digit) return false;
      if (*digit != '0' && *digit != '1') refuse(name_, "a sample is neither 0 nor 1");
      store(i, *digit == '0' ? 255 : 0);
    }
    return true;
  }

  bool decode_bits() {
    const int64_t row_bytes = (header_.width + 7) / 8;
    for (int64_t y = 0; y < header_.height; ++y) {
      if (static_cast<int64_t>(rest_.size()) < (y + 1) * row_bytes) return false;
      for (int64_t x = 0; x < header_.width; ++x) {
        const auto bits = std::to_integer<int>(rest_[static_cast<size_t>(y * row_bytes + x / 8)]);
        store(y * header_.width + x, (bits >> (7 - x % 8) & 1) != 0 ? 0 : 255);
      }
    }
    return true;
  }

  // Pillow takes whole rows of samples that need no scaling, and whole pixels of the others.
  bool decode_raw() {
    const bool plain_scale = header_.most == 255 || (header_.most == 65535 && header_.channels() == 1);
    const int64_t unit = plain_scale ? header_.width * header_.channels() : header_.channels();
    const int64_t size = header_.most > 255 ? 2 : 1;
    const int64_t there = static_cast<int64_t>(rest_.size()) / size / unit * unit;
    const int64_t count = std::min(there, samples());
    for (int64_t i = 0; i < count; ++i) {
      const uint32_t value =
          byte_number(rest_, static_cast<size_t>(i * size), static_cast<size_t>(size), std::endian::big);
      store(i, header_.most == 255 ? static_cast<uint8_t>(value) : scaled(value));
    }
    return count == samples();
  }

  bool decode_floats() {
    const auto order = header_.big_endian ? std::endian::big : std::endian::little;
    const int64_t row_bytes = 4 * header_.width;
    for (int64_t y = 0; y < header_.height; ++y) {
      if (static_cast<int64_t>(rest_.size()) < (y + 1) * row_bytes) return false;
      uint8_t* to = image_.row(header_.height - 1 - y);  // from bottom to top
      for (int64_t x = 0; x < header_.width; ++x, to += 3) {
        const auto place = static_cast<size_t>(y * row_bytes + 4 * x);
        const auto value = std::bit_cast<float>(byte_number(rest_, place, 4, order));
        const bool is_above = value > 0;  // not so a NaN
        std::fill_n(to, 3, static_cast<uint8_t>(is_above ? std::min(value, 255.0F) : 0.0F));
      }
    }
    return true;
  }

  std::string_view text() const { return {reinterpret_cast<const char*>(rest_.data()), rest_.size()}; }

  const PnmHeader& header_;
  const std::string& name_;
  Image& image_;
  std::span<const std::byte> rest_;
};

PnmHeader checked_header(std::span<const std::byte> bytes, const std::string& name,
                         const DecodeOptions& options) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  PnmHeader header = HeaderReader(text, name).read();
  require_size(header.width, header.height, name, options.max_pixels);
  require_plausible(header.width, header.height, bytes.size(), name, {.may_be_cut = options.allow_truncated});
  return header;
}

}  // namespace

PictureHead read_pnm_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options) {
  const PnmHeader header = checked_header(bytes, name, options);
  return {header.width, header.height};
}

Image decode_pnm(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  const PnmHeader header = checked_header(bytes, name, options);
  Image image = make_image(header.width, header.height);
  const bool whole = PnmDecoder(bytes, header, name, image).decode();
  if (!whole && !(options.allow_truncated && header.may_end_early())) {
    throw Error(ErrorCode::corrupt, name, "the PNM file ends early", "Get the whole file, or leave it out.");
  }
  return image;
}

}  // namespace zoo
