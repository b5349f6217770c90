#include "zoo/checkpoint/tar.h"

#include <algorithm>
#include <numeric>

#include "zoo/core/error.h"

namespace zoo {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kNameLength = 100, kSizeAt = 124, kSizeLength = 12, kSumAt = 148, kSumLength = 8,
                 kTypeAt = 156;
constexpr size_t kMaxMembers = 10'000;

[[noreturn]] void fail(uint64_t at, const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, "the tar header at byte " + std::to_string(at) + ' ' + what);
}

// Digits to base 8, closed by a space, a NUL or the field's end.
uint64_t octal(std::string_view field, uint64_t at) {
  const size_t first = std::min(field.find_first_not_of(' '), field.size());
  field = field.substr(first, field.find_first_of(std::string_view(" \0", 2), first) - first);
  uint64_t number = 0;
  for (const char digit : field) {
    if (digit < '0' || digit > '7') fail(at, "has a number that is not octal");
    number = number * 8 + static_cast<uint64_t>(digit - '0');
  }
  return number;
}

// The sum of the header's bytes, with spaces in the place of the sum.
uint64_t checksum(ByteSpan header) {
  const auto sum = [](ByteSpan bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), uint64_t{0}, [](uint64_t total, std::byte byte) {
      return total + std::to_integer<uint64_t>(byte);
    });
  };
  return sum(header.first(kSumAt)) + kSumLength * ' ' + sum(header.subspan(kSumAt + kSumLength));
}

}  // namespace

std::vector<TarMember> read_tar(ByteSpan file) {
  std::vector<TarMember> members;
  for (uint64_t at = 0; fits(at, kBlock, file.size());) {
    const ByteSpan header = file.subspan(at, kBlock);
    const std::string_view text = as_text(header);
    if (text.front() == '\0') break;
    if (octal(text.substr(kSumAt, kSumLength), at) != checksum(header)) fail(at, "has a wrong checksum");
    const uint64_t size = octal(text.substr(kSizeAt, kSizeLength), at);
    const uint64_t begin = at + kBlock, found = std::min<uint64_t>(size, file.size() - begin);
    if (const char type = text[kTypeAt]; type == '0' || type == '\0') {
      if (members.size() == kMaxMembers) fail(at, "is one of more than " + std::to_string(kMaxMembers));
      std::string_view name = text.substr(0, std::min(text.find('\0'), kNameLength));
      if (name.starts_with("./")) name.remove_prefix(2);
      members.push_back({name, size, file.subspan(begin, found)});
    }
    if (found < size) break;
    at = begin + (size + kBlock - 1) / kBlock * kBlock;
  }
  return members;
}

}  // namespace zoo
