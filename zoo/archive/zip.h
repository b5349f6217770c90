// The zip container: its directory, checked against the file, and its records, stored or deflated.
// Reference: PKWARE APPNOTE 6.3.10.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/base/bytes.h"

namespace zoo {

struct ZipEntry {
  std::string_view name;
  bool deflated = false;
  uint32_t crc = 0;
  uint64_t size = 0;  // when inflated
  ByteSpan data;      // as it lies in the file
};

// The bytes of a record: in the file where it is stored, in memory of their own where it was deflated.
struct ZipRecord {
  ByteSpan bytes;
  std::shared_ptr<const void> owner;
};

class ZipArchive {
 public:
  // Reads the central directory, which must end where the records that close the file begin, and holds every
  // entry against its local header: inside the file, none overlaps another, no name twice, also when the case
  // of letters does not count (as in PyTorch). Throws Error{corrupt, unsupported}. `file` must outlive the
  // archive; `owner` keeps it alive.
  ZipArchive(ByteSpan file, std::shared_ptr<const void> owner);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(std::string_view name) const;

  // Inflates what is deflated and checks every CRC-32 (unless told otherwise, or where the archive was
  // written without), on all cores. Throws Error{corrupt} that names the record.
  std::vector<ZipRecord> read(const std::vector<const ZipEntry*>& entries, bool check_crc) const;

 private:
  void order_by_name();

  ByteSpan file_;
  std::shared_ptr<const void> owner_;
  std::vector<ZipEntry> entries_;
  std::vector<uint32_t> by_name_;  // indices of entries_, ordered without case
  bool has_checksums_ = false;
};

// True where the directory that ends every zip file is there; without it the file is cut off.
bool has_zip_directory(ByteSpan file);

// The record that a zip file starts with, as far as its local header tells, for files that are cut off. Its
// `size` and the end of its `data` are not known: data reaches to the end of the file. Nothing where the
// header is cut off too.
std::optional<ZipEntry> first_zip_record(ByteSpan file);

}  // namespace zoo
