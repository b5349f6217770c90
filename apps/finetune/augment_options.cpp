#include "apps/finetune/augment_options.h"

#include <array>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

class Flags {
 public:
  explicit Flags(const cxxopts::ParseResult& flags) : flags_(flags) {}

  bool given(const char* name) const { return flags_.count(name) > 0; }
  std::string text(const char* name) const { return flags_[name].as<std::string>(); }
  double share(const char* name) const { return parse_number(flag(name), text(name), 0, 1); }
  double number(const char* name, double maximum) const {
    return parse_number(flag(name), text(name), 0, maximum);
  }
  int64_t integer(const char* name, int64_t minimum, int64_t maximum) const {
    return parse_integer(flag(name), text(name), minimum, maximum);
  }
  Interval interval(const char* name, double minimum, double maximum) const {
    const std::vector<double> ends = parse_numbers(flag(name), text(name), 2, minimum, maximum);
    if (ends[0] > ends[1])
      throw Error(ErrorCode::usage, flag(name), "its minimum is above its maximum", "Write MIN,MAX.");
    return {ends[0], ends[1]};
  }

 private:
  static std::string flag(const char* name) { return std::string("--") + name; }
  const cxxopts::ParseResult& flags_;
};

ErasingMode read_erasing_mode(const std::string& text) {
  if (text == "const") return ErasingMode::constant;
  if (text == "rand") return ErasingMode::rand;
  if (text == "pixel") return ErasingMode::pixel;
  throw Error(ErrorCode::usage, "--remode", "'" + text + "' is not const, rand or pixel");
}

TimmPreset read_steps(const Flags& flags) {
  TimmPreset steps;
  steps.scale = flags.interval("crop-scale", 1e-3, 1);
  steps.ratio = flags.interval("crop-ratio", 1e-2, 1e2);
  if (flags.given("train-interpolation") && flags.text("train-interpolation") != "random")
    steps.train_interpolation = parse_interpolation(flags.text("train-interpolation"));
  steps.hflip = flags.share("hflip");
  steps.vflip = flags.share("vflip");
  steps.color_jitter = flags.number("color-jitter", 10);
  steps.grayscale_prob = flags.share("grayscale-prob");
  if (flags.given("aa")) steps.aa = flags.text("aa");
  steps.reprob = flags.share("reprob");
  steps.remode = read_erasing_mode(flags.text("remode"));
  steps.recount = flags.integer("recount", 1, 1000);
  return steps;
}

// A recipe says these itself.
void refuse_steps(const Flags& flags) {
  constexpr std::array<const char*, 11> kSteps{"aa",     "crop-scale", "crop-ratio",    "train-interpolation",
                                               "hflip",  "vflip",      "color-jitter",  "reprob",
                                               "remode", "recount",    "grayscale-prob"};
  for (const char* step : kSteps) {
    if (flags.given(step))
      throw Error(ErrorCode::usage, std::string("--") + step, "is a part of the recipe that --augment names",
                  "Write it there, or leave --augment out.");
  }
}

std::optional<MixOptions> read_mix(const Flags& flags) {
  MixOptions mix;
  mix.mixup_alpha = flags.number("mixup", 1000);
  mix.cutmix_alpha = flags.number("cutmix", 1000);
  if (flags.given("cutmix-minmax")) {
    const Interval sides = flags.interval("cutmix-minmax", 0, 1);
    mix.cutmix_minmax = {sides.low, sides.high};
  }
  mix.prob = flags.share("mixup-prob");
  mix.switch_prob = flags.share("mixup-switch-prob");
  mix.mode = parse_mix_mode(flags.text("mixup-mode"));
  if (mix.mixup_alpha == 0 && mix.cutmix_alpha == 0 && !mix.cutmix_minmax) return std::nullopt;
  return mix;
}

}  // namespace

void add_augment_options(cxxopts::Options& options) {
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  const auto plain = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options("Training pictures");
  add("augment", "a recipe of steps: a JSON file or a preset, instead of the steps below", plain(), "RECIPE");
  add("crop-scale", "area of the random crop, shares of the picture", text("0.35,1"), "MIN,MAX");
  add("crop-ratio", "its width / height", text("0.75,1.3333333333333333"), "MIN,MAX");
  add("train-interpolation", "of the crop, or random; else the weight's own", plain(), "NAME");
  add("hflip", "probability of a flip left to right", text("0.5"), "P");
  add("vflip", "probability of a flip upside down", text("0"), "P");
  add("aa", "policy: rand-m9-mstd0.5-inc1, augmix-m5-w4-d2, original, v0, 3a, ...", plain(), "POLICY");
  add("color-jitter", "brightness, contrast, saturation change by so much; not with --aa", text("0"), "X");
  add("grayscale-prob", "probability of a grey picture", text("0"), "P");
  add("reprob", "probability of random erasing", text("0"), "P");
  add("remode", "what erasing leaves: const, rand (a colour) or pixel (noise)", text("pixel"), "MODE");
  add("recount", "rectangles to erase", text("1"), "N");
  add("mixup", "MixUp's alpha; 0 = off", text("0"), "X");
  add("cutmix", "CutMix's alpha; 0 = off", text("0"), "X");
  add("cutmix-minmax", "CutMix's sides as shares of the picture's, instead of alpha", plain(), "MIN,MAX");
  add("mixup-prob", "that a batch is mixed", text("1"), "P");
  add("mixup-switch-prob", "that it is CutMix, where both are on", text("0.5"), "P");
  add("mixup-mode", "one draw a batch, pair or elem", text("batch"), "MODE");
  add("aug-repeats", "copies of a picture in a row, each augmented anew", text("1"), "N");
}

TrainingPictures read_augment_options(const cxxopts::ParseResult& parsed) {
  const Flags flags(parsed);
  TrainingPictures options;
  if (flags.given("augment")) {
    refuse_steps(flags);
    options.recipe = flags.text("augment");
  }
  options.steps = read_steps(flags);
  options.chosen_interpolation = flags.given("train-interpolation");
  options.mix = read_mix(flags);
  options.repeats = flags.integer("aug-repeats", 1, 1000);
  make_augmentation(options.steps);  // refuses a policy that there is not
  return options;
}

}  // namespace zoo::apps
