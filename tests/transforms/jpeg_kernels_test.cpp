#include "transforms/decode/jpeg_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <jpeglib.h>

#include <catch2/catch.hpp>

#include "tests/skip.h"
#include "tests/transforms/decode_made_jpeg.h"
#include "tests/transforms/golden.h"

using namespace zoo;
using namespace zoo::test;

namespace {

constexpr int64_t kReadBeyond = 64, kWrittenBeyond = 64;
constexpr int kColumns = 16, kRows = 8;  // of blocks

const std::string kNoKernels = "no AVX2 on this processor, for which there are kernels";

using Coefficients = CoefficientJpeg::Block;
using Table = CoefficientJpeg::Table;

struct Plane {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> samples = {};

  const uint8_t* row(int64_t y) const { return samples.data() + y * width; }
};

// What libjpeg makes of a file: its components' samples, or its rows of pixels.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> file) {
    codec_.err = jpeg_std_error(&errors_);
    jpeg_create_decompress(&codec_);
    jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&codec_, TRUE);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&codec_); }

  Plane pixels(unsigned denominator = 1) {
    codec_.scale_num = 1;
    codec_.scale_denom = denominator;
    jpeg_start_decompress(&codec_);
    Plane plane{int64_t{codec_.output_width} * codec_.output_components, codec_.output_height};
    plane.samples.resize(static_cast<size_t>(plane.width * plane.height));
    while (codec_.output_scanline < codec_.output_height) {
      JSAMPROW row = plane.samples.data() + codec_.output_scanline * plane.width;
      jpeg_read_scanlines(&codec_, &row, 1);
    }
    finish();
    return plane;
  }

  // With a column before and some behind each row, which repeat its ends.
  std::vector<Plane> padded_components() {
    codec_.raw_data_out = TRUE;
    jpeg_start_decompress(&codec_);
    std::vector<Plane> whole, result;
    for (int c = 0; c < codec_.num_components; ++c) {
      const jpeg_component_info& info = codec_.comp_info[c];
      const int64_t height = (int64_t{info.height_in_blocks} + info.v_samp_factor) * DCTSIZE;
      whole.push_back({int64_t{info.width_in_blocks + 4} * DCTSIZE, height});
      whole.back().samples.resize(static_cast<size_t>(whole.back().width * height));
    }
    const auto rows_at_once = static_cast<JDIMENSION>(codec_.max_v_samp_factor * DCTSIZE);
    for (int64_t step = 0; codec_.output_scanline < codec_.output_height; ++step) {
      std::vector<std::vector<JSAMPROW>> rows(whole.size());
      std::vector<JSAMPARRAY> arrays;
      for (size_t c = 0; c < whole.size(); ++c) {
        const int64_t count = int64_t{codec_.comp_info[c].v_samp_factor} * DCTSIZE;
        for (int64_t y = step * count; y < (step + 1) * count; ++y) {
          rows[c].push_back(const_cast<JSAMPROW>(whole[c].row(y)));
        }
        arrays.push_back(rows[c].data());
      }
      jpeg_read_raw_data(&codec_, arrays.data(), rows_at_once);
    }
    for (size_t c = 0; c < whole.size(); ++c) {
      const int64_t width = codec_.comp_info[c].downsampled_width;
      Plane plane{width + 1 + kReadBeyond, codec_.comp_info[c].downsampled_height};
      for (int64_t y = 0; y < plane.height; ++y) {
        const uint8_t* from = whole[c].row(y);
        plane.samples.push_back(from[0]);
        plane.samples.insert(plane.samples.end(), from, from + width);
        plane.samples.insert(plane.samples.end(), kReadBeyond, from[width - 1]);
      }
      result.push_back(std::move(plane));
    }
    finish();
    return result;
  }

 private:
  void finish() {
    jpeg_finish_decompress(&codec_);
    REQUIRE(errors_.num_warnings == 0);
  }

  jpeg_decompress_struct codec_{};
  jpeg_error_mgr errors_{};
};

// Every block that `fill` makes, at every scale, against libjpeg's samples.
void compare_transforms(const JpegKernels& kernels, int most_of_table,
                        const std::function<void(Coefficients&, const Table&, std::mt19937&)>& fill) {
  std::mt19937 random(20240607);
  for (int file = 0; file < 4; ++file) {
    CoefficientJpeg content(kColumns, kRows);
    std::uniform_int_distribution<int> steps(1, 1 + (most_of_table - 1) * file / 3);
    for (uint16_t& step : content.table) step = static_cast<uint16_t>(steps(random));
    for (Coefficients& block : content.blocks) {
      block.fill(0);
      fill(block, content.table, random);
    }
    const std::vector<std::byte> bytes = content.file();
    const auto compare = [&](int size, JpegKernels::InverseDct kernel) {
      const Plane expected = Decoder(bytes).pixels(static_cast<unsigned>(DCTSIZE / size));
      REQUIRE(expected.width == int64_t{size} * kColumns);
      Plane found{expected.width, expected.height, std::vector<uint8_t>(expected.samples.size())};
      for (int y = 0; y < kRows; ++y) {
        for (int x = 0; x < kColumns; ++x) {
          kernel(content.blocks[static_cast<size_t>(y) * kColumns + static_cast<size_t>(x)].data(),
                 content.table.data(), found.samples.data() + y * size * found.width + int64_t{x} * size,
                 found.width);
        }
      }
      INFO("file " << file << ", size " << size);
      CHECK(found.samples == expected.samples);
    };
    compare(8, kernels.inverse_dct_8);
    compare(4, kernels.inverse_dct_4);
    compare(2, kernels.inverse_dct_2);
    compare(1, kernels.inverse_dct_1);
  }
}

int16_t any(std::mt19937& random, int most) {
  return static_cast<int16_t>(std::uniform_int_distribution<int>(-most, most)(random));
}

// The forward transform of samples around zero, which an encoder would have divided and rounded.
void encode(const std::array<double, DCTSIZE2>& samples, const Table& table, Coefficients& block) {
  const auto wave = [](size_t frequency, size_t place) {
    const double scale = frequency == 0 ? std::sqrt(0.125) : 0.5;
    return scale * std::cos(static_cast<double>((2 * place + 1) * frequency) * std::numbers::pi / 16);
  };
  std::array<double, DCTSIZE2> rows{};
  for (size_t y = 0; y < 8; ++y) {
    for (size_t u = 0; u < 8; ++u) {
      for (size_t x = 0; x < 8; ++x) rows[8 * y + u] += samples[8 * y + x] * wave(u, x);
    }
  }
  for (size_t v = 0; v < 8; ++v) {
    for (size_t u = 0; u < 8; ++u) {
      double sum = 0;
      for (size_t y = 0; y < 8; ++y) sum += rows[8 * y + u] * wave(v, y);
      block[8 * v + u] = static_cast<int16_t>(std::lround(sum / table[8 * v + u]));
    }
  }
}

}  // namespace

TEST_CASE("the inverse transforms of what encoders write equal libjpeg's", "[avx2]") {
  const JpegKernels* kernels = jpeg_kernels();
  if (kernels == nullptr) return skip(kNoKernels);
  compare_transforms(*kernels, 255, [](Coefficients& block, const Table& table, std::mt19937& random) {
    const double mean = any(random, 128), slope_x = any(random, 20), slope_y = any(random, 20);
    const int noise = 128 >> random() % 9;
    const bool extreme = random() % 4 == 0;
    std::array<double, DCTSIZE2> samples{};
    for (size_t i = 0; i < DCTSIZE2; ++i) {
      const double ramp = slope_x * static_cast<double>(i % 8) + slope_y * static_cast<double>(i / 8);
      samples[i] = std::clamp(mean + ramp + any(random, noise), -128.0, 127.0);
      if (extreme) samples[i] = random() % 2 == 0 ? -128 : 127;
    }
    encode(samples, table, block);
  });
}

// libjpeg's plain C code, which JSIMD_FORCENONE=1 chooses, does not pass this one: its samples wrap.
TEST_CASE("the inverse transforms of what only a file can hold equal libjpeg's", "[avx2]") {
  const JpegKernels* kernels = jpeg_kernels();
  if (kernels == nullptr) return skip(kNoKernels);
  const int most = GENERATE(3, 40, 1000, 16000, 32766);  // 32767 is not coded, nor more between two means
  const int most_mean = std::min(most, 16383);
  const int most_of_table = GENERATE(1, 3, 255, 32767);
  SECTION("means alone") {
    compare_transforms(*kernels, most_of_table, [=](Coefficients& block, const Table&, std::mt19937& random) {
      block[0] = any(random, most_mean);
    });
  }
  SECTION("a first row or a first column") {
    compare_transforms(*kernels, most_of_table, [=](Coefficients& block, const Table&, std::mt19937& random) {
      const size_t step = random() % 2 == 0 ? 1 : 8;
      for (size_t k = 0; k < 8; ++k) block[step * k] = any(random, k == 0 ? most_mean : most);
    });
  }
  SECTION("a few numbers") {
    compare_transforms(*kernels, most_of_table, [=](Coefficients& block, const Table&, std::mt19937& random) {
      block[0] = any(random, most_mean);
      for (size_t i = random() % 8; i > 0; --i) block[random() % 63 + 1] = any(random, most);
    });
  }
  SECTION("dense ones") {
    compare_transforms(*kernels, most_of_table, [=](Coefficients& block, const Table&, std::mt19937& random) {
      for (size_t k = 0; k < DCTSIZE2; ++k) block[k] = any(random, k == 0 ? most_mean : most);
    });
  }
}

TEST_CASE("pictures with halved chroma equal libjpeg's", "[avx2]") {
  const JpegKernels* kernels = jpeg_kernels();
  if (kernels == nullptr) return skip(kNoKernels);
  const int vertical = GENERATE(1, 2);
  for (const int64_t width : {1, 3, 4, 5, 6, 7, 15, 16, 17, 31, 64, 65, 66, 127, 129, 200, 257}) {
    for (const int64_t height : {1, 2, 3, 15, 16, 17, 18, 33, 40}) {
      const std::vector<std::byte> file = made_jpeg(noise(width, height), {2, vertical});
      const Plane expected = Decoder(file).pixels();
      const std::vector<Plane> components = Decoder(file).padded_components();
      const int64_t count = (width + 1) / 2;
      Plane found{3 * width, height, std::vector<uint8_t>(expected.samples.size())};
      std::vector<uint8_t> chroma[2];
      for (int64_t y = 0; y < height; ++y) {
        for (size_t c = 0; c < 2; ++c) {
          const Plane& plane = components[c + 1];
          chroma[c].assign(static_cast<size_t>(2 * count + kWrittenBeyond), 0);
          const int64_t near_y = y / vertical;
          const int64_t far_y =
              std::clamp<int64_t>(y % 2 == 0 ? near_y - 1 : near_y + 1, 0, plane.height - 1);
          const uint8_t *nearer = plane.row(near_y) + 1, *farther = plane.row(far_y) + 1;
          if (count <= 2) {
            kernels->upsample_2x1_plain(nearer, count, chroma[c].data());
          } else if (vertical == 1) {
            kernels->upsample_2x1_fancy(nearer, count, chroma[c].data());
          } else {
            kernels->upsample_2x2_fancy(nearer, farther, count, chroma[c].data());
          }
        }
        kernels->ycc_to_rgb(components[0].row(y) + 1, chroma[0].data(), chroma[1].data(), width,
                            found.samples.data() + y * found.width);
      }
      INFO(width << " x " << height << ", vertical " << vertical);
      REQUIRE(found.samples == expected.samples);
    }
  }
}

TEST_CASE("every colour equals libjpeg's formula", "[avx2]") {
  const JpegKernels* kernels = jpeg_kernels();
  if (kernels == nullptr) return skip(kNoKernels);
  const auto clamped = [](int x) { return static_cast<uint8_t>(std::clamp(x, 0, 255)); };
  std::vector<uint8_t> y(256 + kReadBeyond), cb(y.size()), cr(y.size()), found(3 * 256), expected(3 * 256);
  for (int i = 0; i < 256; ++i) y[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
  bool equal = true;
  for (int b = 0; b < 256; ++b) {
    std::ranges::fill(cb, static_cast<uint8_t>(b));
    for (int r = 0; r < 256; ++r) {
      std::ranges::fill(cr, static_cast<uint8_t>(r));
      const int red = (91881 * (r - 128) + 32768) >> 16, blue = (116130 * (b - 128) + 32768) >> 16;
      const int green = (-22554 * (b - 128) - 46802 * (r - 128) + 32768) >> 16;
      for (int i = 0; i < 256; ++i) {
        uint8_t* pixel = expected.data() + 3 * ptrdiff_t{i};
        pixel[0] = clamped(i + red), pixel[1] = clamped(i + green), pixel[2] = clamped(i + blue);
      }
      kernels->ycc_to_rgb(y.data(), cb.data(), cr.data(), 256, found.data());
      equal = equal && found == expected;
    }
  }
  CHECK(equal);
}

TEST_CASE("rows of pixels end where they should", "[avx2]") {
  const JpegKernels* kernels = jpeg_kernels();
  if (kernels == nullptr) return skip(kNoKernels);
  std::vector<uint8_t> grey(200 + kReadBeyond), neutral(grey.size(), 128);
  for (size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<uint8_t>(7 * i + 1);
  for (int64_t count = 0; count <= 200; ++count) {
    std::vector<uint8_t> expected(700, 9);
    for (int64_t i = 0; i < 3 * count; ++i) {
      expected[static_cast<size_t>(i)] = grey[static_cast<size_t>(i / 3)];
    }
    std::vector<uint8_t> repeated(700, 9), converted(700, 9);
    kernels->grey_to_rgb(grey.data(), count, repeated.data());
    kernels->ycc_to_rgb(grey.data(), neutral.data(), neutral.data(), count, converted.data());
    REQUIRE(repeated == expected);
    REQUIRE(converted == expected);
  }
}
