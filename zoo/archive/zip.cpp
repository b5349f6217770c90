#include "zoo/archive/zip.h"

#include <libdeflate.h>

#include <algorithm>
#include <new>
#include <numeric>

#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50, kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50, kLocator64Signature = 0x07064b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20;
constexpr size_t kMaxComment = 65535;
constexpr uint16_t kEncrypted = 1, kHasDescriptor = 8;  // flag bits
constexpr uint16_t kStored = 0, kDeflated = 8;          // methods
constexpr uint16_t kZip64Field = 1;
constexpr uint32_t kIn64 = 0xFFFFFFFF;     // the number stands in the zip64 field
constexpr uint64_t kMaxRecords = 250'000;  // a tensor takes one
// No deflate stream grows more than 1032 times. All of them together may not fill the memory either.
constexpr uint64_t kMaxRatio = 1032, kMaxInflatedBytes = 32'000'000, kMaxInflatedRatio = 8;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

std::string quoted(std::string_view name) {
  return "record '" + excerpt(name) + "'";
}

size_t find_end_record(ByteSpan file) {
  if (file.size() < kEndSize) return std::string::npos;
  const size_t lowest = file.size() - std::min(file.size(), kEndSize + kMaxComment);
  for (size_t at = file.size() - kEndSize + 1; at-- > lowest;) {
    if (load<uint32_t>(file, at) == kEndSignature) return at;
  }
  return std::string::npos;
}

struct Directory {
  uint64_t count = 0, size = 0, offset = 0;
  uint64_t end = 0;  // where the records that close the file begin
};

Directory read_directory_place(ByteSpan file) {
  const size_t end = find_end_record(file);
  if (end == std::string::npos) fail("a zip file without its directory");
  const uint64_t after = file.size() - end - kEndSize;
  if (load<uint16_t>(file, end + 20) != after) {
    fail(std::to_string(after) + " bytes follow the zip directory, which announces " +
         std::to_string(load<uint16_t>(file, end + 20)));
  }
  if (load<uint16_t>(file, end + 4) != 0 && load<uint16_t>(file, end + 4) != 0xFFFF) {
    throw Error(ErrorCode::unsupported, {}, "a zip file in several parts");
  }
  Directory place{load<uint16_t>(file, end + 10), load<uint32_t>(file, end + 12),
                  load<uint32_t>(file, end + 16), end};
  const bool is_64 = place.count == 0xFFFF || place.size == kIn64 || place.offset == kIn64;
  if (end >= kLocator64Size && load<uint32_t>(file, end - kLocator64Size) == kLocator64Signature) {
    const auto at = load<uint64_t>(file, end - kLocator64Size + 8);
    if (!fits(at, kEnd64Size, end - kLocator64Size) || load<uint32_t>(file, at) != kEnd64Signature) {
      fail("the zip64 directory is not where the file says");
    }
    const Directory place64{load<uint64_t>(file, at + 32), load<uint64_t>(file, at + 40),
                            load<uint64_t>(file, at + 48), at};
    if ((place.count != 0xFFFF && place.count != place64.count) ||
        (place.size != kIn64 && place.size != place64.size) ||
        (place.offset != kIn64 && place.offset != place64.offset)) {
      fail("its two zip directories, of 32 and of 64 bits, contradict each other");
    }
    place = place64;
  } else if (is_64) {
    fail("the zip64 directory is missing");
  }
  if (!fits(place.offset, place.size, place.end) || place.count > place.size / kCentralSize) {
    fail("the zip directory does not fit into the file");
  }
  // Where it does not end at the record that tells its place, programs differ in which of the two they trust.
  if (place.offset + place.size != place.end) {
    fail("the zip directory of " + std::to_string(place.size) + " bytes is not at byte " +
         std::to_string(place.end - place.size) + ", but at " + std::to_string(place.offset));
  }
  if (place.count > kMaxRecords) fail("more than " + std::to_string(kMaxRecords) + " records in a zip file");
  return place;
}

// Replaces the numbers that are too large for the header by those of the zip64 field.
void read_zip64(ByteSpan extra, std::initializer_list<uint64_t*> numbers) {
  if (std::none_of(numbers.begin(), numbers.end(), [](const uint64_t* number) { return *number == kIn64; }))
    return;
  for (size_t at = 0; fits(at, 4, extra.size());) {
    const auto id = load<uint16_t>(extra, at);
    const auto size = load<uint16_t>(extra, at + 2);
    if (!fits(at + 4, size, extra.size())) break;
    if (id == kZip64Field) {
      size_t next = at + 4;
      for (uint64_t* number : numbers) {
        if (*number != kIn64) continue;
        if (next + 8 > at + 4 + size) fail("a zip64 field is too short");
        *number = load<uint64_t>(extra, next);
        next += 8;
      }
      return;
    }
    at += 4 + size_t{size};
  }
  fail("a zip64 field is missing");
}

bool parse_method(uint16_t method, uint16_t flags, std::string_view name) {
  if ((flags & kEncrypted) != 0) throw Error(ErrorCode::unsupported, {}, quoted(name) + " is encrypted");
  if (method != kStored && method != kDeflated) {
    throw Error(ErrorCode::unsupported, {},
                quoted(name) + " is compressed with method " + std::to_string(method),
                "Only stored and deflated records are read.");
  }
  return method == kDeflated;
}

void check_name(std::string_view name) {
  const bool climbs = name == ".." || name.starts_with("../") || name.ends_with("/..") ||
                      name.find("/../") != std::string_view::npos;
  if (name.empty() || climbs || name.find('\0') != std::string_view::npos || name.front() == '/') {
    fail("a bad name: " + quoted(name));
  }
}

// Programs that read a zip file from its beginning shall read the same record as those that read its
// directory.
void check_local_header(ByteSpan local, ByteSpan extra, ByteSpan central, const ZipEntry& entry,
                        uint64_t packed) {
  if (load<uint16_t>(local, 8) != load<uint16_t>(central, 10) ||
      (load<uint16_t>(local, 6) & kEncrypted) != (load<uint16_t>(central, 8) & kEncrypted)) {
    fail(quoted(entry.name) + " is packed otherwise in its own header");
  }
  uint64_t size = load<uint32_t>(local, 22), local_packed = load<uint32_t>(local, 18);
  const auto crc = load<uint32_t>(local, 14);
  // What follows the data stands as zero here.
  const bool follows = ((load<uint16_t>(local, 6) | load<uint16_t>(central, 8)) & kHasDescriptor) != 0;
  read_zip64(extra, {&size, &local_packed});
  const auto agree = [&](uint64_t here, uint64_t there) { return here == there || (follows && here == 0); };
  if (!agree(size, entry.size) || !agree(local_packed, packed) || !agree(crc, entry.crc)) {
    fail(quoted(entry.name) + " has another size or checksum in its own header");
  }
}

// ASCII letters alone, as PyTorch's zip reader compares names.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool less_without_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

// An entry of the central directory together with its local header.
struct Located {
  ZipEntry entry;
  uint64_t begin = 0, end = 0;  // of the local header and the data, in the file
};

Located locate(ByteSpan file, uint64_t limit, ByteSpan header) {
  Located located;
  ZipEntry& entry = located.entry;
  const auto flags = load<uint16_t>(header, 8);
  const size_t name_size = load<uint16_t>(header, 28), extra_size = load<uint16_t>(header, 30);
  entry.name = as_text(header.subspan(kCentralSize, name_size));
  check_name(entry.name);
  entry.deflated = parse_method(load<uint16_t>(header, 10), flags, entry.name);
  entry.crc = load<uint32_t>(header, 16);
  entry.size = load<uint32_t>(header, 24);
  uint64_t packed = load<uint32_t>(header, 20), offset = load<uint32_t>(header, 42);
  read_zip64(header.subspan(kCentralSize + name_size, extra_size), {&entry.size, &packed, &offset});

  if (!fits(offset, kLocalSize, limit)) fail(quoted(entry.name) + " begins outside the file");
  if (load<uint32_t>(file, offset) != kLocalSignature)
    fail(quoted(entry.name) + " is not where the directory says");
  const size_t local_name = load<uint16_t>(file, offset + 26),
               local_extra = load<uint16_t>(file, offset + 28);
  const uint64_t data = offset + kLocalSize + local_name + local_extra;
  if (!fits(data, packed, limit)) fail(quoted(entry.name) + " reaches beyond the end of the file");
  if (as_text(file.subspan(offset + kLocalSize, local_name)) != entry.name) {
    fail(quoted(entry.name) + " has another name in its own header");
  }
  check_local_header(file.subspan(offset, kLocalSize),
                     file.subspan(offset + kLocalSize + local_name, local_extra), header, entry, packed);
  if (!entry.deflated && entry.size != packed) fail(quoted(entry.name) + " is stored, but has two sizes");
  if (entry.deflated && entry.size / kMaxRatio > packed) {
    fail(quoted(entry.name) + " claims to inflate " + std::to_string(packed) + " bytes to " +
         std::to_string(entry.size));
  }
  // MS-DOS's mark of a folder, as whose PyTorch's reader takes it: it would hand out no bytes of it.
  constexpr uint32_t kFolder = 0x10;
  const bool is_folder = entry.name.ends_with('/') || (load<uint32_t>(header, 38) & kFolder) != 0;
  if (is_folder && (entry.size != 0 || packed != 0))
    fail(quoted(entry.name) + " is a folder that holds bytes");
  entry.data = file.subspan(data, packed);
  located.begin = offset;
  located.end = data + packed;
  return located;
}

std::shared_ptr<const void> inflate(const ZipEntry& entry, ByteSpan& out) {
  auto bytes = std::make_shared_for_overwrite<std::byte[]>(entry.size);
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const {
      libdeflate_free_decompressor(decompressor);
    }
  };
  const std::unique_ptr<libdeflate_decompressor, Free> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  size_t used = 0;
  const auto result = libdeflate_deflate_decompress_ex(
      decompressor.get(), entry.data.data(), entry.data.size(), bytes.get(), entry.size, &used, nullptr);
  if (result != LIBDEFLATE_SUCCESS || used != entry.data.size()) {
    fail(quoted(entry.name) + " does not inflate to the " + std::to_string(entry.size) +
         " bytes that it announces");
  }
  out = {bytes.get(), entry.size};
  return bytes;
}

}  // namespace

bool has_zip_directory(ByteSpan file) {
  return find_end_record(file) != std::string::npos;
}

std::optional<ZipEntry> first_zip_record(ByteSpan file) {
  if (!fits(0, kLocalSize, file.size()) || load<uint32_t>(file, 0) != kLocalSignature) return std::nullopt;
  const size_t name_size = load<uint16_t>(file, 26), extra_size = load<uint16_t>(file, 28);
  if (!fits(kLocalSize, name_size + extra_size, file.size())) return std::nullopt;
  ZipEntry entry;
  entry.name = as_text(file.subspan(kLocalSize, name_size));
  check_name(entry.name);
  entry.deflated = parse_method(load<uint16_t>(file, 8), load<uint16_t>(file, 6), entry.name);
  entry.data = file.subspan(kLocalSize + name_size + extra_size);
  return entry;
}

ZipArchive::ZipArchive(ByteSpan file, std::shared_ptr<const void> owner)
    : file_(file), owner_(std::move(owner)) {
  const Directory place = read_directory_place(file);
  const ByteSpan directory = file.subspan(place.offset, place.size);
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  entries_.reserve(place.count);
  ranges.reserve(place.count);
  size_t at = 0;
  for (uint64_t i = 0; i < place.count; ++i) {
    if (!fits(at, kCentralSize, directory.size()) || load<uint32_t>(directory, at) != kCentralSignature) {
      fail("the zip directory announces " + std::to_string(place.count) + " records and holds " +
           std::to_string(i));
    }
    const size_t size = kCentralSize + size_t{load<uint16_t>(directory, at + 28)} +
                        load<uint16_t>(directory, at + 30) + load<uint16_t>(directory, at + 32);
    if (!fits(at, size, directory.size())) fail("the zip directory is cut off");
    const Located located = locate(file, place.offset, directory.subspan(at, size));
    entries_.push_back(located.entry);
    ranges.emplace_back(located.begin, located.end);
    at += size;
  }
  if (at != directory.size()) fail("the zip directory holds more than the records that it announces");
  std::sort(ranges.begin(), ranges.end());
  if (!ranges.empty() && ranges.front().first != 0) fail("the zip file does not begin with its first record");
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) fail("two records of the zip file overlap");
  }
  order_by_name();
  // torch.serialization.set_crc32_options(False) writes zeros.
  has_checksums_ =
      std::any_of(entries_.begin(), entries_.end(), [](const ZipEntry& entry) { return entry.crc != 0; });
}

void ZipArchive::order_by_name() {
  by_name_.resize(entries_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  const auto name = [this](uint32_t entry) { return entries_[entry].name; };
  std::ranges::sort(by_name_, less_without_case, name);
  for (size_t i = 1; i < by_name_.size(); ++i) {
    const std::string_view one = name(by_name_[i - 1]), other = name(by_name_[i]);
    if (one == other) fail(quoted(one) + " occurs twice");
    if (!less_without_case(one, other)) {
      fail("the records '" + excerpt(one) + "' and '" + excerpt(other) +
           "' differ in the case of letters alone: programs disagree which of them is meant");
    }
  }
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto of = [this](uint32_t entry) { return entries_[entry].name; };
  const auto found = std::ranges::lower_bound(by_name_, name, less_without_case, of);
  return found == by_name_.end() || of(*found) != name ? nullptr : &entries_[*found];
}

std::vector<ZipRecord> ZipArchive::read(const std::vector<const ZipEntry*>& entries, bool check_crc) const {
  uint64_t inflated = 0, packed = 0;
  for (const ZipEntry* entry : entries) {
    packed += entry->data.size();
    if (entry->deflated) inflated += entry->size;
  }
  if (inflated > kMaxInflatedBytes && inflated / kMaxInflatedRatio > file_.size()) {
    fail("its records inflate to " + format_bytes(static_cast<int64_t>(inflated)) + ", more than " +
         std::to_string(kMaxInflatedRatio) + " times the file");
  }
  std::vector<ZipRecord> records(entries.size());
  const bool check = check_crc && has_checksums_;
  run_parallel(entries.size(), check ? packed + inflated : inflated, [&](size_t i) {
    const ZipEntry& entry = *entries[i];
    ZipRecord& record = records[i];
    record = {entry.data, owner_};
    if (entry.deflated) record.owner = inflate(entry, record.bytes);
    if (check && libdeflate_crc32(0, record.bytes.data(), record.bytes.size()) != entry.crc) {
      fail("the checksum of " + quoted(entry.name) + " is wrong: the file is damaged. Download it again.");
    }
  });
  return records;
}

}  // namespace zoo
