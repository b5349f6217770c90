#include "zoo/checkpoint/pickle/pickle_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr char kProtocol = 2;

// Each byte as the code point of its value.
std::string latin1_to_utf8(std::string_view data) {
  std::string text;
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

}  // namespace

PickleWriter::PickleWriter() : out_{'\x80', kProtocol} {}

template <class Number>
void PickleWriter::raw(Number number) {
  char bytes[sizeof(Number)];
  std::memcpy(bytes, &number, sizeof(Number));
  out_.append(bytes, sizeof(Number));
}

void PickleWriter::put(uint32_t index) {
  if (index < 256) {
    out_ += 'q';
    raw(static_cast<uint8_t>(index));
  } else {
    out_ += 'r';
    raw(index);
  }
}

void PickleWriter::get(uint32_t index) {
  if (index < 256) {
    out_ += 'h';
    raw(static_cast<uint8_t>(index));
  } else {
    out_ += 'j';
    raw(index);
  }
}

bool PickleWriter::get_or_add(const std::string& key) {
  const auto [found, is_new] = texts_.try_emplace(key, next_);
  if (is_new) {
    ++next_;
    return false;
  }
  get(found->second);
  return true;
}

void PickleWriter::remember(const void* identity) {
  values_.emplace(identity, next_);
  put(next_++);
}

bool PickleWriter::recall(const void* identity) {
  const auto found = values_.find(identity);
  if (found == values_.end()) return false;
  get(found->second);
  return true;
}

void PickleWriter::integer(int64_t value) {
  if (value >= 0 && value <= 0xFF) {
    out_ += 'K';
    raw(static_cast<uint8_t>(value));
  } else if (value >= 0 && value <= 0xFFFF) {
    out_ += 'M';
    raw(static_cast<uint16_t>(value));
  } else if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max()) {
    out_ += 'J';
    raw(static_cast<int32_t>(value));
  } else {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    integer(std::string_view(bytes, sizeof bytes));
  }
}

void PickleWriter::integer(std::string_view bytes) {
  // A last byte that only repeats the sign is left out, as Python does.
  while (bytes.size() > 1) {
    const char sign = (bytes[bytes.size() - 2] & 0x80) != 0 ? '\xFF' : '\0';
    if (bytes.back() != sign) break;
    bytes.remove_suffix(1);
  }
  out_ += '\x8A';
  raw(static_cast<uint8_t>(bytes.size()));
  out_ += bytes;
}

void PickleWriter::real(double value) {
  auto bits = std::bit_cast<std::array<char, sizeof value>>(value);
  std::reverse(bits.begin(), bits.end());  // the only big-endian number of the format
  out_ += 'G';
  out_.append(bits.data(), bits.size());
}

void PickleWriter::text(std::string_view utf8) {
  if (utf8.size() > std::numeric_limits<uint32_t>::max())
    throw Error(ErrorCode::unsupported, {}, "a text of 4 GB or more cannot be pickled");
  const std::string key = 't' + std::string(utf8);
  if (get_or_add(key)) return;
  out_ += 'X';
  raw(static_cast<uint32_t>(utf8.size()));
  out_ += utf8;
  put(texts_[key]);
}

void PickleWriter::bytes(std::string_view data) {
  global("_codecs", "encode");
  mark();
  text(latin1_to_utf8(data));
  text("latin1");
  tuple();
  call();
}

void PickleWriter::global(std::string_view module, std::string_view name) {
  const std::string line = std::string(module) + '\n' + std::string(name) + '\n';
  const std::string key = 'c' + line;
  if (get_or_add(key)) return;
  out_ += 'c' + line;
  put(texts_[key]);
}

std::string PickleWriter::finish() && {
  out_ += '.';
  return std::move(out_);
}

}  // namespace zoo
