// What is known of CIFAR-10 and CIFAR-100 (Krizhevsky 2009, www.cs.toronto.edu/~kriz/cifar.html), whatever
// they are packed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/datasets/arrays/raw_pictures.h"

namespace zoo {

constexpr RawSize kCifarSize{.width = 32, .height = 32, .planes = 3};

struct CifarKind {
  int64_t classes;
  size_t label_bytes;                // before each picture of the binary version; the last one counts
  std::string_view text_names_file;  // beside the binary version
  std::string_view names;            // in the order of the labels
};
extern const CifarKind kCifar10, kCifar100;

std::vector<std::string> class_names(const CifarKind& kind);
// "test_batch.bin", "test" -> "test"; all others are "train".
std::string cifar_part(std::string_view file_name);

}  // namespace zoo
