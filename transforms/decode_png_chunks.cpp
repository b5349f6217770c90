#include "transforms/decode_png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <vector>

#include "transforms/byte_number.h"
#include "transforms/exif.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

// Pillow's PngImagePlugin.MAX_TEXT_CHUNK and MAX_TEXT_MEMORY.
constexpr size_t kMaxText = size_t{1} << 20;
constexpr size_t kMaxAllText = 64 * kMaxText;
constexpr size_t kHeaderBytes = 8, kCrcBytes = 4;

uint32_t big(Bytes bytes, size_t offset, size_t size = 4) {
  return byte_number(bytes, offset, size, std::endian::big);
}

std::string_view text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Chunk {
  std::string type;
  Bytes data;
  bool whole = false;  // neither the data nor the checksum are cut off
};

// What a compressed text or profile takes when it is unpacked; more than kMaxText is a bomb.
enum class Packed { fits, bomb };
Packed unpack_text(Bytes packed, std::string* unpacked = nullptr) {
  std::vector<Bytef> room(kMaxText);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return Packed::fits;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = room.data();
  stream.avail_out = static_cast<uInt>(room.size());
  const int result = inflate(&stream, Z_SYNC_FLUSH);
  const bool is_bomb =
      (result == Z_OK || result == Z_BUF_ERROR) && stream.avail_in > 0 && stream.avail_out == 0;
  if (unpacked != nullptr) unpacked->assign(room.begin(), room.end() - stream.avail_out);
  inflateEnd(&stream);
  return is_bomb ? Packed::bomb : Packed::fits;
}

class ChunkReader {
 public:
  ChunkReader(Bytes bytes, const std::string& name, const DecodeOptions& options)
      : bytes_(bytes),
        name_(name),
        truncated_ok_(options.allow_truncated),
        asks_xmp_(options.backend == Backend::pillow) {
    for (size_t i = 0; i < found_.palette.size(); ++i) found_.palette[i] = static_cast<uint8_t>(i / 3);
  }

  PngChunks read() {
    while (read_chunk()) {
    }
    if (found_.pixels == 0) refuse("there are no pixels in it");
    if (found_.frame_width == 0 && found_.frame_height == 0 && !framed_) {
      found_.frame_width = found_.width;
      found_.frame_height = found_.height;
    }
    return found_;
  }

  // Chunks that may come behind the pixels too.
  int orientation() {
    int found = 0;
    std::string xmp;
    for (size_t place = kHeaderBytes; place + kHeaderBytes <= bytes_.size();) {
      const size_t size = big(bytes_, place);
      const std::string_view type = text(bytes_.subspan(place + 4, 4));
      const Bytes rest = bytes_.subspan(place + kHeaderBytes);
      const Bytes data = rest.first(std::min(size, rest.size()));
      if (type == "eXIf") found = tiff_orientation(data);
      if (type == "iTXt") note_xmp(data, xmp);
      if (type == "IEND" || size > rest.size()) break;
      place += kHeaderBytes + size + kCrcBytes;
    }
    return std::max(1, found != 0 || !asks_xmp_ ? found : xmp_orientation(xmp));
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::corrupt, name_, "the PNG file cannot be decoded: " + what);
  }

  // false behind the last one that matters.
  bool read_chunk() {
    if (bytes_.size() - place_ < kHeaderBytes) refuse("it ends early");
    const size_t size = big(bytes_, place_);
    const std::string type(text(bytes_.subspan(place_ + 4, 4)));
    const bool is_name = std::all_of(type.begin(), type.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
    if (!is_name) refuse("a chunk has no valid name");
    if (type == "IEND") return false;
    if (type == "IDAT" || type == "fdAT") {
      found_.pixels = place_;
      if (type == "fdAT") check_frame_number(big(bytes_, place_ + kHeaderBytes));
      return false;
    }
    const Bytes rest = bytes_.subspan(place_ + kHeaderBytes);
    if (rest.size() < size + kCrcBytes) refuse("it ends early");
    const Bytes data = rest.first(size);
    handle(type, data);
    check_crc(type, bytes_.subspan(place_ + 4, 4 + size), big(rest, size));
    place_ += kHeaderBytes + size + kCrcBytes;
    return true;
  }

  void check_crc(const std::string& type, Bytes covered, uint32_t expected) const {
    const bool is_ancillary = (type[0] & 0x20) != 0;
    if (truncated_ok_ && is_ancillary) return;
    const auto found =
        crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
    if (found != expected) refuse("the checksum of chunk " + type + " is wrong");
  }

  void handle(const std::string& type, Bytes data) {
    if (type == "IHDR") return header(data);
    if (type == "PLTE" && found_.colour == 3) {
      std::memcpy(found_.palette.data(), data.data(), std::min(data.size(), found_.palette.size()));
    }
    if (type == "acTL") require_length(type, data, 8);
    if (type == "fcTL") return frame(data);
    if (type == "gAMA") require_length(type, data, 4);
    if (type == "cHRM") require_length(type, data, 32);
    if (type == "sRGB") require_length(type, data, 1);
    if (type == "pHYs") require_length(type, data, 9);
    if (type == "tRNS" && found_.colour == 0) require_length(type, data, 2);
    if (type == "tRNS" && found_.colour == 2) require_length(type, data, 6);
    if (type == "iCCP" || type == "zTXt") packed_text(type, data);
    if (type == "tEXt") add_text(data.size());
    if (type == "iTXt") international_text(data);
  }

  void require_length(const std::string& type, Bytes data, size_t least) const {
    if (data.size() < least && !truncated_ok_) refuse("chunk " + type + " is too short");
  }

  void header(Bytes data) {
    if (data.size() < 13) refuse("chunk IHDR is too short");
    found_.width = big(data, 0);
    found_.height = big(data, 4);
    found_.depth = big(data, 8, 1);
    found_.colour = big(data, 9, 1);
    if (big(data, 11, 1) != 0) refuse("an unknown kind of filters");
    found_.interlaced = big(data, 12, 1) != 0;
  }

  void frame(Bytes data) {
    require_length("fcTL", data, 26);
    if (data.size() < 26) return;
    check_frame_number(big(data, 0));
    found_.frame_width = big(data, 4);
    found_.frame_height = big(data, 8);
    found_.left = big(data, 12);
    found_.top = big(data, 16);
    framed_ = true;
    if (found_.left + found_.frame_width > found_.width || found_.top + found_.frame_height > found_.height) {
      refuse("a frame outside of the picture");
    }
  }

  void check_frame_number(uint32_t number) {
    if (number != frames_++) refuse("its frames are out of order");
  }

  void packed_text(const std::string& type, Bytes data) {
    const size_t key_end = text(data).find('\0');
    // Where the key has no end, Pillow takes a profile's first byte, or no text, for what follows.
    const size_t method = key_end != std::string_view::npos ? key_end + 1 : type == "iCCP" ? 0 : data.size();
    if (method >= data.size()) {
      if (type == "iCCP") refuse("chunk iCCP is too short");
      return;
    }
    if (data[method] != std::byte{0}) refuse("an unknown compression in chunk " + type);
    limit(data.subspan(method + 1));
  }

  void international_text(Bytes data) {
    const size_t key_end = text(data).find('\0');
    if (key_end == std::string_view::npos || data.size() - key_end < 3) return;
    const Bytes rest = data.subspan(key_end + 3);
    const size_t language = text(rest).find('\0');
    if (language == std::string_view::npos) return;
    const size_t key = text(rest).find('\0', language + 1);
    if (key == std::string_view::npos) return;
    if (data[key_end + 1] == std::byte{0}) return add_text(rest.size() - key - 1);
    if (data[key_end + 2] == std::byte{0}) limit(rest.subspan(key + 1));
  }

  void limit(Bytes packed) {
    std::string unpacked;
    if (unpack_text(packed, &unpacked) == Packed::bomb && !truncated_ok_) {
      refuse("a text or profile of more than " + std::to_string(kMaxText) + " bytes is packed in it");
    }
    add_text(unpacked.size());
  }

  void add_text(size_t size) {
    text_ += size;
    if (text_ > kMaxAllText) refuse("too much text is in it");
  }

  static void note_xmp(Bytes data, std::string& xmp) {
    constexpr std::string_view kKey("XML:com.adobe.xmp\0\0\0", 20);  // not compressed
    if (text(data).starts_with(kKey)) xmp = text(data);
  }

  Bytes bytes_;
  const std::string& name_;
  bool truncated_ok_, asks_xmp_;
  size_t place_ = kHeaderBytes;
  size_t text_ = 0;
  uint32_t frames_ = 0;
  bool framed_ = false;
  PngChunks found_;
};

}  // namespace

PngChunks read_png_chunks(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  ChunkReader reader(bytes, name, options);
  PngChunks chunks = reader.read();
  if (options.exif) chunks.orientation = reader.orientation();
  return chunks;
}

Bytes PngPixelStream::next() {
  if (bytes_.size() - std::min(place_, bytes_.size()) < kHeaderBytes) return {};
  const size_t size = big(bytes_, place_);
  const std::string_view type = text(bytes_.subspan(place_ + 4, 4));
  if (type != "IDAT" && type != "DDAT" && type != "fdAT") return {};
  const Bytes rest = bytes_.subspan(place_ + kHeaderBytes);
  place_ += kHeaderBytes + size + kCrcBytes;
  const Bytes data = rest.first(std::min(size, rest.size()));
  const size_t number = type == "fdAT" ? std::min<size_t>(4, data.size()) : 0;
  return data.subspan(number);
}

}  // namespace zoo
