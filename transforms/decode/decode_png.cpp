#include "transforms/decode/decode_png.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <vector>

#include "transforms/decode/decode_limits.h"
#include "transforms/decode/decode_png_chunks.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

// Adam7 (PNG 1.2, 2.6): the columns and rows of each pass.
struct Pass {
  int64_t left, top, column_step, row_step;
};
constexpr std::array<Pass, 7> kAdam7{
    {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
constexpr std::array<Pass, 1> kPlain{{{0, 0, 1, 1}}};

constexpr int64_t kMostInflation = 1032;  // zlib's bytes of a byte; times 8 if each is 8 pixels of one bit
constexpr int64_t kPieceBytes = 1 << 16;  // Pillow hands the inflater so much at once

int64_t bits_per_pixel(uint32_t depth, uint32_t colour) {
  constexpr std::array<int64_t, 7> kChannels{1, 0, 3, 1, 2, 0, 4};
  const int64_t channels = colour < kChannels.size() ? kChannels[colour] : 0;
  const bool is_low = depth == 1 || depth == 2 || depth == 4;
  const bool is_known = depth == 8 || (is_low && channels == 1) || (depth == 16 && colour != 3);
  return is_known ? channels * depth : 0;
}

int paeth(int left, int up, int corner) {
  const int by_left = std::abs(up - corner), by_up = std::abs(left - corner);
  const int by_corner = std::abs(left + up - 2 * corner);
  if (by_left <= by_up && by_left <= by_corner) return left;
  return by_up <= by_corner ? up : corner;
}

// Undoes a row's filter (PNG 1.2, 6); `step` bytes a pixel, at least 1. false: an unknown filter.
bool unfilter(int filter, std::span<uint8_t> row, std::span<const uint8_t> above, size_t step) {
  const auto add = [](uint8_t& to, int value) { to = static_cast<uint8_t>(to + value); };
  const size_t first = std::min(step, row.size());
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (size_t i = first; i < row.size(); ++i) add(row[i], row[i - step]);
      return true;
    case 2:
      for (size_t i = 0; i < row.size(); ++i) add(row[i], above[i]);
      return true;
    case 3:
      for (size_t i = 0; i < first; ++i) add(row[i], above[i] / 2);
      for (size_t i = first; i < row.size(); ++i) add(row[i], (row[i - step] + above[i]) / 2);
      return true;
    case 4:
      for (size_t i = 0; i < first; ++i) add(row[i], above[i]);
      for (size_t i = first; i < row.size(); ++i)
        add(row[i], paeth(row[i - step], above[i], above[i - step]));
      return true;
    default:
      return false;
  }
}

class PngDecoder {
 public:
  PngDecoder(const PngChunks& chunks, Image& image) : chunks_(chunks), image_(image) {
    bits_ = bits_per_pixel(chunks.depth, chunks.colour);
    const auto room = static_cast<size_t>((bits_ * chunks.frame_width + 7) / 8 + 1);
    row_.resize(room);
    above_.resize(room);
    enter_pass(0);
  }
  ~PngDecoder() { inflateEnd(&stream_); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  enum class State { wants_more, done, broken };
  State start() { return inflateInit(&stream_) == Z_OK ? State::wants_more : State::broken; }

  // As Pillow's ZipDecode: rows are unpacked one by one, and what follows the last one is not looked at.
  State feed(std::span<const std::byte> piece) {
    if (done_) return State::done;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    while (stream_.avail_in > 0) {
      const size_t wanted = static_cast<size_t>(row_bytes_) + 1;
      stream_.next_out = row_.data() + filled_;
      stream_.avail_out = static_cast<uInt>(wanted - filled_);
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result < 0) return State::broken;
      filled_ = wanted - stream_.avail_out;
      if (filled_ < wanted) break;
      filled_ = 0;
      const auto step = static_cast<size_t>((bits_ + 7) / 8);
      const auto bytes = static_cast<size_t>(row_bytes_);
      if (!unfilter(row_[0], std::span(row_).subspan(1, bytes), std::span(above_).subspan(1, bytes), step)) {
        return State::broken;
      }
      store_row();
      next_row();
      if (done_ || result == Z_STREAM_END) return State::done;
    }
    return State::wants_more;
  }

 private:
  std::span<const Pass> passes() const {
    if (chunks_.interlaced) return kAdam7;
    return kPlain;
  }

  void enter_pass(size_t number) {
    for (; number < passes().size(); ++number) {
      const Pass& pass = passes()[number];
      columns_ = (chunks_.frame_width - pass.left + pass.column_step - 1) / pass.column_step;
      if (columns_ > 0 && pass.top < chunks_.frame_height) break;
    }
    pass_ = number;
    done_ = number == passes().size();
    if (done_) return;
    y_ = passes()[number].top;
    row_bytes_ = (columns_ * bits_ + 7) / 8;
  }

  void next_row() {
    y_ += passes()[pass_].row_step;
    if (y_ < chunks_.frame_height) {
      std::swap(row_, above_);
      return;
    }
    enter_pass(pass_ + 1);
    std::fill(above_.begin(), above_.end(), uint8_t{0});
  }

  void store_row() {
    const Pass& pass = passes()[pass_];
    uint8_t* to = image_.row(chunks_.top + y_) + (chunks_.left + pass.left) * 3;
    if (chunks_.depth == 8 && !chunks_.interlaced) return store_bytes(to);
    for (int64_t x = 0; x < columns_; ++x, to += pass.column_step * 3) store_pixel(x, to);
  }

  // The frequent kinds of rows, without asking at each pixel.
  void store_bytes(uint8_t* to) const {
    const uint8_t* from = row_.data() + 1;
    const int64_t step = bits_ / 8;
    if (step == 3) {
      std::copy_n(from, columns_ * 3, to);
    } else if (step == 4) {
      for (int64_t x = 0; x < columns_; ++x, from += 4, to += 3) std::copy_n(from, 3, to);
    } else if (chunks_.colour == 3) {
      for (int64_t x = 0; x < columns_; ++x, to += 3)
        std::copy_n(chunks_.palette.data() + 3 * from[x], 3, to);
    } else {
      for (int64_t x = 0; x < columns_; ++x, from += step, to += 3) std::fill_n(to, 3, *from);
    }
  }

  // As Pillow's modes become RGB: the high byte of 16-bit colours, but 16-bit grey is cut off at 255.
  void store_pixel(int64_t x, uint8_t* to) const {
    const uint8_t* row = row_.data() + 1;
    if (bits_ < 8) {
      const int shift = static_cast<int>(8 - bits_ - (x * bits_) % 8);
      const int value = row[x * bits_ / 8] >> shift & ((1 << bits_) - 1);
      return store_single(chunks_.colour == 3 ? value : value * 255 / ((1 << bits_) - 1), to);
    }
    const uint8_t* from = row + x * bits_ / 8;
    const int64_t step = chunks_.depth / 8;
    if (chunks_.colour == 0 && step == 2) return store_single(from[0] > 0 ? 255 : from[1], to);
    if (chunks_.colour == 2 || chunks_.colour == 6) {
      for (int64_t c = 0; c < 3; ++c) to[c] = from[c * step];
      return;
    }
    store_single(from[0], to);
  }

  void store_single(int value, uint8_t* to) const {
    if (chunks_.colour == 3) {
      std::copy_n(chunks_.palette.data() + 3 * value, 3, to);
    } else {
      std::fill_n(to, 3, static_cast<uint8_t>(value));
    }
  }

  const PngChunks& chunks_;
  Image& image_;
  z_stream stream_{};
  int64_t bits_ = 0;
  size_t pass_ = 0;
  int64_t y_ = 0, columns_ = 0, row_bytes_ = 0;
  size_t filled_ = 0;
  bool done_ = false;
  std::vector<uint8_t> row_, above_;  // with the filter's number in front
};

PngChunks checked_head(PngReader& reader, size_t bytes, const std::string& name,
                       const DecodeOptions& options) {
  PngChunks chunks = reader.read_head();
  if (bits_per_pixel(chunks.depth, chunks.colour) == 0) {
    throw Error(ErrorCode::corrupt, name,
                "a PNG file of colour type " + std::to_string(chunks.colour) + " with " +
                    std::to_string(chunks.depth) + " bits a channel, which does not exist");
  }
  require_size(chunks.width, chunks.height, name, options.max_pixels);
  require_plausible(chunks.width, chunks.height, bytes, name, {.pixels_per_byte = 8 * kMostInflation});
  return chunks;
}

PngDecoder::State decode_pixels(PngDecoder& decoder, PngReader& reader) {
  PngDecoder::State state = decoder.start();
  while (state == PngDecoder::State::wants_more) {
    std::optional<std::span<const std::byte>> chunk = reader.next_pixels();
    if (!chunk) break;
    while (state == PngDecoder::State::wants_more && !chunk->empty()) {
      const size_t size = std::min<size_t>(chunk->size(), kPieceBytes);
      state = decoder.feed(chunk->first(size));
      chunk = chunk->subspan(size);
    }
  }
  return state;
}

void require_done(PngDecoder::State state, const std::string& name) {
  if (state == PngDecoder::State::broken) refuse_png(name, "its compressed data is damaged");
  if (state == PngDecoder::State::done) return;
  throw Error(ErrorCode::corrupt, name, "the PNG file ends early", "Get the whole file, or leave it out.");
}

void fill(Image& image, const uint8_t* colour) {
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = colour[i % 3];
}

}  // namespace

PictureHead read_png_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options) {
  PngReader reader(bytes, name, options);
  const PngChunks chunks = checked_head(reader, bytes.size(), name, options);
  return {chunks.width, chunks.height, chunks.orientation};
}

Image decode_png(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  PngReader reader(bytes, name, options);
  const PngChunks chunks = checked_head(reader, bytes.size(), name, options);
  Image image = make_image(chunks.width, chunks.height);
  if (chunks.colour == 3) fill(image, chunks.palette.data());  // as index 0, where no row arrives
  PngDecoder decoder(chunks, image);
  const PngDecoder::State state = decode_pixels(decoder, reader);
  if (!options.allow_truncated) require_done(state, name);
  reader.read_rest();
  return image;
}

}  // namespace zoo
