#include "transforms/decode/decode_tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "transforms/decode/decode_tiff_layout.h"
#include "transforms/decode/decode_tiff_pixels.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int64_t kMostBlockBytes = int64_t{1} << 30;  // a strip or a tile; libtiff allocates it whole

// libtiff's file, in memory.
struct MemoryFile {
  Bytes bytes;
  uint64_t place = 0;

  static MemoryFile& of(thandle_t handle) { return *static_cast<MemoryFile*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
    MemoryFile& file = of(handle);
    const uint64_t there = file.bytes.size() - std::min<uint64_t>(file.place, file.bytes.size());
    const uint64_t count = std::min<uint64_t>(there, static_cast<uint64_t>(std::max<tmsize_t>(size, 0)));
    if (count > 0) std::memcpy(to, file.bytes.data() + file.place, count);
    file.place += count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int from) {
    MemoryFile& file = of(handle);
    file.place = offset + (from == SEEK_CUR ? file.place : from == SEEK_END ? file.bytes.size() : 0);
    return file.place;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes.size(); }
};

// Says nothing on stderr.
int hush(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct TiffCloser {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using Tiff = std::unique_ptr<TIFF, TiffCloser>;

Tiff open(MemoryFile& file, const std::string& name) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, hush, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options, hush, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostBlockBytes);
  Tiff tiff(TIFFClientOpenExt("picture", "rmc", &file, MemoryFile::read, MemoryFile::write, MemoryFile::seek,
                              MemoryFile::close, MemoryFile::size, nullptr, nullptr, options));
  TIFFOpenOptionsFree(options);
  if (!tiff) refuse_damaged_tiff(name);
  return tiff;
}

class TiffDecoder {
 public:
  TiffDecoder(TIFF* file, const TiffLayout& layout, const std::string& name, const DecodeOptions& options,
              Image& image)
      : file_(file), layout_(layout), name_(name), options_(options), image_(image) {}

  void decode() {
    if (options_.backend == Backend::opencv) return decode_by_libtiff();
    if (layout_.photometric == PHOTOMETRIC_YCBCR && !layout_.is_plain()) {
      if (layout_.compression != COMPRESSION_JPEG || layout_.planar != PLANARCONFIG_CONTIG)
        return decode_by_libtiff();
      TIFFSetField(file_, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      layout_.photometric = PHOTOMETRIC_RGB;
    }
    decode_blocks();
  }

 private:
  void decode_blocks() {
    const uint32_t width = layout_.block_width, height = layout_.block_height;
    const uint64_t row_bytes = layout_.row_bytes(width);
    const uint16_t planes = layout_.is_planar() ? layout_.samples : uint16_t{1};
    const uint64_t size = layout_.tiled ? TIFFTileSize64(file_) : TIFFVStripSize64(file_, height);
    // A tile may be larger than its picture, but not without bounds.
    constexpr uint64_t kFreeBytes = uint64_t{1} << 26;
    const uint64_t picture_bytes =
        uint64_t{layout_.width} * layout_.height * layout_.samples * layout_.bits / 8;
    const uint64_t most = std::max(kFreeBytes, 2 * picture_bytes);
    if (size == 0 || size > row_bytes * height || row_bytes * height > most / planes)
      refuse_damaged_tiff(name_);
    std::vector<std::vector<uint8_t>> buffers(planes, std::vector<uint8_t>(row_bytes * height));
    std::vector<const uint8_t*> rows_of_planes(planes);
    for (uint32_t y = 0; y < layout_.height; y += height) {
      for (uint32_t x = 0; x < layout_.width; x += width) {
        for (uint16_t plane = 0; plane < planes; ++plane) {
          if (read_block(x, y, plane, buffers[plane], size)) continue;
          if (options_.allow_truncated) return;
          refuse_damaged_tiff(name_);
        }
        const uint32_t rows = std::min(height, layout_.height - y),
                       columns = std::min(width, layout_.width - x);
        for (uint32_t row = 0; row < rows; ++row) {
          for (size_t plane = 0; plane < planes; ++plane)
            rows_of_planes[plane] = buffers[plane].data() + row_bytes * row;
          store_tiff_row(rows_of_planes, columns, layout_, image_.row(y + row) + int64_t{3} * x);
        }
      }
    }
  }

  bool read_block(uint32_t x, uint32_t y, uint16_t plane, std::vector<uint8_t>& buffer, uint64_t size) {
    const tmsize_t read = layout_.tiled ? TIFFReadTile(file_, buffer.data(), x, y, 0, plane)
                                        : TIFFReadEncodedStrip(file_, TIFFComputeStrip(file_, y, plane),
                                                               buffer.data(), static_cast<tmsize_t>(size));
    return read >= 0;
  }

  // OpenCV leaves all colours to libtiff, Pillow subsampled ones.
  void decode_by_libtiff() {
    TIFFSetField(file_, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);  // the caller turns
    std::vector<uint32_t> raster(size_t{layout_.width} * layout_.height);
    if (TIFFReadRGBAImageOriented(file_, layout_.width, layout_.height, raster.data(), ORIENTATION_TOPLEFT,
                                  options_.allow_truncated ? 0 : 1) == 0 &&
        !options_.allow_truncated) {
      refuse_damaged_tiff(name_);
    }
    uint8_t* to = image_.pixels.data();
    for (const uint32_t pixel : raster) {
      *to++ = static_cast<uint8_t>(TIFFGetR(pixel));
      *to++ = static_cast<uint8_t>(TIFFGetG(pixel));
      *to++ = static_cast<uint8_t>(TIFFGetB(pixel));
    }
  }

  TIFF* file_;
  TiffLayout layout_;
  const std::string& name_;
  const DecodeOptions& options_;
  Image& image_;
};

}  // namespace

PictureHead read_tiff_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  MemoryFile memory{bytes};
  const Tiff file = open(memory, name);
  const TiffLayout layout = read_tiff_layout(file.get(), bytes.size(), name, options);
  return {layout.width, layout.height, std::max<int>(1, layout.orientation)};
}

Picture decode_tiff(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  MemoryFile memory{bytes};
  const Tiff file = open(memory, name);
  const TiffLayout layout = read_tiff_layout(file.get(), bytes.size(), name, options);
  Image image = make_image(layout.width, layout.height);
  TiffDecoder(file.get(), layout, name, options, image).decode();
  return {std::move(image), std::max<int>(1, layout.orientation)};
}

}  // namespace zoo
