#include "zoo/resolve/image_processor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/json_depth.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

using nlohmann::json;

constexpr int64_t kMaxPixels = 1 << 16;
constexpr double kLargestNumber = 1e6;
constexpr int64_t kWarpedFrom = 384;  // ConvNext: from this side on pictures are not cropped
constexpr std::string_view kConvNext = "ConvNextImageProcessor";
constexpr std::string_view kRemedy =
    "Copy the other files to a folder of their own: without this one zoo assumes the usual preprocessing, "
    "which --resize, --image-size, --mean and --std change.";

// What all classes have, and what each has besides or instead.
constexpr std::string_view kOfAll =
    R"({"do_resize": true, "do_center_crop": false, "do_rescale": true, "rescale_factor": 0.00392156862745098,
        "do_normalize": true, "do_pad": false, "default_to_square": true, "image_mean": 0.5, "image_std": 0.5,
        "resample": 3})";
constexpr std::string_view kClip =
    R"({"size": {"shortest_edge": 224}, "default_to_square": false, "do_center_crop": true, "crop_size": 224,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]})";
struct Processor {
  std::string_view name, defaults;
};
constexpr std::array kProcessors{
    Processor{kConvNext,
              R"({"size": {"shortest_edge": 384}, "crop_pct": 0.875, "default_to_square": false})"},
    Processor{"BitImageProcessor", kClip},
    Processor{"BlipImageProcessor",
              R"({"size": 384, "image_mean": [0.48145466, 0.4578275, 0.40821073],
                     "image_std": [0.26862954, 0.26130258, 0.27577711]})"},
    Processor{"ChineseCLIPImageProcessor", kClip},
    Processor{"CLIPImageProcessor", kClip},
    Processor{"DeiTImageProcessor", R"({"size": 256, "do_center_crop": true, "crop_size": 224})"},
    Processor{"MobileNetV1ImageProcessor",
              R"({"size": {"shortest_edge": 256}, "default_to_square": false, "do_center_crop": true,
                  "crop_size": 224, "resample": 2})"},
    Processor{"PvtImageProcessor", R"({"size": 224, "image_mean": [0.485, 0.456, 0.406],
                                       "image_std": [0.229, 0.224, 0.225]})"},
    Processor{"SiglipImageProcessor",
              R"({"size": {"height": 224, "width": 224}, "default_to_square": false})"},
    Processor{"ViTImageProcessor", R"({"size": 224, "resample": 2})"},
};

// An integer, [height, width], {"shortest_edge": 256} or {"height": 224, "width": 224}.
struct Size {
  int64_t px = 0;
  bool square = false;
};

class Reader {
 public:
  Reader(std::string_view text, const std::string& where)
      : where_(where), file_(nests_deeper(text) ? json() : json::parse(text, nullptr, false)) {
    if (!file_.is_object()) throw Error(ErrorCode::corrupt, where, "is no JSON object");
    read_class();
  }

  Preprocess preprocess() const {
    Preprocess result;
    result.resize = ResizeMode::none;
    result.crop_px = 0;
    result.crop_offset = CropOffset::floor;
    if (flag("do_pad")) refuse_use("/do_pad", "is true, zoo does not pad");
    if (flag("do_resize")) name_ == kConvNext ? read_convnext_size(result) : read_plain_size(result);
    if (flag("do_center_crop")) read_crop(result);
    result.interpolation = read_resample();
    result.rescale = flag("do_rescale") ? number("rescale_factor", 0) : 1;
    const bool normalises = flag("do_normalize");
    result.mean = normalises ? three("image_mean", -kLargestNumber) : std::array<double, 3>{0, 0, 0};
    result.std = normalises ? three("image_std", 0) : std::array<double, 3>{1, 1, 1};
    return result;
  }

 private:
  [[noreturn]] void refuse(const std::string& pointer, const std::string& what) const {
    throw Error(ErrorCode::corrupt, where_ + ":" + pointer, what);
  }
  [[noreturn]] void refuse_use(const std::string& pointer, const std::string& what) const {
    throw Error(ErrorCode::unsupported, where_ + ":" + pointer, what, std::string(kRemedy));
  }

  void read_class() {
    std::string member = "image_processor_type";
    if (!given(member)) member = "feature_extractor_type";
    std::string name(kConvNext);
    if (given(member)) {
      if (!file_[member].is_string())
        refuse("/" + member, "is " + file_[member].dump() + ", expected a name");
      name = file_[member].get<std::string>();
      for (const std::string_view ending : {"Fast", "Pil"}) {
        if (name.ends_with(ending)) name.erase(name.size() - ending.size());
      }
      constexpr std::string_view kOld = "FeatureExtractor";
      if (name.ends_with(kOld)) name.replace(name.size() - kOld.size(), kOld.size(), "ImageProcessor");
    }
    const auto* const found = std::ranges::find(kProcessors, name, &Processor::name);
    if (found == kProcessors.end()) {
      std::vector<std::string> known;
      known.reserve(kProcessors.size());
      for (const Processor& processor : kProcessors) known.emplace_back(processor.name);
      refuse_use("/" + member, "is '" + excerpt_of(file_[member]) + "', zoo has " + join(known, ", "));
    }
    name_ = found->name;
    defaults_ = json::parse(kOfAll);
    defaults_.update(json::parse(found->defaults));
  }

  static std::string excerpt_of(const json& text) {
    constexpr size_t kLongest = 80;
    const std::string dumped = text.dump(-1, ' ', true, json::error_handler_t::replace);
    return dumped.substr(1, std::min(dumped.size() - 2, kLongest));
  }

  bool given(const std::string& key) const {
    const auto found = file_.find(key);
    return found != file_.end() && !found->is_null();
  }
  // null where the class has no default either. In the file null is a value: what is null is not done.
  json member(const std::string& key) const {
    return file_.contains(key) ? file_[key] : defaults_.value(key, json());
  }

  bool flag(const std::string& key) const {
    const json value = member(key);
    if (value.is_null()) return false;
    if (!value.is_boolean()) refuse("/" + key, "is " + value.dump() + ", expected true or false");
    return value.get<bool>();
  }

  double number(const std::string& key, double above) const { return number(member(key), "/" + key, above); }
  double number(const json& value, const std::string& pointer, double above) const {
    if (!value.is_number() || !(value.get<double>() > above) || !(value.get<double>() < kLargestNumber))
      refuse(pointer, "is " + value.dump() + ", expected a number" + (above == 0 ? " above 0" : ""));
    return value.get<double>();
  }

  // One number is that of all channels.
  std::array<double, 3> three(const std::string& key, double above) const {
    const json value = member(key);
    if (value.is_number()) {
      const double one = number(value, "/" + key, above);
      return {one, one, one};
    }
    if (!value.is_array() || value.size() != 3)
      refuse("/" + key, "is " + value.dump() + ", expected 3 numbers");
    std::array<double, 3> values{};
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = number(value[i], "/" + key + "/" + std::to_string(i), above);
    return values;
  }

  int64_t pixels(const json& value, const std::string& pointer) const {
    if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kMaxPixels)
      refuse(pointer, "is " + value.dump() + ", expected a number of pixels");
    return value.get<int64_t>();
  }

  Size size(const std::string& key, bool default_to_square) const {
    const json value = member(key);
    const std::string pointer = "/" + key;
    if (value.is_null()) refuse(pointer, "is missing");
    if (value.is_object() && value.size() == 1 && value.contains("shortest_edge"))
      return {.px = pixels(value["shortest_edge"], pointer + "/shortest_edge"), .square = false};
    json sides = value;
    if (value.is_object() && value.size() == 2 && value.contains("height") && value.contains("width"))
      sides = json{value["height"], value["width"]};
    if (sides.is_array() && sides.size() == 2 && sides[0] == sides[1])
      return {.px = pixels(sides[0], pointer), .square = true};
    if (value.is_structured())
      refuse_use(pointer, "is " + value.dump() + ", zoo has a shortest_edge or a square");
    return {.px = pixels(value, pointer), .square = default_to_square};
  }

  // Below 384: the short edge becomes side / crop_pct, then the side is cut out. From there on: warped.
  void read_convnext_size(Preprocess& result) const {
    const Size wanted = size("size", flag("default_to_square"));
    if (wanted.square)
      refuse_use("/size", "is " + member("size").dump() + ", the class wants a shortest_edge");
    result.resize_px = wanted.px;
    if (wanted.px >= kWarpedFrom) {
      result.resize = ResizeMode::square;
      return;
    }
    const double edge = static_cast<double>(wanted.px) / number("crop_pct", 0);
    if (!(edge >= 1 && edge <= kMaxPixels)) refuse("/crop_pct", "is out of range");
    result.resize = ResizeMode::short_edge;
    result.resize_px = static_cast<int64_t>(edge);
    result.crop_px = wanted.px;
  }

  void read_plain_size(Preprocess& result) const {
    const Size wanted = size("size", flag("default_to_square"));
    result.resize = wanted.square ? ResizeMode::square : ResizeMode::short_edge;
    result.resize_px = wanted.px;
  }

  void read_crop(Preprocess& result) const {
    const Size wanted = size("crop_size", /*default_to_square=*/true);
    if (!wanted.square)
      refuse_use("/crop_size", "is " + member("crop_size").dump() + ", expected a height and a width");
    if (result.crop_px != 0 && result.crop_px != wanted.px)
      refuse_use("/crop_size", "cuts a second time, behind " + std::to_string(result.crop_px) + " pixels");
    result.crop_px = wanted.px;
  }

  // Pillow's numbers for its filters.
  Interpolation read_resample() const {
    constexpr std::array kFilters{Interpolation::nearest, Interpolation::lanczos, Interpolation::bilinear,
                                  Interpolation::bicubic, Interpolation::box,     Interpolation::hamming};
    const json value = member("resample");
    if (!value.is_number_integer() || value < 0 || value >= kFilters.size())
      refuse_use("/resample", "is " + value.dump() + ", zoo has 0 to 5");
    return kFilters[value.get<size_t>()];
  }

  std::string where_;
  std::string_view name_;
  json file_, defaults_;
};

}  // namespace

Preprocess read_transformers_preprocess(std::string_view text, const std::string& where) {
  return Reader(text, where).preprocess();
}

}  // namespace zoo
