#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/checkpoint.h"

namespace zoo {
namespace {

constexpr size_t kAlignment = 64;  // of a tensor: a cache line, the widest vector
constexpr size_t kLargePage = 2 << 20;

size_t rounded(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

// Memory that was never used costs a page fault for each page, five times what the copying costs; large pages
// save that.
std::shared_ptr<std::byte> allocate(size_t size) {
  const size_t whole = rounded(std::max<size_t>(size, 1), size < kLargePage ? kAlignment : kLargePage);
  void* memory = std::aligned_alloc(size < kLargePage ? kAlignment : kLargePage, whole);
  if (memory == nullptr) {
    throw Error(ErrorCode::io, {},
                "not enough memory for " + format_bytes(static_cast<int64_t>(size)) + " of tensors");
  }
  if (size >= kLargePage) ::madvise(memory, whole, MADV_HUGEPAGE);  // only advice: slower without
  return {static_cast<std::byte*>(memory), std::free};
}

std::shared_ptr<const Quantizer> owned_quantizer(const Quantizer& quantizer) {
  auto copy = std::make_shared<Quantizer>(quantizer);
  if (quantizer.scales == nullptr) return copy;
  const auto parts = owned_copies({{"scales", *quantizer.scales}, {"zero_points", *quantizer.zero_points}});
  copy->scales = std::make_shared<const TensorView>(parts[0].tensor);
  copy->zero_points = std::make_shared<const TensorView>(parts[1].tensor);
  return copy;
}

}  // namespace

std::vector<NamedTensor> owned_copies(const std::vector<NamedTensor>& tensors) {
  std::vector<size_t> offsets;
  offsets.reserve(tensors.size());
  size_t size = 0;
  for (const auto& [name, tensor] : tensors) {
    offsets.push_back(size);
    size += rounded(static_cast<size_t>(tensor.bytes()), kAlignment);
  }
  const std::shared_ptr<std::byte> memory = allocate(size);
  std::vector<NamedTensor> copies(tensors.size());
  run_parallel(tensors.size(), size, [&](size_t i) {
    const auto& [name, tensor] = tensors[i];
    std::byte* out = memory.get() + offsets[i];
    tensor.copy_to(out);
    TensorView copy = contiguous_view(tensor.dtype, tensor.shape);
    copy.storage = {out, static_cast<size_t>(tensor.bytes())};
    copy.storage_key = name;
    copy.device = tensor.device;
    copy.owner = memory;
    if (tensor.quantizer) copy.quantizer = owned_quantizer(*tensor.quantizer);
    copies[i] = {name, std::move(copy)};
  });
  return copies;
}

}  // namespace zoo
