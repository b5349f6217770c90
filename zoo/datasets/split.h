// Keeping a split (dataset.h) in a file that later runs read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

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

// What the file says.
struct SplitNames {
  std::string where;  // for messages
  std::filesystem::path data;
  std::unordered_map<std::string, int32_t> sides;  // by name: 0 is "train", 1 is "val"
  double fraction = 0;                             // how it was made; 0 where the file does not say
  uint64_t seed = 0;
};
// Of the file's text. Throws Error{corrupt}: no such JSON, a name on both sides.
SplitNames read_split(std::string_view text, const std::string& where);
// The samples of the data that have these names. Throws Error{mismatch} where it lacks one.
std::unique_ptr<Dataset> divide(std::shared_ptr<const Dataset> whole, SplitNames names);

}  // namespace zoo
