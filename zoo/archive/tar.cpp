#include "zoo/archive/tar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kNameLength = 100, kSizeAt = 124, kSizeLength = 12, kSumAt = 148, kSumLength = 8,
                 kTypeAt = 156, kPrefixAt = 345;
constexpr size_t kMaxMembers = 1'000;  // torch writes four

[[noreturn]] void fail(uint64_t at, const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, "the tar header at byte " + std::to_string(at) + ' ' + what);
}

// Digits to base 8 between spaces, closed by a NUL or the field's end.
uint64_t octal(std::string_view field, uint64_t at) {
  field = field.substr(0, field.find('\0'));
  const size_t first = std::min(field.find_first_not_of(' '), field.size());
  field = field.substr(first, field.find_last_not_of(' ') + 1 - first);
  uint64_t number = 0;
  for (const char digit : field) {
    if (digit < '0' || digit > '7') fail(at, "has a number that is not octal");
    number = number * 8 + static_cast<uint64_t>(digit - '0');
  }
  return number;
}

// What Python's int(text, 8) makes of it: more than tar's rules allow. Nothing where that is an error.
std::optional<int64_t> lenient_octal(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return 0;
  text = text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text.starts_with("0o") || text.starts_with("0O")) text.remove_prefix(2);
  int64_t number = 0;
  for (const char digit : text) {
    if (digit == '_') continue;
    if (digit < '0' || digit > '7') return std::nullopt;
    number = number * 8 + (digit - '0');
  }
  return negative ? -number : number;
}

// The checksum that a header says, as Python's tarfile reads it.
std::optional<int64_t> stated_checksum(ByteSpan header) {
  const ByteSpan field = header.subspan(kSumAt, kSumLength);
  const auto first = std::to_integer<uint8_t>(field[0]);
  if (first != 0x80 && first != 0xFF) {
    const std::string_view text = as_text(field);
    return lenient_octal(text.substr(0, text.find('\0')));
  }
  int64_t number = 0;
  for (const std::byte byte : field.subspan(1)) number = number << 8 | std::to_integer<int64_t>(byte);
  return first == 0x80 ? number : number - (int64_t{1} << 56);
}

// The sum of the header's bytes, taken as T, with spaces in the place of the sum.
template <class T>
int64_t checksum(ByteSpan header) {
  const auto sum = [](ByteSpan bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), int64_t{0},
                           [](int64_t total, std::byte byte) { return total + static_cast<T>(byte); });
  };
  return sum(header.first(kSumAt)) + kSumLength * ' ' + sum(header.subspan(kSumAt + kSumLength));
}

// The records "13 mtime=1.5\n" of a pax header, which may say nothing that changes what the next member is.
void check_pax(std::string_view records, uint64_t at) {
  constexpr std::array<std::string_view, 8> kHarmless{"mtime", "atime", "ctime", "uid",
                                                      "gid",   "uname", "gname", "comment"};
  while (!records.empty() && records.front() != '\0') {
    size_t length = 0;
    const auto [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<size_t>(end - records.data());
    if (error != std::errc() || length > records.size() || length < digits + 4 || records[digits] != ' ' ||
        records[length - 1] != '\n') {
      fail(at, "has a damaged pax record");
    }
    const std::string_view key = records.substr(digits + 1, records.find('=') - digits - 1);
    if (std::ranges::find(kHarmless, key) == kHarmless.end())
      fail(at, "has the pax record '" + excerpt(key) + "', which torch does not write");
    records.remove_prefix(length);
  }
}

}  // namespace

bool has_tar_header(ByteSpan file) {
  if (file.size() < kBlock) return false;
  const ByteSpan header = file.first(kBlock);
  const std::optional<int64_t> stated = stated_checksum(header);
  return stated && (*stated == checksum<uint8_t>(header) || *stated == checksum<int8_t>(header));
}

std::vector<TarMember> read_tar(ByteSpan file) {
  std::vector<TarMember> members;
  for (uint64_t at = 0; fits(at, kBlock, file.size());) {
    const ByteSpan header = file.subspan(at, kBlock);
    const std::string_view text = as_text(header);
    if (text.find_first_not_of('\0') == std::string_view::npos) break;
    if (octal(text.substr(kSumAt, kSumLength), at) != static_cast<uint64_t>(checksum<uint8_t>(header)))
      fail(at, "has a wrong checksum");
    const uint64_t size = octal(text.substr(kSizeAt, kSizeLength), at);
    const uint64_t begin = at + kBlock, found = std::min<uint64_t>(size, file.size() - begin);
    const ByteSpan data = file.subspan(begin, found);
    std::string_view name = text.substr(0, std::min(text.find('\0'), kNameLength));
    const char type = text[kTypeAt];
    if (type == 'x' || type == 'g') {
      check_pax(as_text(data), at);
    } else if (type == '5' && size == 0) {
      // A folder holds nothing itself.
    } else if ((type != '0' && type != '\0') || text[kPrefixAt] != '\0' || name.ends_with('/')) {
      fail(at, "is of a kind that torch does not write");
    } else {
      if (members.size() == kMaxMembers) fail(at, "is one of more than " + std::to_string(kMaxMembers));
      if (name.starts_with("./")) name.remove_prefix(2);
      if (std::ranges::find(members, name, &TarMember::name) != members.end())
        fail(at, "has the name '" + excerpt(name) + "', which another member has too");
      members.push_back({name, size, data});
    }
    if (found < size) break;
    at = begin + (size + kBlock - 1) / kBlock * kBlock;
  }
  return members;
}

}  // namespace zoo
