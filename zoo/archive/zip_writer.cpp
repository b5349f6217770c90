#include "zoo/archive/zip_writer.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "zoo/base/parallel.h"

namespace zoo {
namespace {

constexpr size_t kAlignment = 64;  // of a record's bytes in the file
constexpr uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50, kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50, kLocator64Signature = 0x07064b50;
constexpr uint16_t kVersion = 20, kVersion64 = 45;  // of the format, needed to read it
constexpr uint16_t kUtf8Names = 1 << 11;            // flag bit
constexpr uint16_t kStored = 0;
constexpr uint16_t kFirstDay = 1 << 5 | 1;  // 1980-01-01: no clock, so that equal tensors give equal bytes
constexpr uint16_t kZip64Field = 1, kPaddingField = 0x4246;  // torch's own name for the latter
constexpr size_t kFieldHeader = 4;
constexpr uint64_t kIn64 = 0xFFFFFFFF;  // from this on a number stands in the zip64 field
constexpr size_t kMany = 0xFFFF;

class Record {
 public:
  template <class Number>
  Record& add(Number number) {
    char bytes[sizeof(Number)];
    std::memcpy(bytes, &number, sizeof(Number));
    text.append(bytes, sizeof(Number));
    return *this;
  }
  Record& u16(uint64_t number) { return add(static_cast<uint16_t>(number)); }
  Record& u32(uint64_t number) { return add(static_cast<uint32_t>(std::min(number, kIn64))); }
  Record& u64(uint64_t number) { return add(number); }

  std::string text;
};

// What the two headers of a record share.
void add_common(Record& header, bool is_64, uint32_t crc, uint64_t size, size_t name_size,
                size_t extra_size) {
  header.u16(is_64 ? kVersion64 : kVersion).u16(kUtf8Names).u16(kStored).u16(0).u16(kFirstDay);
  header.u32(crc).u32(size).u32(size).u16(name_size).u16(extra_size);
}

// The local header of a record that begins at `offset`, long enough that the bytes after it are aligned.
std::string local_header(const ZipContent& content, uint32_t crc, uint64_t offset) {
  const uint64_t size = content.bytes.size();
  const bool is_64 = size >= kIn64;
  Record extra;
  if (is_64) extra.u16(kZip64Field).u16(16).u64(size).u64(size);
  constexpr size_t kFixed = 30;
  const uint64_t unpadded = offset + kFixed + content.name.size() + extra.text.size() + kFieldHeader;
  const size_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;
  extra.u16(kPaddingField).u16(padding).text.append(padding, 'Z');

  Record header;
  header.u32(kLocalSignature);
  add_common(header, is_64, crc, size, content.name.size(), extra.text.size());
  return header.text + content.name + extra.text;
}

std::string central_header(const ZipContent& content, uint32_t crc, uint64_t offset) {
  const uint64_t size = content.bytes.size();
  Record numbers;
  if (size >= kIn64) numbers.u64(size).u64(size);
  if (offset >= kIn64) numbers.u64(offset);
  Record extra;
  if (!numbers.text.empty()) extra.u16(kZip64Field).u16(numbers.text.size()).text += numbers.text;

  Record header;
  header.u32(kCentralSignature).u16(kVersion64);
  add_common(header, !extra.text.empty(), crc, size, content.name.size(), extra.text.size());
  header.u16(0).u16(0).u16(0).u32(0).u32(offset);  // comment, disk, attributes
  return header.text + content.name + extra.text;
}

std::string end_of_directory(uint64_t count, uint64_t offset, uint64_t size) {
  Record end;
  if (count >= kMany || size >= kIn64 || offset >= kIn64) {
    end.u32(kEnd64Signature).u64(44).u16(kVersion64).u16(kVersion64).u32(0).u32(0);
    end.u64(count).u64(count).u64(size).u64(offset);
    end.u32(kLocator64Signature).u32(0).u64(offset + size).u32(1);
  }
  const uint64_t shown = std::min<uint64_t>(count, kMany);
  end.u32(kEndSignature).u16(0).u16(0).u16(shown).u16(shown).u32(size).u32(offset).u16(0);
  return end.text;
}

std::vector<uint32_t> checksums(const std::vector<ZipContent>& records) {
  size_t bytes = 0;
  for (const ZipContent& record : records) bytes += record.bytes.size();
  std::vector<uint32_t> crcs(records.size());
  run_parallel(records.size(), bytes, [&](size_t i) {
    crcs[i] = libdeflate_crc32(0, records[i].bytes.data(), records[i].bytes.size());
  });
  return crcs;
}

}  // namespace

void write_zip(AtomicFile& file, const std::vector<ZipContent>& records) {
  const std::vector<uint32_t> crcs = checksums(records);
  std::string directory;
  uint64_t offset = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    directory += central_header(records[i], crcs[i], offset);
    const std::string header = local_header(records[i], crcs[i], offset);
    file.write(header);
    file.write(records[i].bytes);
    offset += header.size() + records[i].bytes.size();
  }
  file.write(directory);
  file.write(end_of_directory(records.size(), offset, directory.size()));
}

}  // namespace zoo
