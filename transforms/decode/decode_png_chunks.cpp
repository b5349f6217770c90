#include "transforms/decode/decode_png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>
#include <utility>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

constexpr size_t kSizeBytes = 4, kHeaderBytes = 8, kCrcBytes = 4;
constexpr size_t kNumberBytes = 4;  // before a frame's pixels

uint32_t big(Bytes bytes, size_t offset, size_t size = 4) {
  return byte_number(bytes, offset, size, std::endian::big);
}

std::string_view text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_word(std::string_view type) {
  return type.size() == 4 && std::all_of(type.begin(), type.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
         });
}

[[noreturn]] void refuse_cut(const std::string& name, const std::string& where) {
  throw Error(ErrorCode::corrupt, name, "the PNG file ends early, " + where,
              "Get the whole file, or leave it out.");
}

void note_xmp(Bytes data, std::string& xmp) {
  constexpr std::string_view kKey("XML:com.adobe.xmp\0\0\0", 20);  // not compressed
  if (text(data).starts_with(kKey)) xmp = text(data);
}

// Of chunks anywhere in the file.
int find_orientation(Bytes bytes, bool asks_xmp) {
  int found = 0;
  std::string xmp;
  for (size_t place = kHeaderBytes; place + kHeaderBytes <= bytes.size();) {
    const size_t size = big(bytes, place);
    const std::string_view type = text(bytes.subspan(place + kSizeBytes, 4));
    const Bytes rest = bytes.subspan(place + kHeaderBytes);
    const Bytes data = rest.first(std::min(size, rest.size()));
    if (type == "eXIf") found = tiff_orientation(data);
    if (type == "iTXt") note_xmp(data, xmp);
    if (type == "IEND" || size > rest.size()) break;
    place += kHeaderBytes + size + kCrcBytes;
  }
  return std::max(1, found != 0 || !asks_xmp ? found : xmp_orientation(xmp));
}

}  // namespace

PngReader::PngReader(Bytes bytes, const std::string& name, const DecodeOptions& options)
    : bytes_(bytes),
      name_(name),
      options_(options),
      place_(kHeaderBytes),
      texts_(name, options.allow_truncated) {
  for (size_t i = 0; i < found_.palette.size(); ++i) found_.palette[i] = static_cast<uint8_t>(i / 3);
}

PngChunks PngReader::read_head() {
  while (!first_pixels_) {
    const Bytes left = from(place_);
    if (left.size() < kHeaderBytes) refuse("it ends early");
    const size_t size = big(left, 0);
    const std::string type(text(left.subspan(kSizeBytes, 4)));
    if (!is_borne(type)) refuse("a chunk has no valid name");
    if (type == "IEND") refuse("there are no pixels in it");
    if (holds_pixels(type, size)) {
      first_pixels_ = take_pixels(type, size);
      break;
    }
    const Bytes rest = left.subspan(kHeaderBytes);
    if (rest.size() < size + kCrcBytes) refuse("it ends early");
    handle(type, rest.first(size));
    check_crc(type, left.subspan(kSizeBytes, 4 + size), big(rest, size));
    place_ += kHeaderBytes + size + kCrcBytes;
  }
  animated_ = is_animated();
  if (!framed_) {
    found_.frame_width = found_.width;
    found_.frame_height = found_.height;
  }
  if (options_.exif) {
    found_.orientation = find_orientation(bytes_, options_.backend == Backend::pillow);
  }
  return found_;
}

std::optional<Bytes> PngReader::next_pixels() {
  if (first_pixels_) return std::exchange(first_pixels_, std::nullopt);
  const Bytes left = from(place_);
  if (left.size() < kHeaderBytes) return std::nullopt;
  const size_t size = big(left, 0);
  const std::string type(text(left.subspan(kSizeBytes, 4)));
  if (type != "DDAT" && type != "fdAT" && type != "IDAT") return std::nullopt;
  return take_pixels(type, size);
}

void PngReader::read_rest() {
  while (true) {
    const Bytes left = from(place_);
    if (left.size() < kSizeBytes) return;
    const size_t size = big(left, 0);
    const std::string type(text(left.subspan(kSizeBytes, std::min<size_t>(4, left.size() - kSizeBytes))));
    if (!is_borne(type) || type == "IEND" || (type == "fcTL" && animated_)) return;
    if (holds_pixels(type, size)) {
      take_pixels(type, size);
      if (place_ - kCrcBytes <= bytes_.size()) continue;
      if (options_.allow_truncated) return;
      refuse_cut(name_, "behind its last pixel");
    }
    const Bytes rest = from(place_ + kHeaderBytes);
    if (rest.size() < size) refuse_cut(name_, "behind its pixels");
    handle(type, rest.first(size));
    place_ += kHeaderBytes + size + kCrcBytes;
  }
}

Bytes PngReader::from(size_t place) const {
  return bytes_.subspan(std::min(place, bytes_.size()));
}

void PngReader::refuse(const std::string& what) const {
  refuse_png(name_, what);
}

bool PngReader::is_borne(const std::string& type) const {
  if (!options_.allow_truncated) return is_word(type);
  return std::all_of(type.begin(), type.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool PngReader::holds_pixels(const std::string& type, size_t size) const {
  return type == "IDAT" || (type == "fdAT" && (size >= kNumberBytes || !options_.allow_truncated));
}

// What is there of them, and goes on to the next chunk.
Bytes PngReader::take_pixels(const std::string& type, size_t size) {
  const Bytes rest = from(place_ + kHeaderBytes);
  place_ += kHeaderBytes + size + kCrcBytes;
  const Bytes data = rest.first(std::min(size, rest.size()));
  if (type != "fdAT") return data;
  if (size < kNumberBytes) {
    require_length(type, data, kNumberBytes);
    if (data.size() < size) refuse_cut(name_, "in the number of a frame");
    place_ = bytes_.size();
    return rest.subspan(size);  // as Pillow, which takes all that follows for pixels
  }
  if (data.size() < kNumberBytes) refuse_cut(name_, "in the number of a frame");
  if (frame_numbers_ == 0 || big(data, 0) != frame_numbers_) refuse("its frames are out of order");
  ++frame_numbers_;
  return data.subspan(kNumberBytes);
}

void PngReader::check_crc(const std::string& type, Bytes covered, uint32_t expected) const {
  const bool is_ancillary = (type[0] & 0x20) != 0;
  if (options_.allow_truncated && is_ancillary) return;
  const auto found =
      crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  if (found == expected) return;
  refuse("the checksum of " + (is_word(type) ? "chunk " + type : std::string("a chunk")) + " is wrong");
}

void PngReader::handle(const std::string& type, Bytes data) {
  if (type == "IHDR") return header(data);
  if (type == "PLTE" && found_.colour == 3) {
    std::memcpy(found_.palette.data(), data.data(), std::min(data.size(), found_.palette.size()));
  }
  if (type == "acTL") return animation(data);
  if (type == "fcTL") return frame(data);
  if (type == "gAMA") require_length(type, data, 4);
  if (type == "cHRM") require_length(type, data, 32);
  if (type == "sRGB") require_length(type, data, 1);
  if (type == "pHYs") require_length(type, data, 9);
  if (type == "tRNS" && found_.colour == 0) require_length(type, data, 2);
  if (type == "tRNS" && found_.colour == 2) require_length(type, data, 6);
  texts_.add(type, data);
}

void PngReader::require_length(const std::string& type, Bytes data, size_t least) const {
  if (data.size() < least && !options_.allow_truncated) refuse("chunk " + type + " is too short");
}

void PngReader::header(Bytes data) {
  require_length("IHDR", data, 13);
  if (data.size() < 13) return;
  found_.width = big(data, 0);
  found_.height = big(data, 4);
  found_.depth = big(data, 8, 1);
  found_.colour = big(data, 9, 1);
  if (big(data, 11, 1) != 0) refuse("an unknown kind of filters");
  found_.interlaced = big(data, 12, 1) != 0;
}

void PngReader::animation(Bytes data) {
  require_length("acTL", data, 8);
  if (data.size() < 8) return;
  constexpr uint32_t kMostFrames = 0x80000000;
  if (frame_count_) {
    frame_count_.reset();  // there must be one such chunk
  } else if (big(data, 0) > 0 && big(data, 0) <= kMostFrames) {
    frame_count_ = big(data, 0);
  }
}

void PngReader::frame(Bytes data) {
  require_length("fcTL", data, 26);
  if (data.size() < 26) return;
  if (big(data, 0) != frame_numbers_) refuse("its frames are out of order");
  ++frame_numbers_;
  found_.frame_width = big(data, 4);
  found_.frame_height = big(data, 8);
  found_.left = big(data, 12);
  found_.top = big(data, 16);
  framed_ = true;
  if (found_.left + found_.frame_width > found_.width || found_.top + found_.frame_height > found_.height) {
    refuse("a frame outside of the picture");
  }
}

// The picture before an animation, if it is none of its frames, is one more.
bool PngReader::is_animated() const {
  return frame_count_ && (*frame_count_ > 1 || !framed_);
}

void require_whole_chunks(Bytes bytes, const std::string& name) {
  for (size_t place = kHeaderBytes; place + kHeaderBytes <= bytes.size();) {
    const size_t size = big(bytes, place);
    if (text(bytes.subspan(place + kSizeBytes, 4)) == "IEND") return;
    place += kHeaderBytes + size;
    if (place > bytes.size()) refuse_cut(name, "in a chunk");
    place += kCrcBytes;
  }
}

}  // namespace zoo
