#include "apps/cli/preprocess_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <cxxopts.hpp>

#include "apps/cli/flag_names.h"
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

void set_resize(PreprocessChoice& choice, const std::string& text) {
  choice.resize = ResizeMode::none;
  if (text == "none") return;
  const auto named =
      std::ranges::find_if(kResizes, [&](const auto& one) { return text.starts_with(one.prefix); });
  choice.resize = named->mode;
  choice.resize_px = parse_integer("--resize", text.substr(named->prefix.size()), 1, kLargestSide);
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

PreprocessChoice read_preprocess_choice(const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* name) { return flags.count(name) > 0; };
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  PreprocessChoice choice;
  if (given("resize")) set_resize(choice, text("resize"));
  if (given("image-size"))
    choice.image_size = parse_integer("--image-size", text("image-size"), 1, kLargestSide);
  if (given("interpolation")) choice.interpolation = parse_interpolation(text("interpolation"));
  if (given("exif")) choice.exif = parse_switch("--exif", text("exif"));
  if (given("mean")) choice.mean = parse_channels("--mean", text("mean"), 0);
  if (given("std")) choice.std = parse_channels("--std", text("std"), 1e-3);
  return choice;
}

Preprocess override_preprocess(Preprocess preprocess, const cxxopts::ParseResult& flags) {
  return with_flag_names([&] { return choose(preprocess, read_preprocess_choice(flags)); });
}

}  // namespace zoo::apps
