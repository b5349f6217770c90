// How pictures become batches.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "transforms/augment/augmentation.h"
#include "transforms/augment/mix.h"
#include "zoo/loader/picture_cache.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

enum class BadPictures {
  stop,  // next() throws the picture's error
  // What is damaged or of a kind that zoo does not read is left out of its batch, and bad_pictures() lists
  // it. Any other error (no such file, too many open files, a disk that fails) is thrown as with `stop`.
  skip,
};
std::string_view to_string(BadPictures treatment);
// Throws Error{usage} that lists what is possible.
BadPictures parse_bad_pictures(std::string_view text);

struct LoaderOptions {
  int64_t batch_size = 32;
  int workers = 2;  // threads; 0 = in the caller's
  c10::ScalarType dtype = c10::ScalarType::Float;
  Preprocess preprocess;  // evaluation; its mean, std, channel order and EXIF rule also for training
  // Training: these steps, in an order shuffled by (seed, epoch). Nothing: evaluation, in the dataset's
  // order.
  std::optional<Augmentation> train = std::nullopt;
  std::optional<MixOptions> mix = std::nullopt;  // MixUp and CutMix of training batches
  int64_t repeats = 1;                           // repeated augmentation, see EpochPlanOptions
  uint64_t seed = 0;
  int rank = 0, ranks = 1;       // this process's share of each batch of batch_size * ranks
  bool allow_truncated = false;  // see DecodeOptions
  // Training decodes JPEG at 1/2, 1/4 or 1/8 where a crop needs no more; evaluation never does.
  bool reduced_decode = true;
  BadPictures bad_pictures = BadPictures::stop;
  // The share of the data set's pictures that may be skipped, one picture in any case; with more, next()
  // throws Error{corrupt}. 0 to 1.
  double most_bad_share = 0.01;
  CacheOptions cache = {};
  bool pinned = false;  // batches in page-locked memory, which a GPU copies faster
  // Pictures of different sizes (no crop) come in batches of one unless all are equal.
};

}  // namespace zoo
