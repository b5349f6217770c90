// Keeping a split (dataset.h) in a file that later runs read.
#pragma once

#include <cstdint>
#include <filesystem>

#include "zoo/datasets/dataset.h"

namespace zoo {

struct SplitRecord {
  Split split;
  double fraction = 0;
  uint64_t seed = 0;
};
// Writes JSON: "zoo_split", "data" (the path of `root` from the file's folder), "fraction", "seed", and the
// names of the samples in "train" and "val". Atomically. Throws Error{io}, and Error{unsupported} for a name
// that is not UTF-8.
void write_split(const std::filesystem::path& file, const Dataset& dataset, const std::filesystem::path& root,
                 const SplitRecord& record);

}  // namespace zoo
