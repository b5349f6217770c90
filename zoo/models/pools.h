// Pools without tensors of their own: of the stem, of the shortcut, against aliasing, of the head.
// All take maps [N, C, H, W], throw Error{mismatch} for maps that are too small for them, and are
// differentiable.
#pragma once

#include <ATen/core/Tensor.h>

#include "zoo/arch/arch.h"
#include "zoo/arch/global_pool.h"

namespace zoo {

// Binomial 3x3 over the map mirrored at its border: each side becomes ceil(side / stride). H and W above 1.
at::Tensor blur_pool(const at::Tensor& x, int64_t stride);
// What takes a convolution's stride from it. AntiAlias::avg gives floor(side / stride).
at::Tensor anti_alias(const at::Tensor& x, AntiAlias kind, int64_t stride);
// 3x3 mean with a border of zeros that count: ceil(side / stride).
at::Tensor avg_pool_3x3(const at::Tensor& x, int64_t stride);
// 2x2 mean for a shortcut. Stride 2: ceil(side / 2), of the real pixels. Stride 1: the same size, with zeros
// behind the last row and column that count.
at::Tensor shortcut_pool(const at::Tensor& x, int64_t stride);
// The stem's pools that have no tensors (none, max, avg, max_blur).
at::Tensor stem_pool(const at::Tensor& x, StemPool kind);
// -> [N, C], or [N, 2 C] for cat_avg_max.
at::Tensor global_pool(const at::Tensor& x, GlobalPool kind);

}  // namespace zoo
