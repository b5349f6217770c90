#include "zoo/data/batch_builder.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <new>

#include "transforms/evaluation.h"
#include "zoo/core/error.h"
#include "transforms/random_ops.h"

namespace zoo {
namespace {

void normalize_into(const AnyNormalizeTable& table, const Image& image, const at::Tensor& batch,
                    int64_t position) {
  const int64_t elements = image.width * image.height * 3;
  std::visit(
      [&]<typename T>(const NormalizeTable<T>& values) {
        values.apply(image, static_cast<T*>(batch.data_ptr()) + position * elements);
      },
      table);
}

at::Tensor empty_images(int64_t count, Size size, at::ScalarType dtype) {
  return at::empty({count, 3, size.height, size.width},
                   at::TensorOptions(dtype).memory_format(at::MemoryFormat::ChannelsLast));
}

std::optional<Size> fixed_size(const LoaderOptions& options) {
  if (options.train) return Size{options.train->size_px, options.train->size_px};
  const Preprocess& preprocess = options.preprocess;
  const int64_t crop = preprocess.crop_px, resize = preprocess.resize_px;
  const bool resized = preprocess.resize != ResizeMode::none;
  if (crop > 0 && (preprocess.pad_to_crop || (resized && resize >= crop))) return Size{crop, crop};
  if (preprocess.resize == ResizeMode::square) return Size{resize, resize};
  return std::nullopt;
}

bool one_size(std::span<const Image> pictures) {
  return std::all_of(pictures.begin(), pictures.end(), [&](const Image& picture) {
    return picture.width == pictures[0].width && picture.height == pictures[0].height;
  });
}

void require_valid(const Dataset& dataset, const LoaderOptions& options) {
  const auto refuse = [](const std::string& what, int64_t value) {
    throw Error(ErrorCode::usage, {}, what + " is " + std::to_string(value), "Give a larger number.");
  };
  if (dataset.size() == 0) throw Error(ErrorCode::mismatch, {}, "the data set has no pictures");
  if (options.batch_size < 1) refuse("the batch size", options.batch_size);
  if (options.workers < 0) refuse("the number of workers", options.workers);
  if (options.train && options.train->size_px < 1)
    refuse("the picture size for training", options.train->size_px);
}

}  // namespace

BatchBuilder::BatchBuilder(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
    : dataset_(std::move(dataset)),
      options_(options),
      decode_(decode_options(options_.preprocess)),
      table_(make_normalize_table(options_.dtype, options_.preprocess)),
      size_(fixed_size(options_)) {
  require_valid(*dataset_, options_);
}

BatchDraft BatchBuilder::begin(std::vector<int64_t> indices, uint64_t epoch) const {
  BatchDraft draft;
  draft.indices = std::move(indices);
  draft.epoch = epoch;
  if (size_) {
    draft.images = empty_images(draft.size(), *size_, options_.dtype);
  } else {
    draft.pictures.resize(draft.indices.size());
  }
  return draft;
}

void BatchBuilder::make_sample(BatchDraft& draft, int64_t position) const {
  const int64_t index = draft.indices[static_cast<size_t>(position)];
  try {
    const Image image = dataset_->load(index, decode_);
    Image picture = transform(image, index, draft.epoch);
    if (size_) {
      normalize_into(table_, picture, draft.images, position);
    } else {
      draft.pictures[static_cast<size_t>(position)] = std::move(picture);
    }
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::io, dataset_->name(index), "not enough memory for this picture",
                "Use fewer workers or a smaller batch.");
  }
}

Image BatchBuilder::transform(const Image& image, int64_t index, uint64_t epoch) const {
  try {
    if (!options_.train) return evaluation_transform(image, options_.preprocess);
    const auto sample = static_cast<uint64_t>(index);
    RandomStream crop_draws(options_.seed, epoch, sample, kOpCrop);
    RandomStream flip_draws(options_.seed, epoch, sample, kOpFlip);
    const CropRect rect = draw_resized_crop(image.width, image.height, *options_.train, crop_draws);
    Image part = resized_crop(image, rect, *options_.train);
    if (flip_draws.uniform() < options_.flip_probability) return flip_horizontal(part);
    return part;
  } catch (const Error& error) {
    throw Error(error.code(), dataset_->name(index), error.what());
  }
}

std::vector<Batch> BatchBuilder::finish(BatchDraft draft) const {
  std::vector<Batch> batches;
  if (size_) {
    batches.push_back(label(std::move(draft.indices), std::move(draft.images)));
  } else if (one_size(draft.pictures)) {
    batches.push_back(label(std::move(draft.indices), stack(draft.pictures)));
  } else {
    for (size_t i = 0; i < draft.pictures.size(); ++i) {
      batches.push_back(label({draft.indices[i]}, stack({&draft.pictures[i], 1})));
    }
  }
  return batches;
}

at::Tensor BatchBuilder::stack(std::span<const Image> pictures) const {
  const auto count = static_cast<int64_t>(pictures.size());
  at::Tensor images = empty_images(count, {pictures[0].width, pictures[0].height}, options_.dtype);
  for (int64_t i = 0; i < count; ++i) normalize_into(table_, pictures[static_cast<size_t>(i)], images, i);
  return images;
}

Batch BatchBuilder::label(std::vector<int64_t> indices, at::Tensor images) const {
  at::Tensor labels = at::empty({static_cast<int64_t>(indices.size())}, at::kLong);
  std::transform(indices.begin(), indices.end(), static_cast<int64_t*>(labels.data_ptr()),
                 [&](int64_t index) { return dataset_->label(index); });
  return {std::move(images), std::move(labels), std::move(indices)};
}

at::Tensor to_tensor(const Image& image, const Preprocess& preprocess) {
  const at::Tensor images = empty_images(1, {image.width, image.height}, at::kFloat);
  normalize_into(NormalizeTable<float>(preprocess), image, images, 0);
  return images.squeeze(0).contiguous();
}

}  // namespace zoo
