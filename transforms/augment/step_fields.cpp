#include "transforms/augment/step_fields.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "transforms/augment/timm_config.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kLargestPx = 16384;
constexpr std::string_view kPaddingModes[]{"constant", "edge", "reflect", "symmetric"};
constexpr std::string_view kPolicies[]{"imagenet", "cifar10", "svhn"};
constexpr std::string_view kErasingModes[]{"const", "rand", "pixel"};

template <typename Enum>
void choose(StepFields& f, std::string_view key, Enum& value, std::span<const std::string_view> names) {
  auto index = static_cast<size_t>(value);
  f.choice(key, index, names);
  value = static_cast<Enum>(index);
}

void probability(StepFields& f, double& p) {
  f.number("p", p, kShare);
}

void visit(RandomResizedCrop& s, StepFields& f) {
  f.size("size", s.size, nullptr);
  f.interval("scale", s.scale, kShare, kNoCenter);
  f.interval("ratio", s.ratio, kRatio, kNoCenter);
  f.drawn_interpolation("interpolation", s.interpolation);
  f.backend("backend", s.backend);
}
void visit(Resize& s, StepFields& f) {
  f.size("size", s.size, &s.short_edge);
  f.interpolation("interpolation", s.interpolation);
}
void visit(CenterCrop& s, StepFields& f) {
  f.size("size", s.size, nullptr);
}
void visit(Pad& s, StepFields& f) {
  f.margins("padding", s.padding);
  choose(f, "padding_mode", s.mode, kPaddingModes);
  f.colour("fill", s.fill);
}
void visit(RandomCrop& s, StepFields& f) {
  f.size("size", s.size, nullptr);
  f.margins("padding", s.padding);
  choose(f, "padding_mode", s.mode, kPaddingModes);
  f.colour("fill", s.fill);
  f.flag("pad_if_needed", s.pad_if_needed);
}
void visit(RandomHorizontalFlip& s, StepFields& f) {
  probability(f, s.p);
}
void visit(RandomVerticalFlip& s, StepFields& f) {
  probability(f, s.p);
}
void visit(RandomRotation& s, StepFields& f) {
  f.interval("degrees", s.degrees, kDegrees, 0);
  f.interpolation("interpolation", s.interpolation);
  f.flag("expand", s.expand);
  f.optional_point("center", s.center);
  f.colour("fill", s.fill);
}
void visit(RandomAffine& s, StepFields& f) {
  f.interval("degrees", s.degrees, kDegrees, 0);
  f.numbers("translate", s.translate, kShare);
  f.optional_interval("scale", s.scale, kRatio, kNoCenter);
  f.optional_interval("shear_x", s.shear_x, {-89, 89}, 0);
  f.optional_interval("shear_y", s.shear_y, {-89, 89}, 0);
  f.interpolation("interpolation", s.interpolation);
  f.colour("fill", s.fill);
  f.optional_point("center", s.center);
}
void visit(RandomPerspective& s, StepFields& f) {
  f.number("distortion_scale", s.distortion_scale, kShare);
  probability(f, s.p);
  f.interpolation("interpolation", s.interpolation);
  f.colour("fill", s.fill);
}
void visit(ColorJitter& s, StepFields& f) {
  f.interval("brightness", s.brightness, kFactor, 1);
  f.interval("contrast", s.contrast, kFactor, 1);
  f.interval("saturation", s.saturation, kFactor, 1);
  f.interval("hue", s.hue, {-0.5, 0.5}, 0);
  probability(f, s.p);
}
void visit(RandomGrayscale& s, StepFields& f) {
  probability(f, s.p);
}
void visit(GaussianBlur& s, StepFields& f) {
  f.integer("kernel_width", s.kernel_width, 1, 255);
  f.integer("kernel_height", s.kernel_height, 1, 255);
  f.interval("sigma", s.sigma, kRatio, kNoCenter);
  probability(f, s.p);
}
void visit(RandomAdjustSharpness& s, StepFields& f) {
  f.number("sharpness_factor", s.sharpness_factor, kFactor);
  probability(f, s.p);
}
void visit(RandomSolarize& s, StepFields& f) {
  f.number("threshold", s.threshold, {0, 256});
  probability(f, s.p);
}
void visit(RandomPosterize& s, StepFields& f) {
  f.integer("bits", s.bits, 0, 8);
  probability(f, s.p);
}
void visit(RandomEqualize& s, StepFields& f) {
  probability(f, s.p);
}
void visit(RandomAutocontrast& s, StepFields& f) {
  probability(f, s.p);
}
void visit(RandomInvert& s, StepFields& f) {
  probability(f, s.p);
}
void visit(Lighting& s, StepFields& f) {
  f.numbers("eigval", s.eigval, kAnyNumber);
  f.numbers("eigvec", {s.eigvec[0].data(), 9}, kAnyNumber);
  f.number("alphastd", s.alphastd, kFactor);
  f.flag("to_rgb", s.to_rgb);
}
void visit(RandAugment& s, StepFields& f) {
  f.integer("num_ops", s.num_ops, 0, 100);
  f.integer("magnitude", s.magnitude, 0, 999);
  f.integer("num_magnitude_bins", s.num_magnitude_bins, 2, 1000);
  f.interpolation("interpolation", s.interpolation);
  f.colour("fill", s.fill);
}
void visit(TrivialAugmentWide& s, StepFields& f) {
  f.integer("num_magnitude_bins", s.num_magnitude_bins, 2, 1000);
  f.interpolation("interpolation", s.interpolation);
  f.colour("fill", s.fill);
}
void visit(AutoAugment& s, StepFields& f) {
  choose(f, "policy", s.policy, kPolicies);
  f.interpolation("interpolation", s.interpolation);
  f.colour("fill", s.fill);
}
void visit(AugMix& s, StepFields& f) {
  f.integer("severity", s.severity, 1, 10);
  f.integer("mixture_width", s.mixture_width, 1, 100);
  f.integer("chain_depth", s.chain_depth, -1, 100);
  f.number("alpha", s.alpha, {1e-6, 1e6});
  f.flag("all_ops", s.all_ops);
  f.tensor_interpolation("interpolation", s.interpolation);
  f.optional_colour("fill", s.fill);
}
void visit(TimmAutoAugment& s, StepFields& f) {
  f.text("config", s.config);
  f.colour("fill", s.fill);
  f.drawn_interpolation("interpolation", s.interpolation);
  f.number("translate_pct", s.translate_pct, kShare);
}
void visit(RandomErasing& s, StepFields& f) {
  probability(f, s.p);
  f.interval("scale", s.scale, kShare, kNoCenter);
  f.interval("ratio", s.ratio, kRatio, kNoCenter);
  f.erasing_value("value", s.value);
}
void visit(TimmRandomErasing& s, StepFields& f) {
  f.number("probability", s.probability, kShare);
  f.number("min_area", s.min_area, kShare);
  f.number("max_area", s.max_area, kShare);
  f.number("min_aspect", s.min_aspect, kRatio);
  f.optional_number("max_aspect", s.max_aspect, kRatio);
  choose(f, "mode", s.mode, kErasingModes);
  f.integer("min_count", s.min_count, 1, 1000);
  f.optional_integer("max_count", s.max_count, 1, 1000);
}

std::string shortest(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// Remembers the first field that is not as it should be.
class FaultFinder : public StepFields {
 public:
  std::optional<FieldFault> fault;

  void number(std::string_view key, double& value, const NumberRange& range) override {
    if (value >= range.low && value <= range.high) return;
    found(key, "is " + shortest(value) + ", expected " + shortest(range.low) + " to " + shortest(range.high));
  }
  void optional_number(std::string_view key, std::optional<double>& value,
                       const NumberRange& range) override {
    if (value) number(key, *value, range);
  }
  void integer(std::string_view key, int64_t& value, int64_t low, int64_t high) override {
    if (value >= low && value <= high) return;
    found(key, "is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
                   std::to_string(high));
  }
  void optional_integer(std::string_view key, std::optional<int64_t>& value, int64_t low,
                        int64_t high) override {
    if (value) integer(key, *value, low, high);
  }
  void flag(std::string_view, bool&) override {}
  void text(std::string_view, std::string&) override {}
  void choice(std::string_view, size_t&, std::span<const std::string_view>) override {}
  void interval(std::string_view key, Interval& value, const NumberRange& range, double) override {
    number(key, value.low, range);
    number(key, value.high, range);
    if (value.low > value.high) {
      found(key, "is [" + shortest(value.low) + ", " + shortest(value.high) + "], expected the lower first");
    }
  }
  void optional_interval(std::string_view key, std::optional<Interval>& value, const NumberRange& range,
                         double center) override {
    if (value) interval(key, *value, range, center);
  }
  void numbers(std::string_view key, std::span<double> values, const NumberRange& range) override {
    for (double& value : values) number(key, value, range);
  }
  void colour(std::string_view, Colour&) override {}
  void optional_colour(std::string_view, std::optional<Colour>&) override {}
  void size(std::string_view key, Size& value, bool*) override {
    integer(key, value.width, 1, kLargestPx);
    integer(key, value.height, 1, kLargestPx);
  }
  void margins(std::string_view key, Margins& value) override {
    for (int64_t* side : {&value.left, &value.top, &value.right, &value.bottom}) {
      integer(key, *side, 0, kLargestPx);
    }
  }
  // What turns and bends pictures knows these three, and the publishers' crops use no other.
  void interpolation(std::string_view key, Interpolation& value) override {
    if (value != Interpolation::nearest && value != Interpolation::bilinear &&
        value != Interpolation::bicubic)
      found(key, "is " + std::string(to_string(value)) + ", expected nearest, bilinear or bicubic");
  }
  void tensor_interpolation(std::string_view key, Interpolation& value) override {
    if (value != Interpolation::nearest && value != Interpolation::bilinear)
      found(key, "is " + std::string(to_string(value)) +
                     ", expected nearest or bilinear: this step works on tensors");
  }
  void drawn_interpolation(std::string_view key, std::optional<Interpolation>& value) override {
    if (value) interpolation(key, *value);
  }
  void backend(std::string_view, Backend&) override {}
  void optional_point(std::string_view key, std::optional<std::array<double, 2>>& value) override {
    if (value) numbers(key, *value, kAnyNumber);
  }
  void erasing_value(std::string_view key, std::optional<std::array<double, 3>>& value) override {
    if (value) numbers(key, *value, kAnyNumber);
  }

 private:
  void found(std::string_view key, std::string what) {
    if (!fault) fault = FieldFault{std::string(key), std::move(what), {}};
  }
};

// What one field alone does not show.
using Fault = std::optional<FieldFault>;
template <typename T>
Fault fault_together(const T&) {
  return {};
}
Fault fault_together(const GaussianBlur& s) {
  const FieldFault even{s.kernel_width % 2 == 0 ? "kernel_width" : "kernel_height",
                        "is even, expected an odd number of pixels",
                        {}};
  return s.kernel_width % 2 == 0 || s.kernel_height % 2 == 0 ? Fault(even) : Fault();
}
Fault fault_together(const RandAugment& s) {
  if (s.magnitude < s.num_magnitude_bins) return {};
  return FieldFault{"magnitude",
                    "is " + std::to_string(s.magnitude) + ", expected less than num_magnitude_bins, " +
                        std::to_string(s.num_magnitude_bins),
                    {}};
}
Fault fault_together(const TimmAutoAugment& s) {
  try {
    parse_timm_config(s.config);
  } catch (const Error& error) {
    return FieldFault{"config", error.what(), {}};
  }
  return {};
}
Fault fault_together(const TimmRandomErasing& s) {
  if (s.max_area < s.min_area) return FieldFault{"max_area", "is less than min_area", {}};
  if (s.max_aspect.value_or(1 / s.min_aspect) < s.min_aspect) {
    return FieldFault{
        s.max_aspect ? "max_aspect" : "min_aspect", "makes max_aspect less than min_aspect", {}};
  }
  if (s.max_count.value_or(s.min_count) < s.min_count) {
    return FieldFault{"max_count", "is less than min_count", {}};
  }
  return {};
}

template <size_t... Index>
std::vector<Step> make_default_steps(std::index_sequence<Index...>) {
  return {Step(std::in_place_index<Index>)...};
}

// In the order of the variant.
constexpr std::string_view kNames[]{"RandomResizedCrop",  "Resize",
                                    "CenterCrop",         "Pad",
                                    "RandomCrop",         "RandomHorizontalFlip",
                                    "RandomVerticalFlip", "RandomRotation",
                                    "RandomAffine",       "RandomPerspective",
                                    "ColorJitter",        "RandomGrayscale",
                                    "GaussianBlur",       "RandomAdjustSharpness",
                                    "RandomSolarize",     "RandomPosterize",
                                    "RandomEqualize",     "RandomAutocontrast",
                                    "RandomInvert",       "Lighting",
                                    "RandAugment",        "TrivialAugmentWide",
                                    "AutoAugment",        "AugMix",
                                    "TimmAutoAugment",    "RandomErasing",
                                    "TimmRandomErasing"};
static_assert(std::size(kNames) == std::variant_size_v<Step>);

}  // namespace

void visit_fields(Step& step, StepFields& fields) {
  std::visit([&](auto& of_kind) { visit(of_kind, fields); }, step);
}

std::string_view step_name(const Step& step) {
  return kNames[step.index()];
}

std::span<const Step> default_steps() {
  static const std::vector<Step> steps =
      make_default_steps(std::make_index_sequence<std::variant_size_v<Step>>());
  return steps;
}

std::optional<FieldFault> find_fault_in(const VisitFields& visit) {
  FaultFinder finder;
  visit(finder);
  return finder.fault;
}

std::optional<FieldFault> find_fault(const Step& step) {
  Step copy = step;
  auto fault = find_fault_in([&](StepFields& fields) { visit_fields(copy, fields); });
  if (fault) return fault;
  return std::visit([](const auto& of_kind) { return fault_together(of_kind); }, step);
}

}  // namespace zoo
