#include "transforms/augment/colour.h"

#include <algorithm>
#include <cmath>

#include "transforms/augment/blend.h"
#include "transforms/augment/clones.h"
#include "transforms/augment/tables.h"

namespace zoo {
namespace {

struct Hsv {
  uint8_t hue = 0, saturation = 0, value = 0;
};

uint8_t cut(double value) {
  return static_cast<uint8_t>(std::clamp(static_cast<int>(value), 0, 255));
}

Hsv to_hsv(const uint8_t* pixel) {
  const int r = pixel[0], g = pixel[1], b = pixel[2];
  const int highest = std::max({r, g, b}), lowest = std::min({r, g, b});
  Hsv hsv{0, 0, static_cast<uint8_t>(highest)};
  if (lowest == highest) return hsv;
  const auto range = static_cast<float>(highest - lowest);
  const auto distance = [&](int channel) { return static_cast<float>(highest - channel) / range; };
  const float red = distance(r), green = distance(g), blue = distance(b);
  float hue = 0;
  if (r == highest) {
    hue = blue - green;
  } else if (g == highest) {
    hue = static_cast<float>(2.0 + red - blue);
  } else {
    hue = static_cast<float>(4.0 + green - red);
  }
  const double turn = hue / 6.0 + 1.0;  // 0.83 to 1.84
  hue = static_cast<float>(turn >= 1.0 ? turn - 1.0 : turn);
  hsv.hue = cut(hue * 255.0);
  hsv.saturation = cut(range / static_cast<float>(highest) * 255.0);
  return hsv;
}

// Which of value, p, q, t (0 to 3) a channel takes in each sixth of the hue's circle.
constexpr uint8_t kOrder[6][3]{{0, 3, 1}, {2, 0, 1}, {1, 0, 3}, {1, 2, 0}, {3, 1, 0}, {0, 1, 2}};

// What depends on the hue alone.
struct Sector {
  const uint8_t* order = nullptr;
  float rest = 0;
};

std::array<Sector, 256> make_sectors() {
  std::array<Sector, 256> sectors{};
  for (int hue = 0; hue < 256; ++hue) {
    const double sixth = static_cast<float>(hue) * 6.0 / 255.0;
    const int whole = static_cast<int>(std::floor(sixth));
    sectors[static_cast<size_t>(hue)] = {
        kOrder[whole % 6], static_cast<float>(sixth - static_cast<double>(static_cast<float>(whole)))};
  }
  return sectors;
}

// To the nearest, halves up; the argument is not negative.
uint8_t rounded(double value) {
  const int whole = static_cast<int>(value);
  return static_cast<uint8_t>(std::min(whole + (value - whole >= 0.5 ? 1 : 0), 255));
}

void to_rgb(const Hsv& hsv, const std::array<Sector, 256>& sectors, uint8_t* pixel) {
  if (hsv.saturation == 0) {
    std::fill_n(pixel, 3, hsv.value);
    return;
  }
  const Sector& sector = sectors[hsv.hue];
  const auto saturation = static_cast<float>(static_cast<float>(hsv.saturation) / 255.0);
  const auto value = static_cast<float>(hsv.value);
  const uint8_t parts[4]{hsv.value, rounded(value * (1.0 - saturation)),
                         rounded(value * (1.0 - saturation * sector.rest)),
                         rounded(value * (1.0 - saturation * (1.0 - sector.rest)))};
  for (size_t c = 0; c < 3; ++c) pixel[c] = parts[sector.order[c]];
}

ZOO_WIDER_CLONES void blend_with_grey(uint8_t* pixels, int64_t count, float factor) {
  for (int64_t i = 0; i < count; ++i, pixels += 3) {
    const uint8_t from = grey(pixels[0], pixels[1], pixels[2]);
    for (int c = 0; c < 3; ++c) pixels[c] = blend(from, pixels[c], factor);
  }
}

}  // namespace

void grayscale(Image& image) {
  uint8_t* pixel = image.pixels.data();
  for (int64_t i = 0; i < image.width * image.height; ++i, pixel += 3) {
    std::fill_n(pixel, 3, grey(pixel[0], pixel[1], pixel[2]));
  }
}

void adjust_saturation(Image& image, double factor) {
  const auto single = static_cast<float>(factor);
  if (single == 1.0F) return;
  if (single == 0.0F) return grayscale(image);
  blend_with_grey(image.pixels.data(), image.width * image.height, single);
}

void adjust_hue(Image& image, double turns) {
  static const std::array<Sector, 256> sectors = make_sectors();
  const auto shift = static_cast<uint8_t>(static_cast<int32_t>(turns * 255));
  uint8_t* pixel = image.pixels.data();
  for (int64_t i = 0; i < image.width * image.height; ++i, pixel += 3) {
    Hsv hsv = to_hsv(pixel);
    hsv.hue = static_cast<uint8_t>(hsv.hue + shift);
    to_rgb(hsv, sectors, pixel);
  }
}

void adjust_lighting(Image& image, const Lighting& lighting, const std::array<double, 3>& alpha) {
  std::array<ByteTable, 3> tables{};
  for (size_t c = 0; c < 3; ++c) {
    const size_t row = lighting.to_rgb ? c : 2 - c;  // OpenMMLab's pictures are blue-green-red
    double change = 0;
    for (size_t i = 0; i < 3; ++i) change += lighting.eigvec[row][i] * alpha[i] * lighting.eigval[i];
    change = std::clamp(change, -1e9, 1e9);
    for (int value = 0; value < 256; ++value) {
      const auto whole = static_cast<int32_t>(static_cast<float>(value) + change);
      tables[c][static_cast<size_t>(value)] = static_cast<uint8_t>(whole);
    }
  }
  apply_tables(image, tables);
}

}  // namespace zoo
