#include "zoo/loader/picture_source.h"

#include <new>

#include "transforms/decode/decode_window.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

DecodeOptions decoding(const LoaderOptions& options) {
  DecodeOptions decode = decode_options(options.preprocess);
  decode.allow_truncated = options.allow_truncated;
  return decode;
}

// An own picture is moved out, a decoded one is new.
Image whole_picture(StoredPicture stored, const DecodeOptions& options) {
  if (auto* pixels = std::get_if<Image>(&stored)) return std::move(*pixels);
  const auto& file = std::get<EncodedPicture>(stored);
  return decode_image(file.bytes, file.name, options);
}

// Runs a transform, which knows no names, and puts the picture's before its errors.
template <typename Step>
auto with_name(const std::string& name, Step step) {
  try {
    return step();
  } catch (const Error& error) {
    throw Error(error.code(), name, error.what());
  }
}

constexpr int64_t kCacheMargin = 2;

}  // namespace

PictureSource::PictureSource(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
    : dataset_(std::move(dataset)),
      preprocess_(options.preprocess),
      train_(options.train),
      decode_(decoding(options)),
      reduced_decode_(options.reduced_decode),
      seed_(options.seed),
      cache_(options.cache, dataset_->size()) {}

AugmentedPicture PictureSource::make(const Draw& draw, uint64_t epoch) const {
  try {
    if (train_) return augment({seed_, epoch, static_cast<uint64_t>(draw.sample), draw.repeat});
    return {prepare(draw.sample), {}};
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::io, dataset_->name(draw.sample), "not enough memory for this picture",
                "Use fewer workers or a smaller batch.");
  }
}

// Evaluation: of the file, only the window that counts is decoded; the cache keeps what the model sees.
Image PictureSource::prepare(int64_t sample) const {
  if (const auto kept = cache_.find(sample)) return *kept;
  StoredPicture stored = dataset_->fetch(sample);
  Image picture;
  if (const auto* file = std::get_if<EncodedPicture>(&stored)) {
    const Size whole = read_picture_info(file->bytes, file->name, decode_).size;
    const CropRect window = evaluation_window(whole, preprocess_);
    const Image part = decode_window(file->bytes, file->name, window, decode_);
    picture =
        with_name(file->name, [&] { return evaluation_transform_window(part, window, whole, preprocess_); });
  } else {
    picture = with_name(dataset_->name(sample),
                        [&] { return evaluation_transform(std::get<Image>(stored), preprocess_); });
  }
  if (cache_.active()) cache_.keep(sample, std::make_shared<const Image>(picture));
  return picture;
}

AugmentedPicture PictureSource::augment(const SampleKey& key) const {
  const auto sample = static_cast<int64_t>(key.sample);
  if (cache_.active()) {
    const auto picture = shrunk(sample);
    return with_name(dataset_->name(sample), [&] { return train_->apply(*picture, key); });
  }
  StoredPicture stored = dataset_->fetch(sample);
  const auto* file = std::get_if<EncodedPicture>(&stored);
  if (file == nullptr) {
    return with_name(dataset_->name(sample),
                     [&] { return train_->apply(std::move(std::get<Image>(stored)), key); });
  }
  const Size size = read_picture_info(file->bytes, file->name, decode_).size;
  if (const auto plan = train_->plan_window(size, key)) {
    const ReducedWindow part = decode_part(*file, *plan);
    return with_name(file->name, [&] { return train_->apply_to_window(part.image, part.box, *plan, key); });
  }
  Image whole = decode_image(file->bytes, file->name, decode_);
  return with_name(file->name, [&] { return train_->apply(std::move(whole), key); });
}

ReducedWindow PictureSource::decode_part(const EncodedPicture& file, const WindowPlan& plan) const {
  if (reduced_decode_) return decode_reduced_window(file.bytes, file.name, plan.window, plan.target, decode_);
  const auto width = static_cast<double>(plan.window.width), height = static_cast<double>(plan.window.height);
  return {decode_window(file.bytes, file.name, plan.window, decode_), {0, 0, width, height}};
}

// Note [what the cache keeps]. For training, the whole picture at the smallest scale of libjpeg's that leaves
// twice what the model sees in both directions. The crops are cut from that picture in the first epoch too,
// and where the cache is full, so that what has been kept never shows in a batch.
std::shared_ptr<const Image> PictureSource::shrunk(int64_t sample) const {
  if (auto kept = cache_.find(sample)) return kept;
  StoredPicture stored = dataset_->fetch(sample);
  auto picture = std::make_shared<Image>();
  const auto* file = std::get_if<EncodedPicture>(&stored);
  const std::optional<Size> output = train_->output_size();
  if (file != nullptr && reduced_decode_ && output) {
    const Size size = read_picture_info(file->bytes, file->name, decode_).size;
    const Size wanted{kCacheMargin * output->width, kCacheMargin * output->height};
    *picture =
        decode_reduced_window(file->bytes, file->name, {0, 0, size.width, size.height}, wanted, decode_)
            .image;
  } else {
    *picture = whole_picture(std::move(stored), decode_);
  }
  cache_.keep(sample, picture);
  return picture;
}

}  // namespace zoo
