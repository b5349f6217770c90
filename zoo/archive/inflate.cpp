#include "zoo/archive/inflate.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr size_t kSmallestGzip = 18;          // header and trailer
constexpr uint64_t kLargestExpansion = 1032;  // of deflate: 258 bytes from two bits
constexpr std::string_view kMagic = "\x1f\x8b";

bool is_packed(const ByteSource& source) {
  return source.size() >= kMagic.size() && source.read_text(0, kMagic.size()) == kMagic;
}

}  // namespace

bool is_gzip(const std::filesystem::path& file) {
  return is_packed(ByteSource(file));
}

HeldBytes read_maybe_gzip(const std::filesystem::path& file, uint64_t limit) {
  HeldBytes content = read_bytes(file);
  if (!content.text().starts_with(kMagic)) return content;
  const std::span<const std::byte> packed = content.bytes;
  const auto fail = [&](ErrorCode code, const std::string& what) {
    throw Error(code, file.string(), what,
                code == ErrorCode::unsupported ? "Unpack it (gunzip)." : "Get the file again.");
  };
  if (packed.size() < kSmallestGzip) fail(ErrorCode::corrupt, "the gzip data is cut off");
  uint32_t size = 0;  // of what is in it, says its end
  std::memcpy(&size, packed.data() + packed.size() - sizeof size, sizeof size);
  if (size > packed.size() * kLargestExpansion)
    fail(ErrorCode::corrupt, "the gzip data is cut off or damaged");
  if (size > limit) {
    fail(ErrorCode::unsupported, "inflates to " + format_bytes(size) + ", expected at most " +
                                     format_bytes(static_cast<int64_t>(limit)));
  }
  const auto inflated = std::make_shared_for_overwrite<std::byte[]>(std::max<size_t>(size, 1));
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!decompressor) throw std::bad_alloc();
  size_t used = 0, written = 0;
  const auto result = libdeflate_gzip_decompress_ex(decompressor.get(), packed.data(), packed.size(),
                                                    inflated.get(), size, &used, &written);
  if (result != LIBDEFLATE_SUCCESS || used != packed.size() || written != size) {
    fail(ErrorCode::corrupt, "the gzip data is cut off or damaged");
  }
  return {inflated, {inflated.get(), size}};
}

ByteSource open_maybe_gzip(const std::filesystem::path& file, uint64_t limit) {
  const ByteSource source(file);
  return is_packed(source) ? ByteSource(read_maybe_gzip(file, limit), file) : source;
}

}  // namespace zoo
