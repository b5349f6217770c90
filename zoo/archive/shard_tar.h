// The members of a tar file one after another, of any number and with names of any length: ustar, pax and
// GNU's own headers (POSIX.1-2001, pax; GNU tar manual, "Basic Tar Format").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "zoo/base/file_bytes.h"

namespace zoo {

struct ShardMember {
  std::string name;     // as it stands there; it is never used as a path
  uint64_t offset = 0;  // of its data in the file
  uint64_t size = 0;
};

class ShardTar {
 public:
  explicit ShardTar(const ByteSource& source) : source_(source) {}
  // The next regular file in it; nothing at the end. Throws Error{corrupt}: no tar header, a wrong checksum,
  // a member that is cut off.
  std::optional<ShardMember> next();

 private:
  uint64_t number(std::string_view field) const;
  void read_pax(std::string_view records);
  [[noreturn]] void fail(const std::string& what) const;

  const ByteSource& source_;
  uint64_t at_ = 0;                   // of the next header
  std::string long_name_;             // for the next member, from a header before it
  std::optional<uint64_t> pax_size_;  // the same
};

// Whether the file begins as a tar of POSIX's or GNU's does.
bool is_tar(const ByteSource& source);

}  // namespace zoo
