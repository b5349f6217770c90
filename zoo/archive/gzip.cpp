#include "zoo/archive/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

namespace zoo {
namespace {

constexpr size_t kHeader = 10;
constexpr size_t kLargestStoredBlock = 65535;
constexpr unsigned kHeaderChecksum = 2, kExtra = 4, kName = 8, kComment = 16;  // flag bits

// Where the deflate stream begins; the file's size where the header is damaged.
size_t stream_start(ByteSpan file) {
  if (file.size() < kHeader) return file.size();
  const std::string_view text = as_text(file);
  const auto flags = std::to_integer<unsigned>(file[3]);
  size_t at = kHeader;
  if ((flags & kExtra) != 0) {
    if (!fits(at, 2, file.size())) return file.size();
    at += 2 + load<uint16_t>(file, at);
  }
  for (const unsigned flag : {kName, kComment}) {
    if ((flags & flag) == 0) continue;
    const size_t end = text.find('\0', std::min(at, text.size()));
    if (end == std::string_view::npos) return file.size();
    at = end + 1;
  }
  return std::min(at + ((flags & kHeaderChecksum) != 0 ? 2 : 0), file.size());
}

}  // namespace

std::string gzip_prefix(ByteSpan file, size_t size) {
  const ByteSpan stream = file.subspan(stream_start(file));
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!decompressor) return {};
  // A stored block is written whole or not at all.
  std::string out(std::max(size, kLargestStoredBlock), '\0');
  size_t written = 0;
  switch (libdeflate_deflate_decompress(decompressor.get(), stream.data(), stream.size(), out.data(),
                                        out.size(), &written)) {
    case LIBDEFLATE_SUCCESS:
      out.resize(std::min(written, size));
      return out;
    case LIBDEFLATE_INSUFFICIENT_SPACE:  // the buffer is full, and that is all that is wanted
      out.resize(size);
      return out;
    default:
      return {};
  }
}

}  // namespace zoo
