// The members of a tar file one after another, of any number and with names of any length: ustar, pax and
// GNU's own headers (POSIX.1-2001, pax; GNU tar manual, "Basic Tar Format").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace zoo {

struct ShardMember {
  std::string name;     // as it stands there; it is never used as a path
  uint64_t offset = 0;  // of its data in the file
  uint64_t size = 0;
};

class ShardTar {
 public:
  // Looks into the bytes; `file` stands in messages.
  ShardTar(std::span<const std::byte> bytes, std::string file) : bytes_(bytes), file_(std::move(file)) {}
  // The next regular file in it; nothing at the end. Throws Error{corrupt}: no tar header, a wrong checksum,
  // a member that is cut off.
  std::optional<ShardMember> next();

 private:
  std::string_view text(uint64_t offset, uint64_t size) const;
  uint64_t number(std::string_view field) const;
  void read_pax(std::string_view records);
  [[noreturn]] void fail(const std::string& what) const;

  std::span<const std::byte> bytes_;
  std::string file_;
  uint64_t at_ = 0;                   // of the next header
  std::string long_name_;             // for the next member, from a header before it
  std::optional<uint64_t> pax_size_;  // the same
};

bool is_tar(std::span<const std::byte> bytes);

}  // namespace zoo
