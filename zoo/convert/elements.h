// What the numbers of a tensor are like, and how those of two differ.
#pragma once

#include <cstdint>
#include <optional>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

struct Statistics {
  double min = 0, max = 0, mean = 0;  // of the finite elements; 0 where there are none
  int64_t finite = 0, nan = 0, inf = 0;
};
// Of a quantized tensor the integers are counted. Nothing for complex dtypes and for those with several
// numbers in a byte. Throws Error{corrupt} where data is cut off.
std::optional<Statistics> statistics(const TensorView& tensor);

struct Difference {
  bool same_bits = false;  // dtype and every byte
  // |a - b|; infinite where one is finite or infinite and the other is not that.
  double largest = 0, mean = 0;
};
// Of two tensors of one shape. Nothing where a dtype has no statistics and the bytes differ.
std::optional<Difference> difference(const TensorView& a, const TensorView& b);

}  // namespace zoo
