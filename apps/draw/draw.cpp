// zoo draw: a small data set of drawn figures, to try everything without a network and without pictures of
// one's own.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "apps/cli/options.h"
#include "apps/cli/run_main.h"
#include "apps/draw/drawing.h"
#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"

namespace zoo::apps {
namespace {

FigureSet parse_figures(const std::string& text) {
  if (text == "basic") return FigureSet::basic;
  if (text == "emblems") return FigureSet::emblems;
  throw Error(ErrorCode::usage, "--figures", "'" + text + "' is not a set of figures",
              "Use 'basic' (16 classes) or 'emblems' (8 others).");
}

int run(const std::vector<std::string>& arguments) {
  cxxopts::Options options =
      make_options("zoo draw", "--out DIR [options]",
                   "Draws a data set: figures at random places, sizes, angles and colours over\n"
                   "a cluttered ground, one folder a class. The same seed gives the same pictures.");
  options.add_options()("out", "the folder to make; it must not exist", cxxopts::value<std::string>(), "DIR")(
      "figures", "basic (16 classes) or emblems (8 others)",
      cxxopts::value<std::string>()->default_value("basic"),
      "SET")("count", "pictures of each class", cxxopts::value<std::string>()->default_value("100"), "N")(
      "size", "side of a picture in pixels", cxxopts::value<std::string>()->default_value("32"), "N")(
      "seed", "seed of all random choices", cxxopts::value<std::string>()->default_value("0"), "N");
  const cxxopts::ParseResult flags = parse_options(options, arguments);
  operands(options, flags, {});

  if (flags.count("out") == 0)
    throw Error(ErrorCode::usage, "--out", "is missing", "Say where the pictures shall go.");
  const std::filesystem::path out = flags["out"].as<std::string>();
  const FigureSet set = parse_figures(flags["figures"].as<std::string>());
  const int64_t count = parse_integer("--count", flags["count"].as<std::string>(), 1, 1'000'000);
  const int64_t size_px = parse_integer("--size", flags["size"].as<std::string>(), 8, 4096);
  const auto seed =
      static_cast<uint64_t>(parse_integer("--seed", flags["seed"].as<std::string>(), 0, INT64_MAX));
  if (std::filesystem::exists(out)) {
    throw Error(ErrorCode::usage, out.string(), "exists already",
                "Choose another --out, or remove it first.");
  }

  uint64_t index = 0;
  for (const Figure& figure : figures(set)) {
    const std::filesystem::path folder = out / figure.name;
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) throw Error(ErrorCode::io, folder.string(), "cannot be made: " + failure.message());
    for (int64_t i = 0; i < count; ++i, ++index) {
      char name[32];
      std::snprintf(name, sizeof name, "%06lld.png", static_cast<long long>(i));
      write_png(folder / name, draw(figure, size_px, seed, index));
    }
  }
  std::cout << "drew " << index << " pictures of " << figures(set).size() << " classes in "
            << printable(out.string()) << '\n';
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
