// What a data set is like: counts, sizes, formats, and what is wrong with it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "zoo/datasets/dataset.h"
#include "zoo/datasets/duplicates.h"

namespace zoo::apps {

enum class PictureCheck {
  none,     // no file is opened
  headers,  // every file is read, and its header understood
  decode,   // every picture is decoded
};

struct BrokenPicture {
  int64_t index = 0;
  std::string why;
};

struct Extent {
  int64_t min = 0, median = 0, max = 0;  // pixels; the lower median
};

struct Survey {
  std::vector<std::vector<int64_t>> counts;  // [class][part]; a last column for samples of no part
  std::vector<int64_t> part_sizes;           // the same columns
  std::map<std::string, int64_t> formats;    // "JPEG" -> pictures
  std::optional<Extent> width, height;       // of the pictures that say them
  std::vector<BrokenPicture> broken;         // by index
  DuplicateGroups duplicates;                // exact ones

  int64_t count(size_t label) const;  // of all parts
  // Pictures of the largest class to those of the smallest; nothing if one has none.
  std::optional<double> imbalance() const;
};

// In parallel threads. `progress` is called, by one thread at a time, with the pictures that are done.
Survey survey(const Dataset& dataset, PictureCheck check, const std::function<void(int64_t)>& progress);

// Whether the samples are not all of one part, or not all of the same labels.
bool is_across_parts(const Dataset& dataset, const std::vector<int64_t>& group);
bool is_across_classes(const Dataset& dataset, const std::vector<int64_t>& group);

}  // namespace zoo::apps
