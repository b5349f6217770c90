#include "zoo/loader/batch_builder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>

#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/loader/mix_batch.h"

namespace zoo {
namespace {

at::Tensor empty_images(int64_t count, Size size, at::ScalarType dtype) {
  const c10::InferenceMode off(false);
  return at::empty({count, 3, size.height, size.width},
                   at::TensorOptions(dtype).memory_format(at::MemoryFormat::ChannelsLast));
}

std::optional<Size> fixed_size(const LoaderOptions& options) {
  if (options.train) return options.train->output_size();
  return evaluation_size(options.preprocess);
}

bool one_size(std::span<const AugmentedPicture> pictures) {
  return std::all_of(pictures.begin(), pictures.end(), [&](const AugmentedPicture& picture) {
    return picture.image.width == pictures[0].image.width && picture.image.height == pictures[0].image.height;
  });
}

void require_valid(const Dataset& dataset, const LoaderOptions& options) {
  const auto require = [](bool valid, const std::string& what, int64_t value) {
    if (!valid) throw Error(ErrorCode::usage, {}, what + " is " + std::to_string(value));
  };
  if (dataset.size() == 0) throw Error(ErrorCode::mismatch, {}, "the data set has no pictures");
  require(options.batch_size >= 1, "the batch size", options.batch_size);
  require(options.workers >= 0, "the number of workers", options.workers);
  require(options.repeats >= 1, "the number of repeats", options.repeats);
  if (!(options.most_bad_share >= 0 && options.most_bad_share <= 1)) {
    throw Error(ErrorCode::usage, {},
                "the share of pictures that may be skipped is " + std::to_string(options.most_bad_share),
                "Give a number from 0 to 1.");
  }
  require(options.ranks >= 1, "the number of ranks", options.ranks);
  require(options.rank >= 0 && options.rank < options.ranks, "the rank", options.rank);
  if (!options.mix) return;
  if (!options.train || !options.train->output_size())
    throw Error(ErrorCode::usage, {}, "only training pictures of one size can be mixed",
                "Let the augmentation end with a crop.");
  draw_mix(*options.mix, 1, {1, 1}, {});  // refuses what it cannot do
}

}  // namespace

BatchBuilder::BatchBuilder(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
    : options_((require_valid(*dataset, options), options)),
      source_(std::move(dataset), options_),
      table_(make_normalize_table(options_.dtype, options_.preprocess)),
      size_(fixed_size(options_)),
      pool_(options_.dtype, options_.pinned) {}

BatchDraft BatchBuilder::begin(const EpochPlan& plan, uint64_t epoch, int64_t batch) {
  BatchDraft draft;
  draft.draws = plan.share_of(batch);
  draft.epoch = epoch;
  draft.number = batch;
  draft.whole = plan.size_of(batch);
  draft.failures.resize(draft.draws.size());
  if (size_)
    draft.images = pool_.take(draft.size(), std::min(options_.batch_size, dataset().size()), *size_);
  else
    draft.pictures.resize(draft.draws.size());
  return draft;
}

void BatchBuilder::make_sample(BatchDraft& draft, int64_t position) const {
  try {
    AugmentedPicture picture = source_.make(draft.draws[static_cast<size_t>(position)], draft.epoch);
    if (size_)
      place(picture, draft.images, position);
    else
      draft.pictures[static_cast<size_t>(position)] = std::move(picture);
  } catch (const Error& error) {
    const bool is_the_picture = error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported;
    if (options_.bad_pictures == BadPictures::stop || !is_the_picture) throw;
    draft.failures[static_cast<size_t>(position)] = error.what();
  }
}

// The fused pass: 8 bits -> normalised numbers in the batch's precision, in its memory.
void BatchBuilder::place(const AugmentedPicture& picture, const at::Tensor& images, int64_t row) const {
  const Image& image = picture.image;
  std::visit(
      [&]<typename T>(const NormalizeTable<T>& table) {
        T* to = static_cast<T*>(images.data_ptr()) + row * image.width * image.height * 3;
        table.apply(image, to);
        for (const Erasure& erasure : picture.erasures) erase(erasure, to, image.width);
      },
      table_);
}

// What failed leaves no gap.
void BatchBuilder::drop_failures(BatchDraft& draft) const {
  size_t kept = 0;
  const size_t row_bytes =
      size_ ? static_cast<size_t>(size_->width * size_->height * 3) * draft.images.element_size() : 0;
  for (size_t i = 0; i < draft.draws.size(); ++i) {
    if (!draft.failures[i].empty()) continue;
    if (kept != i) {
      draft.draws[kept] = draft.draws[i];
      if (size_) {
        auto* rows = static_cast<std::byte*>(draft.images.data_ptr());
        std::memcpy(rows + kept * row_bytes, rows + i * row_bytes, row_bytes);
      } else {
        draft.pictures[kept] = std::move(draft.pictures[i]);
      }
    }
    ++kept;
  }
  draft.draws.resize(kept);
  if (size_)
    draft.images = draft.images.narrow(0, 0, static_cast<int64_t>(kept));
  else
    draft.pictures.resize(kept);
}

std::vector<Batch> BatchBuilder::finish(BatchDraft draft) const {
  drop_failures(draft);
  if (draft.draws.empty()) return {};
  if (!size_ && !one_size(draft.pictures)) return one_by_one(draft);
  Batch batch = label(draft.draws, size_ ? std::move(draft.images) : stack(draft.pictures));
  if (options_.mix) {
    const auto classes = static_cast<int64_t>(dataset().classes().size());
    const BatchKey key{options_.seed, draft.epoch, static_cast<uint64_t>(draft.number)};
    mix_batch(batch, *options_.mix, {draft.draws, draft.whole, classes, key});
  }
  std::vector<Batch> batches;
  batches.push_back(std::move(batch));
  return batches;
}

std::vector<Batch> BatchBuilder::one_by_one(const BatchDraft& draft) const {
  std::vector<Batch> batches;
  batches.reserve(draft.pictures.size());
  for (size_t i = 0; i < draft.pictures.size(); ++i)
    batches.push_back(label({&draft.draws[i], 1}, stack({&draft.pictures[i], 1})));
  return batches;
}

at::Tensor BatchBuilder::stack(std::span<const AugmentedPicture> pictures) const {
  const auto count = static_cast<int64_t>(pictures.size());
  const Size size{pictures[0].image.width, pictures[0].image.height};
  at::Tensor images = empty_images(count, size, options_.dtype);
  for (int64_t i = 0; i < count; ++i) place(pictures[static_cast<size_t>(i)], images, i);
  return images;
}

Batch BatchBuilder::label(std::span<const Draw> draws, at::Tensor images) const {
  Batch batch;
  batch.images = std::move(images);
  batch.labels = labels_of(draws);
  for (const Draw& draw : draws) batch.indices.push_back(draw.sample);
  return batch;
}

at::Tensor BatchBuilder::labels_of(std::span<const Draw> draws) const {
  const c10::InferenceMode off(false);
  const auto count = static_cast<int64_t>(draws.size());
  if (!dataset().multi_label()) {
    at::Tensor labels = at::empty({count}, at::kLong);
    std::transform(draws.begin(), draws.end(), labels.data_ptr<int64_t>(),
                   [&](const Draw& draw) { return dataset().label(draw.sample); });
    return labels;
  }
  const auto classes = static_cast<int64_t>(dataset().classes().size());
  at::Tensor labels = at::zeros({count, classes}, at::kFloat);
  float* row = labels.data_ptr<float>();
  for (const Draw& draw : draws) {
    for (const int32_t label : dataset().labels(draw.sample)) row[label] = 1;
    row += classes;
  }
  return labels;
}

at::Tensor to_tensor(const Image& image, const Preprocess& preprocess) {
  const at::Tensor images = empty_images(1, {image.width, image.height}, at::kFloat);
  NormalizeTable<float>(preprocess).apply(image, images.data_ptr<float>());
  return images.squeeze(0).contiguous();
}

}  // namespace zoo
