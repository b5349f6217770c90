#include "zoo/datasets/arrays/raw_pictures.h"

#include <algorithm>
#include <utility>

namespace zoo {
namespace {

class RawPictures : public Dataset {
 public:
  RawPictures(std::vector<RawBatch> batches, const RawSize& raw_size, std::vector<std::string> classes)
      : raw_size_(raw_size) {
    classes_ = std::move(classes);
    for (RawBatch& batch : batches) {
      const int32_t part = batch.part.empty() ? -1 : index_of_part(batch.part);
      const auto count = static_cast<int64_t>(batch.labels.size());
      batches_.push_back({std::move(batch), size_, part});
      size_ += count;
    }
  }

  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override {
    const Placed& batch = batch_of(index);
    return {&batch.raw.labels[static_cast<size_t>(index - batch.first)], 1};
  }
  int32_t part(int64_t index) const override { return batch_of(index).part; }
  std::string name(int64_t index) const override {
    const Placed& batch = batch_of(index);
    return batch.raw.name + "[" + std::to_string(index - batch.first) + "]";
  }
  StoredPicture fetch(int64_t index) const override {
    const Placed& batch = batch_of(index);
    std::vector<std::byte> planes(raw_size_.bytes());
    batch.raw.source.read(batch.raw.begin + static_cast<uint64_t>(index - batch.first) * batch.raw.stride,
                          planes);
    Image image = make_image(raw_size_.width, raw_size_.height);
    const auto plane = static_cast<size_t>(raw_size_.width * raw_size_.height);
    const size_t step = raw_size_.planes == 3 ? plane : 0;  // grey is repeated
    for (size_t i = 0; i < plane; ++i) {
      for (size_t channel = 0; channel < 3; ++channel) {
        image.pixels[3 * i + channel] = std::to_integer<uint8_t>(planes[channel * step + i]);
      }
    }
    return image;
  }

 private:
  struct Placed {
    RawBatch raw;
    int64_t first = 0;  // index of its first picture in the set
    int32_t part = -1;
  };

  int32_t index_of_part(const std::string& name) {
    const auto found = std::find(parts_.begin(), parts_.end(), name);
    const auto index = static_cast<int32_t>(found - parts_.begin());
    if (found == parts_.end()) parts_.push_back(name);
    return index;
  }
  const Placed& batch_of(int64_t index) const {
    const auto after =
        std::upper_bound(batches_.begin(), batches_.end(), index,
                         [](int64_t value, const Placed& batch) { return value < batch.first; });
    return *std::prev(after);
  }

  RawSize raw_size_;
  std::vector<Placed> batches_;
  int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Dataset> make_raw_pictures(std::vector<RawBatch> batches, const RawSize& size,
                                           std::vector<std::string> classes) {
  return std::make_unique<RawPictures>(std::move(batches), size, std::move(classes));
}

}  // namespace zoo
