// Data sets that are pixels in a few big files: CIFAR's and MNIST's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "zoo/base/file_bytes.h"
#include "zoo/datasets/dataset.h"

namespace zoo {

// Pictures of one size, each of 1 or 3 planes of bytes (grey, or red, green, blue), one behind the other.
struct RawBatch {
  std::string name;             // of its file, for messages
  ByteSource source;            // of the pixels
  uint64_t begin = 0;           // of the first picture's
  size_t stride = 0;            // bytes from one picture to the next
  std::vector<int32_t> labels;  // one a picture
  std::string part = {};        // "train", "test"; empty: of none
};

struct RawSize {
  int64_t width = 0, height = 0, planes = 3;

  size_t bytes() const { return static_cast<size_t>(width * height * planes); }
};

// In the order of the batches; every label is below the number of classes, every batch holds its pictures.
std::unique_ptr<Dataset> make_raw_pictures(std::vector<RawBatch> batches, const RawSize& size,
                                           std::vector<std::string> classes);

}  // namespace zoo
