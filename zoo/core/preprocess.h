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
  square,      // both sides become resize_px; the ratio is lost
};
enum class Interpolation { nearest, bilinear, bicubic };
enum class Backend {
  pillow,  // Pillow's antialiased fixed-point resize; EXIF ignored unless exif says otherwise
  opencv,  // OpenCV's resize without antialiasing
};

// Evaluation preprocessing: decode -> resize -> centre crop -> (x / 255 - mean) / std, in that order.
struct Preprocess {
  ResizeMode resize = ResizeMode::short_edge;
  int64_t resize_px = 256;  // meaningless where resize is none
  int64_t crop_px = 224;    // side of the centre crop; 0 = no crop
  Interpolation interpolation = Interpolation::bilinear;
  Backend backend = Backend::pillow;
  bool exif = false;        // turn the picture as its EXIF orientation says
  bool bgr = false;         // the model wants blue, green, red
  bool pad_to_crop = true;  // a smaller picture is padded with zeros (torchvision); else crop shrinks
  std::array<float, 3> mean{0.485F, 0.456F, 0.406F};  // in 0..1, in the order of the model's channels
  std::array<float, 3> std{0.229F, 0.224F, 0.225F};

  friend bool operator==(const Preprocess&, const Preprocess&) = default;
};

std::string_view to_string(ResizeMode mode);
std::string_view to_string(Interpolation interpolation);
std::string_view to_string(Backend backend);
// Throw Error{usage} that lists what is possible.
ResizeMode parse_resize_mode(std::string_view text);
Interpolation parse_interpolation(std::string_view text);
Backend parse_backend(std::string_view text);

// All fields as one JSON object, with the names and values that weights.json uses and each number in its
// shortest form: 0.485, not the nearest float's 0.48500001430511475.
std::string to_json(const Preprocess& preprocess);

}  // namespace zoo
