// What tests ask of a data set.
#pragma once

#include <string>
#include <vector>

#include "zoo/datasets/dataset.h"

namespace zoo::test {

inline std::vector<std::string> names(const Dataset& dataset) {
  std::vector<std::string> all;
  for (int64_t i = 0; i < dataset.size(); ++i) all.push_back(dataset.name(i));
  return all;
}

inline std::vector<int32_t> labels(const Dataset& dataset, int64_t index) {
  const auto found = dataset.labels(index);
  return {found.begin(), found.end()};
}

// An encoded picture's bytes.
inline std::string text_of(const StoredPicture& picture) {
  const auto& bytes = std::get<EncodedPicture>(picture).bytes;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace zoo::test
