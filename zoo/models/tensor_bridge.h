// Between the tensors of a checkpoint (views into a file) and LibTorch's.
#pragma once

#include <ATen/core/Tensor.h>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

// True for float64, float32, float16 and bfloat16: what a weight may be stored as.
bool is_weight_dtype(DType dtype);
// True for the plain integers: what a counter may be stored as.
bool is_counter_dtype(DType dtype);

// A CPU tensor of the same dtype, shape and values. It may share the file's memory: read it, never write it,
// and keep the view alive meanwhile. Throws Error{unsupported} for dtypes other than the two kinds above.
at::Tensor to_tensor(const TensorView& view);

// True if the tensor is a row-major CPU tensor of the view's dtype and as many elements, so that the view's
// elements can be copied to its memory as they are.
bool takes_elements_of(const at::Tensor& tensor, const TensorView& view);

// A row-major view that keeps the tensor's memory alive; the tensor is copied if it is not on the CPU or not
// row-major. Throws Error{unsupported} for dtypes other than the two kinds above.
TensorView to_view(const at::Tensor& tensor);

}  // namespace zoo
