// What MixUp and CutMix do with a batch, as numbers: how much of each picture is kept and which part of it is
// replaced. timm 1.0's Mixup, with its modes, order of draws and rounding.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "transforms/resize/resize.h"

namespace zoo {

enum class MixMode {
  batch,  // one draw for all pictures
  pair,   // one for a picture and its partner
  elem,   // one for each picture
};
std::string_view to_string(MixMode mode);
MixMode parse_mix_mode(std::string_view text);  // throws Error{usage}

struct MixOptions {
  double mixup_alpha = 1;   // more than 0: MixUp, with lambda from Beta(alpha, alpha)
  double cutmix_alpha = 0;  // more than 0: CutMix
  // The sides of CutMix's box as shares of the picture's; CutMix is then on, whatever its alpha is.
  std::optional<std::array<double, 2>> cutmix_minmax = std::nullopt;
  double prob = 1;           // that a batch, pair or picture is mixed
  double switch_prob = 0.5;  // that it is CutMix, where both are on
  MixMode mode = MixMode::batch;
  bool correct_lam = true;  // lambda becomes the share that the box really leaves
};

// The partner of picture i is picture size - 1 - i, as it was before mixing.
struct MixedSample {
  double lambda = 1;  // the share of the picture itself, in its target too; 1: unchanged
  // CutMix: this part is the partner's. Without: picture * lambda + partner * (1 - lambda).
  std::optional<CropRect> box = std::nullopt;
  friend bool operator==(const MixedSample&, const MixedSample&) = default;
};

struct BatchKey {
  uint64_t seed = 0, epoch = 0, batch = 0;
};

// One entry a picture of the batch. The draws follow from the key alone. Throws Error{usage} where an option
// is out of its range or neither MixUp nor CutMix is on.
std::vector<MixedSample> draw_mix(const MixOptions& options, int64_t batch_size, Size picture,
                                  const BatchKey& key);

}  // namespace zoo
