// Operations that map each channel's value by a table: Pillow's ImageOps, ImageEnhance.Brightness and
// Contrast. Bit-equal to Pillow 13. All work in place, on three channels.
#pragma once

#include <array>
#include <cstdint>

#include "transforms/image.h"

namespace zoo {

using ByteTable = std::array<uint8_t, 256>;

void apply_table(Image& image, const ByteTable& table);                       // the same for all channels
void apply_tables(Image& image, const std::array<ByteTable, 3>& of_channel);  // red, green, blue

// How many pixels have each value: red, green, blue.
using Histogram = std::array<int64_t, 256>;
std::array<Histogram, 3> histograms(const Image& image);

void invert(Image& image);
void solarize(Image& image, double threshold);  // values from the threshold on are inverted
// timm's SolarizeAdd: values below 128 grow by `add`.
void solarize_add(Image& image, int64_t add);
// Keeps the highest bits, 0 to 8; 0 makes the picture black, as Pillow did before 13 refused it.
void posterize(Image& image, int64_t bits);
void equalize(Image& image);
void autocontrast(Image& image);

// Factors are 0 or more; 1 leaves the picture as it is.
void adjust_brightness(Image& image, double factor);
void adjust_contrast(Image& image, double factor);

}  // namespace zoo
