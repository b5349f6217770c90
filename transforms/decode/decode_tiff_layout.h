// What a TIFF's directory says of its pixels, as far as they can be read. Internal to transforms.
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "transforms/decode/decode_options.h"
#include "transforms/image.h"

namespace zoo {

struct TiffLayout {
  uint32_t width = 0, height = 0;
  bool tiled = false;
  uint32_t block_width = 0, block_height = 0;  // of a tile; or of a strip, which is as wide as the picture
  uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT;
  uint16_t photometric = PHOTOMETRIC_MINISWHITE, planar = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE;
  uint16_t orientation = 1;
  bool subsampled = false;  // YCbCr with fewer samples of colour
  bool big_endian = false;
  std::vector<uint16_t> extra;  // what the samples behind the colours are
  const uint16_t* map[3]{};     // of a palette

  bool is_planar() const { return planar == PLANARCONFIG_SEPARATE && samples > 1; }
  bool is_premultiplied() const { return !extra.empty() && extra[0] == EXTRASAMPLE_ASSOCALPHA; }
  // Each sample stands for itself.
  bool is_plain() const { return compression == COMPRESSION_NONE && !subsampled; }
  // Of `columns` pixels, in one plane.
  uint64_t row_bytes(uint32_t columns) const {
    return (uint64_t{columns} * bits * (is_planar() ? 1 : samples) + 7) / 8;
  }
};

[[noreturn]] void refuse_damaged_tiff(const std::string& name);

// `bytes`: of the whole file. Throws Error{corrupt, unsupported}.
TiffLayout read_tiff_layout(TIFF* file, size_t bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
