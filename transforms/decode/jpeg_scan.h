// Pictures of a JPEG file whose one scan is Huffman-coded and sequential, as cameras write them: faster than
// libjpeg, with its bits. Whatever is unusual or damaged is left to libjpeg. Internal to transforms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "transforms/decode/jpeg_huffman.h"
#include "transforms/decode/jpeg_kernels.h"
#include "transforms/image.h"
#include "transforms/resize/resize.h"

namespace zoo {

struct JpegScanComponent {
  std::array<uint16_t, 64> quantization{};  // row by row
  size_t dc_table = 0, ac_table = 0;
};

// What the headers say.
struct JpegScan {
  int64_t width = 0, height = 0;
  int components = 0;  // 1: grey, or 3: luma and twice chroma
  // Samples of luma for one of chroma in both directions: 1 x 1, 2 x 1 or 2 x 2.
  int across = 1, down = 1;
  std::array<JpegScanComponent, 3> component{};
  std::array<HuffmanTable, 4> dc_tables, ac_tables;
  int64_t restart_interval = 0;   // in MCUs; 0: none
  std::span<const uint8_t> data;  // of the scan, and what follows it
};

struct JpegScale {
  int denominator = 1;  // 1, 2, 4 or 8: the picture is made at 1/denominator of its size by smaller IDCTs
  bool plain_chroma = false;  // chroma samples are repeated; else interpolated, at full size only
};

// The window, which lies in the picture at that scale, in red, green and blue; `rgb` has its size. False
// where libjpeg has to be asked: damage down to the last row that the window needs, no end-of-image marker
// right behind the scan. Nothing is known of `rgb` then.
bool decode_jpeg_scan(const JpegScan& scan, const JpegKernels& kernels, const CropRect& window,
                      const JpegScale& scale, Image& rgb);

}  // namespace zoo
