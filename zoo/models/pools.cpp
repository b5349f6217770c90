#include "zoo/models/pools.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/reflection_pad2d.h>
#include <ATen/ops/tensor.h>

#include <string>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

void require_two_pixels(const at::Tensor& x, const char* pool) {
  if (x.size(2) > 1 && x.size(3) > 1) return;
  throw Error(ErrorCode::mismatch, "",
              std::string(pool) + " got a map of " + shape_text(x.sizes().vec()) +
                  ", it needs 2 pixels or more on each side",
              "Use bigger images.");
}

at::Tensor max_of(const at::Tensor& x) {
  return std::get<0>(at::adaptive_max_pool2d(x, {1, 1}));
}

}  // namespace

at::Tensor blur_pool(const at::Tensor& x, int64_t stride) {
  require_two_pixels(x, "a blur pool");
  const at::Tensor row = at::tensor({0.25F, 0.5F, 0.25F}).to(x.device(), x.scalar_type());
  const at::Tensor filter = row.unsqueeze(1).mul(row).expand({x.size(1), 1, 3, 3});
  constexpr int64_t kPadding = 0;
  return at::conv2d(at::reflection_pad2d(x, {1, 1, 1, 1}), filter, /*bias=*/{}, stride, kPadding,
                    /*dilation=*/1, /*groups=*/x.size(1));
}

at::Tensor anti_alias(const at::Tensor& x, AntiAlias kind, int64_t stride) {
  if (kind == AntiAlias::blur) return blur_pool(x, stride);
  if (kind == AntiAlias::none || stride == 1) return x;
  require_two_pixels(x, "an average pool");
  return at::avg_pool2d(x, {stride, stride}, {stride, stride});
}

at::Tensor avg_pool_3x3(const at::Tensor& x, int64_t stride) {
  return at::avg_pool2d(x, {3, 3}, {stride, stride}, {1, 1});
}

at::Tensor shortcut_pool(const at::Tensor& x, int64_t stride) {
  const at::Tensor padded = stride == 1 ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x;
  return at::avg_pool2d(padded, {2, 2}, {stride, stride}, {0, 0}, /*ceil_mode=*/true,
                        /*count_include_pad=*/false);
}

at::Tensor stem_pool(const at::Tensor& x, StemPool kind) {
  switch (kind) {
    case StemPool::none:
    case StemPool::conv:
      return x;
    case StemPool::max:
      return at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    case StemPool::avg:
      return anti_alias(x, AntiAlias::avg, 2);
    case StemPool::max_blur:
      return blur_pool(at::max_pool2d(x, {3, 3}, {1, 1}, {1, 1}), 2);
  }
  return x;
}

at::Tensor global_pool(const at::Tensor& x, GlobalPool kind) {
  if (kind == GlobalPool::max) return at::flatten(max_of(x), 1);
  at::Tensor pooled = at::adaptive_avg_pool2d(x, {1, 1});
  if (kind == GlobalPool::avg_max) pooled = pooled.add(max_of(x)).mul(0.5);
  if (kind == GlobalPool::cat_avg_max) pooled = at::cat({pooled, max_of(x)}, 1);
  return at::flatten(pooled, 1);
}

}  // namespace zoo
