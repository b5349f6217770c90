#include "zoo/archive/shard_tar.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr uint64_t kBlock = 512;
constexpr size_t kNameSize = 100, kSizeAt = 124, kSizeSize = 12, kSumAt = 148, kSumSize = 8, kTypeAt = 156,
                 kMagicAt = 257, kPrefixAt = 345, kPrefixSize = 155;
constexpr uint64_t kLongestName = 1 << 20;  // of a header that only holds a name or pax records

std::string_view until_nul(std::string_view field) {
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

uint64_t checksum(std::string_view header) {
  const auto add = [](uint64_t sum, char c) { return sum + static_cast<unsigned char>(c); };
  const uint64_t all = std::accumulate(header.begin(), header.end(), uint64_t{0}, add);
  const std::string_view own = header.substr(kSumAt, kSumSize);
  return all - std::accumulate(own.begin(), own.end(), uint64_t{0}, add) + kSumSize * ' ';
}

}  // namespace

bool is_tar(const ByteSource& source) {
  constexpr std::string_view magic = "ustar";
  return source.size() >= kBlock && source.read_text(kMagicAt, magic.size()) == magic;
}

void ShardTar::fail(const std::string& what) const {
  throw Error(ErrorCode::corrupt, source_.path().string(),
              "the tar header at byte " + std::to_string(at_) + ' ' + what, "Make or get the shard again.");
}

// Octal digits, or GNU's big-endian binary with the first bit set.
uint64_t ShardTar::number(std::string_view field) const {
  uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    value = static_cast<unsigned char>(field[0]) & 0x7fU;
    for (const char c : field.substr(1)) {
      if (value >> 55U != 0) fail("has a size beyond 2^63");
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  const size_t first = std::min(field.find_first_not_of(' '), field.size());
  field = field.substr(first, field.find_first_of(std::string_view(" \0", 2), first) - first);
  for (const char digit : field) {  // at most 12 digits: 36 bits
    if (digit < '0' || digit > '7') fail("has a number that is not octal");
    value = value * 8 + static_cast<uint64_t>(digit - '0');
  }
  return value;
}

// "LENGTH KEYWORD=VALUE\n", the length counting itself.
void ShardTar::read_pax(std::string_view records) {
  while (!records.empty() && records.front() != '\0') {
    uint64_t length = 0;
    const auto [space, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<uint64_t>(space - records.data());
    if (error != std::errc() || length <= digits + 1 || length > records.size() || records[digits] != ' ' ||
        records[length - 1] != '\n') {
      fail("is followed by damaged pax records");
    }
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    records.remove_prefix(length);
    if (record.starts_with("path=")) long_name_ = record.substr(5);
    if (record.starts_with("size=")) {
      uint64_t size = 0;
      const char* const end = record.data() + record.size();
      const auto [stop, failure] = std::from_chars(record.data() + 5, end, size);
      if (failure != std::errc() || stop != end) fail("is followed by a damaged pax size");
      pax_size_ = size;
    }
  }
}

std::optional<ShardMember> ShardTar::next() {
  for (;;) {
    if (at_ == source_.size()) return std::nullopt;
    if (at_ > source_.size() || source_.size() - at_ < kBlock) fail("is cut off");
    const std::string block = source_.read_text(at_, kBlock);
    const std::string_view header = block;
    if (header.front() == '\0') return std::nullopt;  // two blocks of zeros, then whatever
    if (number(header.substr(kSumAt, kSumSize)) != checksum(header)) fail("has a wrong checksum");
    const char type = header[kTypeAt];
    uint64_t size = number(header.substr(kSizeAt, kSizeSize));
    const bool describes_next = type == 'x' || type == 'L' || type == 'K' || type == 'g';
    if (!describes_next && pax_size_) size = *pax_size_;
    const uint64_t begin = at_ + kBlock;
    if (size > source_.size() - begin) {
      fail("says " + std::to_string(size) + " bytes where " + std::to_string(source_.size() - begin) +
           " are left");
    }
    if (describes_next && size > kLongestName) fail("has a name of " + std::to_string(size) + " bytes");
    if (type == 'x') read_pax(source_.read_text(begin, size));
    if (type == 'L') long_name_ = until_nul(source_.read_text(begin, size));
    ShardMember member{std::move(long_name_), begin, size};
    if (describes_next) {
      long_name_ = std::move(member.name);
    } else {
      long_name_.clear();
      pax_size_.reset();
    }
    // The last member's padding may be missing.
    at_ = begin + std::min((size + kBlock - 1) / kBlock * kBlock, source_.size() - begin);
    if (type != '0' && type != '\0' && type != '7') continue;
    if (member.name.empty()) {
      const std::string_view prefix = header.substr(kMagicAt, 6) == std::string_view("ustar\0", 6)
                                          ? until_nul(header.substr(kPrefixAt, kPrefixSize))
                                          : "";
      member.name = prefix;
      if (!prefix.empty()) member.name += '/';
      member.name += until_nul(header.substr(0, kNameSize));
    }
    return member;
  }
}

}  // namespace zoo
