// timm's --aa strings (timm 1.0, data/auto_augment.py). Internal to transforms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zoo {

struct TimmConfig {
  // What the string begins with.
  enum class Kind { rand, augmix, original, originalr, v0, v0r, three_augment } kind = Kind::rand;
  double magnitude = 10;      // m
  double magnitude_std = 0;   // mstd; infinity: uniform from 0 to the magnitude
  double magnitude_max = 10;  // mmax
  int64_t layers = 2;         // n, of rand
  double prob = 0.5;          // p, of rand
  enum class Choice { plain, increasing, weights, three, three_weights } choice = Choice::plain;  // inc, t
  int64_t width = 3, depth = -1;  // w, d, of augmix
  double alpha = 1;               // a, of augmix
  bool blended = false;           // b, of augmix
};

// Throws Error{usage} that names the section at fault.
TimmConfig parse_timm_config(std::string_view text);

}  // namespace zoo
