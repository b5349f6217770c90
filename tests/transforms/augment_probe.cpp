// Serves augmentations to tests that hold them against Pillow, torchvision, timm and mmpretrain: one call a
// line (tests/line_calls.h), its pictures in files of raw RGB bytes.
//   OP WIDTH HEIGHT INPUT OUTPUT [ARGUMENT...]
// answers "WIDTH HEIGHT" of what it wrote to OUTPUT;
//   apply WIDTH HEIGHT INPUT OUTPUT RECIPE SEED EPOCH SAMPLE REPEAT
// the same, followed by "LEFT TOP WIDTH HEIGHT VALUE..." of each erasure, VALUE being three numbers or
// "noise".
//   mix MODE MIXUP CUTMIX MIN MAX PROB SWITCH CORRECT BATCH WIDTH HEIGHT SEED EPOCH BATCH_NUMBER
// answers "LAMBDA LEFT TOP WIDTH HEIGHT" of each picture, WIDTH being -1 without CutMix.
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

#include "tests/line_calls.h"
#include "transforms/augment/augmentation.h"
#include "transforms/augment/colour.h"
#include "transforms/augment/crops.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/geometry.h"
#include "transforms/augment/mix.h"
#include "transforms/augment/tables.h"

namespace {

using Arguments = std::vector<std::string>;
using zoo::Image;

zoo::Image read_raw(const Arguments& call) {
  Image image = zoo::make_image(std::stoll(call[1]), std::stoll(call[2]));
  std::ifstream file(call[3], std::ios::binary);
  file.read(reinterpret_cast<char*>(image.pixels.data()), std::ssize(image.pixels));
  if (!file) throw std::runtime_error("cannot read " + call[3]);
  return image;
}

// Numbers behind the file names.
struct Numbers {
  const Arguments& call;
  double operator[](size_t i) const { return std::stod(call.at(5 + i)); }
  int64_t whole(size_t i) const { return std::stoll(call.at(5 + i)); }
  zoo::Colour colour(size_t i) const {
    return {static_cast<uint8_t>(whole(i)), static_cast<uint8_t>(whole(i + 1)),
            static_cast<uint8_t>(whole(i + 2))};
  }
  zoo::Sampling sampling(size_t i) const { return {zoo::parse_interpolation(call.at(5 + i)), colour(i + 1)}; }
  std::optional<zoo::PointXY> point(size_t i) const {
    return call.at(5 + i) == "none" ? std::nullopt : std::optional(zoo::PointXY{(*this)[i], (*this)[i + 1]});
  }
};

const std::map<std::string, std::function<void(Image&, const Numbers&)>>& operations() {
  static const std::map<std::string, std::function<void(Image&, const Numbers&)>> table{
      {"invert", [](Image& i, const Numbers&) { zoo::invert(i); }},
      {"solarize", [](Image& i, const Numbers& n) { zoo::solarize(i, n[0]); }},
      {"solarize_add", [](Image& i, const Numbers& n) { zoo::solarize_add(i, n.whole(0)); }},
      {"posterize", [](Image& i, const Numbers& n) { zoo::posterize(i, n.whole(0)); }},
      {"equalize", [](Image& i, const Numbers&) { zoo::equalize(i); }},
      {"autocontrast", [](Image& i, const Numbers&) { zoo::autocontrast(i); }},
      {"brightness", [](Image& i, const Numbers& n) { zoo::adjust_brightness(i, n[0]); }},
      {"contrast", [](Image& i, const Numbers& n) { zoo::adjust_contrast(i, n[0]); }},
      {"saturation", [](Image& i, const Numbers& n) { zoo::adjust_saturation(i, n[0]); }},
      {"hue", [](Image& i, const Numbers& n) { zoo::adjust_hue(i, n[0]); }},
      {"grayscale", [](Image& i, const Numbers&) { zoo::grayscale(i); }},
      {"sharpness", [](Image& i, const Numbers& n) { zoo::adjust_sharpness(i, n[0]); }},
      {"gaussian_blur_pillow", [](Image& i, const Numbers& n) { zoo::gaussian_blur_pillow(i, n[0]); }},
      {"gaussian_blur",
       [](Image& i, const Numbers& n) { zoo::gaussian_blur_torchvision(i, {n.whole(0), n.whole(1), n[2]}); }},
      {"lighting",
       [](Image& i, const Numbers& n) {
         zoo::adjust_lighting(i, zoo::Lighting{.to_rgb = n.whole(3) != 0}, {n[0], n[1], n[2]});
       }},
      {"hflip", [](Image& i, const Numbers&) { zoo::flip_horizontal_in_place(i); }},
      {"vflip", [](Image& i, const Numbers&) { zoo::flip_vertical_in_place(i); }},
      {"pad",
       [](Image& i, const Numbers& n) {
         i = zoo::pad(i, {n.whole(0), n.whole(1), n.whole(2), n.whole(3)},
                      static_cast<zoo::PaddingMode>(n.whole(4)), n.colour(5));
       }},
      {"center_crop",
       [](Image& i, const Numbers& n) { i = zoo::center_crop(i, zoo::Size{n.whole(0), n.whole(1)}); }},
      {"rotate",
       [](Image& i, const Numbers& n) {
         zoo::rotate(i, {n[0], n.whole(1) != 0, n.point(6)}, n.sampling(2));
       }},
      {"affine",
       [](Image& i, const Numbers& n) {
         zoo::affine(i, {n[0], {n[1], n[2]}, n[3], {n[4], n[5]}, n.point(10)}, n.sampling(6));
       }},
      {"transform",
       [](Image& i, const Numbers& n) {
         i = zoo::transform_affine(i, {i.width, i.height}, {n[0], n[1], n[2], n[3], n[4], n[5]},
                                   n.sampling(6));
       }},
      {"perspective", [](Image& i, const Numbers& n) {
         const auto right = static_cast<double>(i.width - 1), bottom = static_cast<double>(i.height - 1);
         zoo::perspective(i, {{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}},
                          {{{n[0], n[1]}, {n[2], n[3]}, {n[4], n[5]}, {n[6], n[7]}}}, n.sampling(8));
       }}};
  return table;
}

void print(const zoo::Erasure& erasure, std::ostream& out) {
  const zoo::CropRect& rect = erasure.rect;
  out << ' ' << rect.left << ' ' << rect.top << ' ' << rect.width << ' ' << rect.height;
  if (const auto* colour = std::get_if<std::array<float, 3>>(&erasure.fill)) {
    for (const float value : *colour) out << ' ' << value;
  } else {
    out << " noise";
  }
}

void write_raw(const std::string& path, const Image& image, std::ostream& out) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(image.pixels.data()), std::ssize(image.pixels));
  out << image.width << ' ' << image.height;
}

void apply(const Arguments& call, std::ostream& out) {
  const auto number = [&](size_t i) { return std::stoull(call.at(i)); };
  const auto augmentation = zoo::Augmentation::parse(call.at(5), "recipe");
  const zoo::SampleKey key{number(6), number(7), number(8), static_cast<uint32_t>(number(9))};
  const zoo::AugmentedPicture picture = augmentation.apply(read_raw(call), key);
  out.precision(9);
  write_raw(call[4], picture.image, out);
  for (const zoo::Erasure& erasure : picture.erasures) print(erasure, out);
}

void mix(const Arguments& call, std::ostream& out) {
  const auto number = [&](size_t i) { return std::stod(call.at(i)); };
  const auto whole = [&](size_t i) { return std::stoll(call.at(i)); };
  zoo::MixOptions options{.mixup_alpha = number(2),
                          .cutmix_alpha = number(3),
                          .prob = number(6),
                          .switch_prob = number(7),
                          .mode = zoo::parse_mix_mode(call.at(1)),
                          .correct_lam = whole(8) != 0};
  if (number(5) > 0) options.cutmix_minmax = {number(4), number(5)};
  const zoo::BatchKey key{static_cast<uint64_t>(whole(12)), static_cast<uint64_t>(whole(13)),
                          static_cast<uint64_t>(whole(14))};
  out.precision(17);
  for (const zoo::MixedSample& sample : zoo::draw_mix(options, whole(9), {whole(10), whole(11)}, key)) {
    const zoo::CropRect box = sample.box.value_or(zoo::CropRect{.width = -1});
    out << sample.lambda << ' ' << box.left << ' ' << box.top << ' ' << box.width << ' ' << box.height << ' ';
  }
}

void answer(const Arguments& call, std::ostream& out) {
  if (call.at(0) == "mix") return mix(call, out);
  if (call.at(0) == "apply") return apply(call, out);
  const auto operation = operations().find(call.at(0));
  if (operation == operations().end()) throw std::runtime_error("no operation " + call[0]);
  Image image = read_raw(call);
  operation->second(image, {call});
  write_raw(call.at(4), image, out);
}

}  // namespace

int main() {
  zoo::test::answer_lines(answer);
  return 0;
}
