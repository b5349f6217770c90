// zoo augment: what training will see of a picture.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/augment/contact_sheet.h"
#include "apps/cli/flag_values.h"
#include "apps/cli/json_output.h"
#include "apps/cli/options.h"
#include "apps/cli/outputs.h"
#include "apps/cli/run_main.h"
#include "transforms/augment/augmentation.h"
#include "transforms/augment/presets.h"
#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kMostShownPx = 512;
constexpr size_t kMostPictures = 1000;
constexpr int64_t kMostRecipeBytes = 1 << 20;

Augmentation read_recipe(const std::string& recipe, const cxxopts::ParseResult& flags) {
  const bool is_file = std::filesystem::exists(recipe) || recipe.ends_with(".json");
  if (!is_file) {
    if (flags.count("size") == 0) return named_augmentation(recipe);
    return named_augmentation(recipe, parse_integer("--size", flags["size"].as<std::string>(), 1, 4096));
  }
  if (flags.count("size") > 0) {
    throw Error(ErrorCode::usage, "--size", "is for presets; " + recipe + " says its sizes itself");
  }
  const std::string text = read_text(recipe);
  if (std::ssize(text) > kMostRecipeBytes) {
    throw Error(ErrorCode::corrupt, recipe,
                format_bytes(std::ssize(text)) + ", expected a recipe of 1 MB or less");
  }
  return Augmentation::parse(text, recipe);
}

// A normalised value as a byte of the picture, with ImageNet's mean and deviation.
uint8_t byte_of(float value, size_t channel) {
  const Preprocess usual;
  const double level = (value * usual.std[channel] + usual.mean[channel]) * 255;
  return static_cast<uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
}

void show_erasure(const Erasure& erasure, Image& image) {
  const CropRect& rect = erasure.rect;
  const std::vector<float> values = erasure_values(erasure);
  for (int64_t y = 0; y < rect.height; ++y) {
    uint8_t* to = image.row(rect.top + y) + rect.left * 3;
    for (int64_t i = 0; i < rect.width * 3; ++i) {
      to[i] = byte_of(values[static_cast<size_t>(y * rect.width * 3 + i)], static_cast<size_t>(i % 3));
    }
  }
}

ordered_json rect_json(const CropRect& rect) {
  return {rect.left, rect.top, rect.width, rect.height};
}

struct Variants {
  std::vector<Image> images;  // the original first
  ordered_json report;
};

Variants vary(const std::string& path, const Augmentation& augmentation, const SampleKey& first,
              int64_t count) {
  const Image original = read_image(path);
  Variants variants{{original}, {{"path", path}, {"width", original.width}, {"height", original.height}}};
  ordered_json list = ordered_json::array();
  for (int64_t i = 0; i < count; ++i) {
    SampleKey key = first;
    key.epoch += static_cast<uint64_t>(i);
    AugmentedPicture picture;
    try {
      picture = augmentation.apply(original, key);
    } catch (const Error& error) {
      throw Error(error.code(), path, error.what());
    }
    ordered_json entry{
        {"epoch", key.epoch}, {"width", picture.image.width}, {"height", picture.image.height}};
    const auto plan = augmentation.plan_window({original.width, original.height}, key);
    if (plan) entry["window"] = rect_json(plan->window);
    entry["erased"] = ordered_json::array();
    for (const Erasure& erasure : picture.erasures) {
      show_erasure(erasure, picture.image);
      entry["erased"].push_back(rect_json(erasure.rect));
    }
    list.push_back(std::move(entry));
    variants.images.push_back(std::move(picture.image));
  }
  variants.report["variants"] = std::move(list);
  return variants;
}

// The side to which the originals are shrunk.
int64_t largest_variant(const std::vector<std::vector<Image>>& groups) {
  int64_t side = 0;
  for (const std::vector<Image>& group : groups) {
    for (size_t i = 1; i < group.size(); ++i) side = std::max({side, group[i].width, group[i].height});
  }
  return side == 0 ? kMostShownPx : std::min(side, kMostShownPx);
}

cxxopts::Options declare() {
  cxxopts::Options options =
      make_options("zoo augment", "IMAGE... --recipe RECIPE [options]",
                   "Draws what training will see: each picture as it is, then as --count epochs\n"
                   "change it. What random erasing removes is shown in its normalised colour.");
  const auto text = [](const std::string& value) {
    return cxxopts::value<std::string>()->default_value(value);
  };
  options.add_options()(
      "recipe", "a JSON file, a preset (" + join(preset_names(), ", ") + ") or a string of timm's --aa",
      cxxopts::value<std::string>(),
      "RECIPE")("out", "the sheet, a PNG file (with --json: none unless it is named)", text("sheet.png"),
                "FILE")("count", "variants of each picture", text("7"), "N")(
      "seed", "seed of all random choices", text("0"), "N")("epoch", "the first variant's epoch", text("0"),
                                                            "N")("size", "side of a preset's pictures",
                                                                 text("224"), "N")(
      "json", "print the recipe's steps and each variant's window as JSON");
  return options;
}

int run(const std::vector<std::string>& arguments) {
  cxxopts::Options options = declare();
  const cxxopts::ParseResult flags = parse_options(options, arguments);
  const std::vector<std::string> paths =
      operands(options, flags, {.at_least = 1, .at_most = kMostPictures, .what = "a picture's file"});
  if (flags.count("recipe") == 0) {
    throw Error(ErrorCode::usage, "--recipe", "is missing",
                "Name a JSON file or one of " + join(preset_names(), ", ") + ".");
  }
  const auto whole = [&](const std::string& name, int64_t most) {
    return parse_integer("--" + name, flags[name].as<std::string>(), 0, most);
  };
  const int64_t count = whole("count", 10'000);
  SampleKey key{.seed = static_cast<uint64_t>(whole("seed", INT64_MAX)),
                .epoch = static_cast<uint64_t>(whole("epoch", 1'000'000'000))};
  const Augmentation augmentation = read_recipe(flags["recipe"].as<std::string>(), flags);
  const bool json = flags["json"].as<bool>(), sheet = !json || flags.count("out") > 0;
  const std::string out = flags["out"].as<std::string>();
  if (sheet) require_no_input("--out", out, {paths.begin(), paths.end()});

  std::vector<std::vector<Image>> groups;
  ordered_json pictures = ordered_json::array();
  for (; key.sample < paths.size(); ++key.sample) {
    Variants variants = vary(paths[key.sample], augmentation, key, count);
    if (sheet) groups.push_back(std::move(variants.images));
    pictures.push_back(std::move(variants.report));
  }
  if (sheet) write_png(out, contact_sheet(groups, {.most_px = largest_variant(groups)}));
  if (json) {
    const ordered_json steps = ordered_json::parse(augmentation.to_json());
    write_json(ordered_json{{"recipe", steps}, {"pictures", pictures}});
  } else {
    std::cout << "wrote " << printable(out) << ": " << paths.size()
              << (paths.size() == 1 ? " picture, " : " pictures, ") << count
              << (count == 1 ? " variant" : " variants") << " each\n";
  }
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
