#include "tests/transforms/decode_made_jpeg.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <jpeglib.h>

namespace zoo::test {
namespace {

// The second byte of every marker of this kind, behind 0xFF; entropy-coded data holds none.
std::vector<size_t> marker_places(std::span<const std::byte> file, uint8_t kind) {
  std::vector<size_t> places;
  for (size_t i = 0; i + 1 < file.size(); ++i) {
    if (file[i] == std::byte{0xFF} && file[i + 1] == std::byte{kind}) places.push_back(i);
  }
  return places;
}

// A file in memory that libjpeg compresses to.
struct Compressor {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  unsigned char* file = nullptr;
  unsigned long size = 0;

  Compressor(int64_t width, int64_t height, int components, J_COLOR_SPACE colours) {
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &file, &size);
    codec.image_width = static_cast<JDIMENSION>(width);
    codec.image_height = static_cast<JDIMENSION>(height);
    codec.input_components = components;
    codec.in_color_space = colours;
    jpeg_set_defaults(&codec);
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() {
    jpeg_destroy_compress(&codec);
    std::free(file);
  }

  std::vector<std::byte> finish() {
    jpeg_finish_compress(&codec);
    const auto bytes = std::as_bytes(std::span(file, size));
    return {bytes.begin(), bytes.end()};
  }
};

}  // namespace

std::vector<std::byte> made_jpeg(const Image& image, const JpegKind& kind) {
  Compressor compressor(image.width, image.height, 3, JCS_RGB);
  jpeg_compress_struct& codec = compressor.codec;
  if (kind.grey) jpeg_set_colorspace(&codec, JCS_GRAYSCALE);
  jpeg_set_quality(&codec, kind.quality, TRUE);
  codec.comp_info[0].h_samp_factor = kind.horizontal;
  codec.comp_info[0].v_samp_factor = kind.vertical;
  codec.restart_in_rows = kind.restart_rows;
  codec.restart_interval = static_cast<unsigned>(kind.restart_interval);
  codec.optimize_coding = kind.own_codes ? TRUE : FALSE;
  codec.arith_code = kind.arithmetic ? TRUE : FALSE;
  if (kind.progressive) jpeg_simple_progression(&codec);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    auto* row = const_cast<JSAMPROW>(image.row(codec.next_scanline));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  return compressor.finish();
}

CoefficientJpeg::CoefficientJpeg(int block_columns, int block_rows)
    : columns(block_columns), rows(block_rows), blocks(static_cast<size_t>(block_columns * block_rows)) {}

std::vector<std::byte> CoefficientJpeg::file() const {
  Compressor compressor(int64_t{DCTSIZE} * columns, int64_t{DCTSIZE} * rows, 1, JCS_GRAYSCALE);
  jpeg_compress_struct& codec = compressor.codec;
  codec.arith_code = TRUE;
  const std::vector<unsigned> steps(table.begin(), table.end());
  jpeg_add_quant_table(&codec, 0, steps.data(), 100, FALSE);
  auto* common = reinterpret_cast<j_common_ptr>(&codec);
  jvirt_barray_ptr arrays[] = {codec.mem->request_virt_barray(
      common, JPOOL_IMAGE, FALSE, static_cast<JDIMENSION>(columns), static_cast<JDIMENSION>(rows), 1)};
  jpeg_write_coefficients(&codec, arrays);
  auto block = blocks.begin();
  for (int y = 0; y < rows; ++y) {
    JBLOCKROW row = codec.mem->access_virt_barray(common, arrays[0], static_cast<JDIMENSION>(y), 1, TRUE)[0];
    for (int x = 0; x < columns; ++x) std::copy_n((block++)->begin(), DCTSIZE2, row[x]);
  }
  return compressor.finish();
}

std::vector<std::byte> scan_bomb(int64_t width, int64_t height, int scans) {
  const std::vector<std::byte> file = made_jpeg(make_image(width, height), {.progressive = true});
  constexpr uint8_t kStartOfScan = 0xDA;
  const size_t last = marker_places(file, kStartOfScan).back(), end = file.size() - 2;
  std::vector<std::byte> bomb(file.begin(), file.begin() + static_cast<ptrdiff_t>(last));
  for (int i = 0; i < scans; ++i) {
    bomb.insert(bomb.end(), file.begin() + static_cast<ptrdiff_t>(last),
                file.begin() + static_cast<ptrdiff_t>(end));
  }
  bomb.insert(bomb.end(), file.begin() + static_cast<ptrdiff_t>(end), file.end());
  return bomb;
}

}  // namespace zoo::test
