// How a picture becomes a model's input. Belongs to a weight, never to an architecture.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace zoo {

enum class ResizeMode {
  none,        // the picture is used at its own size
  short_edge,  // the shorter side becomes resize_px, the other follows (truncated, as torchvision does)
  long_edge,   // the longer side becomes resize_px, the other follows (rounded half to even: timm's "border")
  square,      // both sides become resize_px; the ratio is lost
  crop_first,  // a square of crop_px / resize_px of the shorter side is cut out of the centre; that becomes
               // crop_px pixels wide and high (OpenMMLab's EfficientNetCenterCrop)
};
enum class Interpolation { nearest, box, bilinear, hamming, bicubic, lanczos, area };
enum class Backend {
  pillow,  // Pillow's antialiased fixed-point resize; EXIF ignored unless exif says otherwise
  opencv,  // OpenCV's resize without antialiasing
};
// Where a centre crop begins when the pixels left over are odd in number.
enum class CropOffset {
  half_even,  // half of them, rounded to even (torchvision, timm, OpenMMLab); padding: fewer above and left
  floor,      // half of them, rounded down (transformers' PIL processors); padding: more above and left
};

inline constexpr double kUsualRescale = 1.0 / 255;

// Evaluation preprocessing: decode -> resize -> centre crop -> (x * rescale - mean) / std, in that order (but
// see ResizeMode::crop_first). docs/preprocessing.md describes each field.
struct Preprocess {
  ResizeMode resize = ResizeMode::short_edge;
  int64_t resize_px = 256;  // meaningless where resize is none
  int64_t crop_px = 224;    // side of the centre crop; 0 = no crop
  Interpolation interpolation = Interpolation::bilinear;
  Backend backend = Backend::pillow;
  bool exif = false;        // turn the picture as its EXIF orientation says
  bool bgr = false;         // the model wants blue, green, red
  bool pad_to_crop = true;  // a smaller picture is padded with `fill` (torchvision); else the crop shrinks
  CropOffset crop_offset = CropOffset::half_even;
  std::array<uint8_t, 3> fill{};                    // red, green, blue of the padding
  std::array<double, 3> mean{0.485, 0.456, 0.406};  // in 0..1, in the order of the model's channels
  std::array<double, 3> std{0.229, 0.224, 0.225};
  // 1: (x * rescale - mean) / std in single precision (torchvision); 255: (x - 255 mean) / (255 std)
  // (OpenMMLab), which is rounded otherwise and has the usual rescale.
  int value_range = 1;
  double rescale = kUsualRescale;  // above 0; of bytes before mean and std: some of transformers' processors

  friend bool operator==(const Preprocess&, const Preprocess&) = default;
};

std::string_view to_string(ResizeMode mode);
std::string_view to_string(Interpolation interpolation);
std::string_view to_string(Backend backend);
std::string_view to_string(CropOffset offset);
// Throw Error{usage} that lists what is possible.
ResizeMode parse_resize_mode(std::string_view text);
Interpolation parse_interpolation(std::string_view text);
Backend parse_backend(std::string_view text);
CropOffset parse_crop_offset(std::string_view text);

// Pillow has no area, OpenCV neither box nor hamming (its lanczos looks at 8 x 8 pixels at any scale).
bool has_interpolation(Backend backend, Interpolation interpolation);

// All fields as one JSON object, with the names and values that weights.json uses.
std::string to_json(const Preprocess& preprocess);

}  // namespace zoo
