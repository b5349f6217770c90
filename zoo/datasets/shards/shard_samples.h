// The samples in one tar shard, in WebDataset's naming: members that share a name up to its first dot are one
// sample, which has a picture (key.jpg) and its label (key.cls, or "label" or "labels" in key.json). In a
// shard that has no picture by this rule, and pictures by names up to their last dot, that one holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "zoo/base/file_bytes.h"

namespace zoo {

struct ShardLabels {
  std::vector<std::string> texts;
  bool multi = false;
};

struct ShardSamples {
  std::string names;  // of the pictures' members, one behind the other
  std::vector<uint64_t> name_ends, offsets, sizes;
  std::vector<ShardLabels> labels;
  std::vector<std::string> left_out, notes;
  std::set<std::string> unused;  // endings of members
};

// Throws Error{corrupt} with the byte of the header or the sample's key.
ShardSamples read_shard(const ByteSource& shard);

}  // namespace zoo
