#include "zoo/manifest/preprocess.h"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

template <typename Enum>
using Names = std::vector<std::pair<Enum, std::string_view>>;

const Names<ResizeMode>& resize_modes() {
  static const Names<ResizeMode> names{{ResizeMode::none, "none"},
                                       {ResizeMode::short_edge, "short_edge"},
                                       {ResizeMode::long_edge, "long_edge"},
                                       {ResizeMode::square, "square"},
                                       {ResizeMode::crop_first, "crop_first"}};
  return names;
}

const Names<Interpolation>& interpolations() {
  static const Names<Interpolation> names{
      {Interpolation::nearest, "nearest"},   {Interpolation::box, "box"},
      {Interpolation::bilinear, "bilinear"}, {Interpolation::hamming, "hamming"},
      {Interpolation::bicubic, "bicubic"},   {Interpolation::lanczos, "lanczos"},
      {Interpolation::area, "area"}};
  return names;
}

const Names<Backend>& backends() {
  static const Names<Backend> names{{Backend::pillow, "pillow"}, {Backend::opencv, "opencv"}};
  return names;
}

const Names<CropOffset>& crop_offsets() {
  static const Names<CropOffset> names{{CropOffset::half_even, "half_even"}, {CropOffset::floor, "floor"}};
  return names;
}

template <typename Enum>
std::string_view name_of(const Names<Enum>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

template <typename Enum>
Enum parse(const Names<Enum>& names, std::string_view text, const std::string& noun) {
  std::vector<std::string> possible;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    possible.emplace_back(name);
  }
  throw Error(ErrorCode::usage, "", "unknown " + noun + " '" + std::string(text) + "'",
              "Possible: " + join(possible, ", ") + ".");
}

}  // namespace

std::string_view to_string(ResizeMode mode) {
  return name_of(resize_modes(), mode);
}
std::string_view to_string(Interpolation interpolation) {
  return name_of(interpolations(), interpolation);
}
std::string_view to_string(Backend backend) {
  return name_of(backends(), backend);
}
std::string_view to_string(CropOffset offset) {
  return name_of(crop_offsets(), offset);
}

ResizeMode parse_resize_mode(std::string_view text) {
  return parse(resize_modes(), text, "resize mode");
}
Interpolation parse_interpolation(std::string_view text) {
  return parse(interpolations(), text, "interpolation");
}
Backend parse_backend(std::string_view text) {
  return parse(backends(), text, "backend");
}
CropOffset parse_crop_offset(std::string_view text) {
  return parse(crop_offsets(), text, "crop offset");
}

bool has_interpolation(Backend backend, Interpolation interpolation) {
  if (backend == Backend::pillow) return interpolation != Interpolation::area;
  return interpolation != Interpolation::box && interpolation != Interpolation::hamming;
}

std::string to_json(const Preprocess& preprocess) {
  nlohmann::ordered_json json{{"resize", to_string(preprocess.resize)},
                              {"resize_px", preprocess.resize_px},
                              {"crop_px", preprocess.crop_px},
                              {"interpolation", to_string(preprocess.interpolation)},
                              {"backend", to_string(preprocess.backend)},
                              {"exif", preprocess.exif},
                              {"bgr", preprocess.bgr},
                              {"pad_to_crop", preprocess.pad_to_crop},
                              {"crop_offset", to_string(preprocess.crop_offset)},
                              {"fill", preprocess.fill},
                              {"mean", preprocess.mean},
                              {"std", preprocess.std},
                              {"value_range", preprocess.value_range}};
  if (preprocess.rescale != kUsualRescale) json["rescale"] = preprocess.rescale;
  return json.dump();
}

}  // namespace zoo
