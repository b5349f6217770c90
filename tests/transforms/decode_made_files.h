// PNG files of a few bytes, and what decoding says of a file.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <span>
#include <string>

#include "transforms/decode/decode.h"
#include "zoo/base/error.h"

namespace zoo::test {

inline std::string message_of(const std::string& file, const DecodeOptions& options = {}) {
  try {
    decode_image(std::as_bytes(std::span(file)), "a", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "decoded";
}

inline std::string little(uint32_t value, size_t size = 4) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}
inline std::string big(uint32_t value, size_t size = 4) {
  const std::string text = little(value, size);
  return {text.rbegin(), text.rend()};
}

inline std::string chunk(const std::string& type, const std::string& data) {
  const std::string covered = type + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  return big(static_cast<uint32_t>(data.size())) + covered + big(static_cast<uint32_t>(crc));
}

inline std::string packed(const std::string& text) {
  std::string result(compressBound(text.size()), '\0');
  uLongf size = result.size();
  compress(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  result.resize(size);
  return result;
}

inline const std::string kPngStart = "\x89PNG\r\n\x1A\n";

inline std::string png_header(int depth = 8, int colour = 0, int filters = 0) {
  return chunk("IHDR", big(2) + big(2) + static_cast<char>(depth) + static_cast<char>(colour) + '\0' +
                           static_cast<char>(filters) + '\0');
}

// Grey, 2 x 2, with something between its header and its pixels, and behind them.
inline std::string png(const std::string& between, const std::string& rows = std::string("\0\1\2\0\3\4", 6),
                       const std::string& behind = chunk("IEND", "")) {
  return kPngStart + png_header() + between + chunk("IDAT", packed(rows)) + behind;
}

inline std::string frame(uint32_t number, uint32_t width, uint32_t left) {
  return chunk("fcTL",
               big(number) + big(width) + big(1) + big(left) + big(0) + big(0, 2) + big(0, 2) + big(0, 2));
}

}  // namespace zoo::test
