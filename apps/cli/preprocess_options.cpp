#include "apps/cli/preprocess_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

constexpr int64_t kLargestSide = 4096;  // a batch of one is 200 MB then

std::array<double, 3> parse_channels(const std::string& flag, const std::string& text, double minimum) {
  const auto values = parse_numbers(flag, text, 3, minimum, 1);
  return {values[0], values[1], values[2]};
}

struct NamedResize {
  std::string_view prefix;
  ResizeMode mode;
};
constexpr std::array kResizes{
    NamedResize{"square:", ResizeMode::square}, NamedResize{"long:", ResizeMode::long_edge},
    NamedResize{"crop-first:", ResizeMode::crop_first}, NamedResize{"", ResizeMode::short_edge}};

void set_resize(Preprocess& preprocess, const std::string& text) {
  if (text == "none") {
    preprocess.resize = ResizeMode::none;
    return;
  }
  const auto named =
      std::ranges::find_if(kResizes, [&](const auto& one) { return text.starts_with(one.prefix); });
  preprocess.resize = named->mode;
  preprocess.resize_px = parse_integer("--resize", text.substr(named->prefix.size()), 1, kLargestSide);
}

void set_image_size(Preprocess& preprocess, int64_t size, bool keep_resize) {
  if (!keep_resize) {
    const bool scales = preprocess.resize != ResizeMode::none && preprocess.crop_px > 0;
    const double ratio =
        scales ? static_cast<double>(preprocess.resize_px) / static_cast<double>(preprocess.crop_px) : 1;
    preprocess.resize_px = std::llround(ratio * static_cast<double>(size));
    if (preprocess.resize == ResizeMode::none) preprocess.resize = ResizeMode::short_edge;
  }
  preprocess.crop_px = size;
}

void check_sampling(const Preprocess& preprocess) {
  if (!has_interpolation(preprocess.backend, preprocess.interpolation)) {
    throw Error(ErrorCode::usage, "--interpolation",
                "these weights were trained with the resize of '" +
                    std::string(to_string(preprocess.backend)) + "', which has no '" +
                    std::string(to_string(preprocess.interpolation)) + "'",
                "Choose nearest, bilinear, bicubic or lanczos.");
  }
  if (preprocess.resize != ResizeMode::crop_first) return;
  if (preprocess.crop_px == 0 || preprocess.crop_px > preprocess.resize_px) {
    throw Error(ErrorCode::usage, "--resize",
                "crop-first:" + std::to_string(preprocess.resize_px) + " does not fit a picture of " +
                    std::to_string(preprocess.crop_px) + " pixels",
                "Give at least the side that the model sees, --image-size.");
  }
}

}  // namespace

void add_preprocess_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options("Preprocessing");
  add("image-size", "instead of the weight's own: side of what the model sees", text(), "PX");
  add("resize",
      "before the centre crop: length of the short edge, long:PX, square:PX, crop-first:PX, or none", text(),
      "PX");
  add("interpolation", "nearest, box, bilinear, hamming, bicubic, lanczos; OpenCV's: area", text(), "NAME");
  add("exif", "turn pictures as their EXIF orientation says", text(), "on|off");
  add("mean", "of red, green, blue, each 0 to 1", text(), "R,G,B");
  add("std", "of red, green, blue, each above 0 and up to 1", text(), "R,G,B");
}

Preprocess override_preprocess(Preprocess preprocess, const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* name) { return flags.count(name) > 0; };
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  if (given("resize")) set_resize(preprocess, text("resize"));
  if (given("image-size"))
    set_image_size(preprocess, parse_integer("--image-size", text("image-size"), 1, kLargestSide),
                   given("resize"));
  if (given("interpolation")) preprocess.interpolation = parse_interpolation(text("interpolation"));
  check_sampling(preprocess);
  if (given("exif")) preprocess.exif = parse_switch("--exif", text("exif"));
  if (given("mean")) preprocess.mean = parse_channels("--mean", text("mean"), 0);
  if (given("std")) preprocess.std = parse_channels("--std", text("std"), 1e-3);
  return preprocess;
}

}  // namespace zoo::apps
