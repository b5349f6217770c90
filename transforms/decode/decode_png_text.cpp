#include "transforms/decode/decode_png_text.h"

#include <zlib.h>

#include <string_view>

#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

// Pillow's PngImagePlugin.MAX_TEXT_CHUNK and MAX_TEXT_MEMORY.
constexpr size_t kMaxText = size_t{1} << 20;
constexpr size_t kMaxAllText = 64 * kMaxText;

std::string_view text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Unpacked {
  size_t size = 0;
  bool is_bomb = false;  // there is more than kMaxText
};

// `room` is made large at the first use only: a file may have a million texts of a few bytes.
Unpacked unpack(Bytes packed, std::vector<uint8_t>& room) {
  room.resize(kMaxText);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = room.data();
  stream.avail_out = static_cast<uInt>(room.size());
  const int result = inflate(&stream, Z_SYNC_FLUSH);
  const bool is_bomb =
      (result == Z_OK || result == Z_BUF_ERROR) && stream.avail_in > 0 && stream.avail_out == 0;
  inflateEnd(&stream);
  return {room.size() - stream.avail_out, is_bomb};
}

}  // namespace

void refuse_png(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the PNG file cannot be decoded: " + what);
}

void PngTexts::add(const std::string& type, Bytes data) {
  if (type == "iCCP" || type == "zTXt") add_packed(type, data);
  if (type == "tEXt") add_size(data.size());
  if (type == "iTXt") add_international(data);
}

void PngTexts::add_packed(const std::string& type, Bytes data) {
  const size_t key_end = text(data).find('\0');
  // Where the key has no end, Pillow takes a profile's first byte, or no text, for what follows.
  const size_t method = key_end != std::string_view::npos ? key_end + 1 : type == "iCCP" ? 0 : data.size();
  if (method >= data.size()) {
    if (type == "iCCP") refuse_png(name_, "chunk iCCP is too short");
    return;
  }
  if (data[method] != std::byte{0}) refuse_png(name_, "an unknown compression in chunk " + type);
  add_unpacked(data.subspan(method + 1));
}

void PngTexts::add_international(Bytes data) {
  const size_t key_end = text(data).find('\0');
  if (key_end == std::string_view::npos || data.size() - key_end < 3) return;
  const Bytes rest = data.subspan(key_end + 3);
  const size_t language = text(rest).find('\0');
  if (language == std::string_view::npos) return;
  const size_t key = text(rest).find('\0', language + 1);
  if (key == std::string_view::npos) return;
  if (data[key_end + 1] == std::byte{0}) return add_size(rest.size() - key - 1);
  if (data[key_end + 2] == std::byte{0}) add_unpacked(rest.subspan(key + 1));
}

void PngTexts::add_unpacked(Bytes packed) {
  const auto [size, is_bomb] = unpack(packed, room_);
  if (is_bomb && !truncated_ok_) {
    refuse_png(name_,
               "a text or profile of more than " + std::to_string(kMaxText) + " bytes is packed in it");
  }
  add_size(size);
}

void PngTexts::add_size(size_t size) {
  size_ += size;
  if (size_ > kMaxAllText) refuse_png(name_, "too much text is in it");
}

}  // namespace zoo
