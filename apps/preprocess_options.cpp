#include "apps/preprocess_options.h"

#include <algorithm>
#include <cmath>

#include <cxxopts.hpp>

#include "apps/flag_values.h"

namespace zoo::apps {
namespace {

constexpr int64_t kLargestSide = 4096;  // a batch of one is 200 MB then

std::array<float, 3> parse_channels(const std::string& flag, const std::string& text, double minimum) {
  const auto values = parse_numbers(flag, text, 3, minimum, 1);
  std::array<float, 3> channels{};
  std::transform(values.begin(), values.end(), channels.begin(),
                 [](double v) { return static_cast<float>(v); });
  return channels;
}

void set_resize(Preprocess& preprocess, const std::string& text) {
  const std::string square_prefix = "square:";
  if (text == "none") {
    preprocess.resize = ResizeMode::none;
    return;
  }
  const bool square = text.rfind(square_prefix, 0) == 0;
  preprocess.resize = square ? ResizeMode::square : ResizeMode::short_edge;
  preprocess.resize_px =
      parse_integer("--resize", square ? text.substr(square_prefix.size()) : text, 1, kLargestSide);
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

}  // namespace

void add_preprocess_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options("Preprocessing");
  add("image-size", "instead of the weight's own: side of what the model sees", text(), "PX");
  add("resize", "before the centre crop: length of the short edge, square:PX, or none", text(), "PX");
  add("interpolation", "nearest, bilinear or bicubic", text(), "NAME");
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
  if (given("mean")) preprocess.mean = parse_channels("--mean", text("mean"), 0);
  if (given("std")) preprocess.std = parse_channels("--std", text("std"), 1e-3);
  return preprocess;
}

}  // namespace zoo::apps
