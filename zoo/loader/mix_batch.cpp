#include "zoo/loader/mix_batch.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <map>

namespace zoo {
namespace {

// Row of each row's partner, -1 where it is missing.
std::vector<int64_t> partners(const MixPlace& place) {
  std::map<int64_t, int64_t> rows;
  for (size_t row = 0; row < place.draws.size(); ++row)
    rows[place.draws[row].place] = static_cast<int64_t>(row);
  std::vector<int64_t> partner;
  for (const Draw& draw : place.draws) {
    const auto found = rows.find(place.whole - 1 - draw.place);
    partner.push_back(found == rows.end() ? -1 : found->second);
  }
  return partner;
}

void mix_picture(const at::Tensor& picture, const at::Tensor& partner, const MixedSample& mix) {
  if (!mix.box) {
    picture.mul_(mix.lambda).add_(partner.mul(1 - mix.lambda));
    return;
  }
  const auto part = [&](const at::Tensor& whole) {
    return whole.narrow(1, mix.box->top, mix.box->height).narrow(2, mix.box->left, mix.box->width);
  };
  part(picture).copy_(part(partner));
}

at::Tensor as_rows(const at::Tensor& labels, int64_t classes) {
  if (labels.dim() == 2) return labels.clone();
  return at::zeros({labels.size(0), classes}, at::kFloat).scatter_(1, labels.unsqueeze(1), 1);
}

}  // namespace

void mix_batch(Batch& batch, const MixOptions& options, const MixPlace& place) {
  const at::NoGradGuard no_grad;
  const Size size{batch.images.size(3), batch.images.size(2)};
  const std::vector<MixedSample> mixed = draw_mix(options, place.whole, size, place.key);
  const std::vector<int64_t> partner = partners(place);
  const at::Tensor before = batch.images.clone();
  const at::Tensor target = as_rows(batch.labels, place.classes);
  batch.mixed_labels = target.clone();
  for (size_t i = 0; i < partner.size(); ++i) {
    const MixedSample& mix = mixed[static_cast<size_t>(place.draws[i].place)];
    if (mix.lambda == 1 || partner[i] < 0) continue;
    const auto row = static_cast<int64_t>(i);
    mix_picture(batch.images[row], before[partner[i]], mix);
    batch.mixed_labels[row].mul_(mix.lambda).add_(target[partner[i]].mul(1 - mix.lambda));
  }
}

}  // namespace zoo
