// JPEG files of kinds that Pillow does not write, and hostile ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "transforms/image.h"

namespace zoo::test {

struct JpegKind {
  int horizontal = 2, vertical = 2;  // luma samples for one of chroma, in each direction: 1, 2 or 4
  int restart_rows = 0;              // a restart marker behind so many rows of blocks; 0: none
  bool progressive = false;
  bool arithmetic = false;
  int restart_interval = 0;  // a restart marker behind so many MCUs
  int quality = 85;
  bool grey = false;
  bool own_codes = false;  // Huffman codes made for this picture
};

std::vector<std::byte> made_jpeg(const Image& image, const JpegKind& kind);

// A grey file of these very coefficients, in arithmetic coding, which takes such as Huffman coding refuses:
// 32766 at most either way, as is the difference between the first ones of neighbours. Each is multiplied by
// the table's number (up to 32767) on decoding. Blocks and what is in them go row by row.
struct CoefficientJpeg {
  using Block = std::array<int16_t, 64>;
  using Table = std::array<uint16_t, 64>;

  int columns, rows;
  Table table{};
  std::vector<Block> blocks;

  CoefficientJpeg(int block_columns, int block_rows);
  std::vector<std::byte> file() const;
};

// A progressive file of black that repeats its last scan so many times.
std::vector<std::byte> scan_bomb(int64_t width, int64_t height, int scans);

}  // namespace zoo::test
