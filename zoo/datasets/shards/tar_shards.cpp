// Tar shards in WebDataset's naming, as one data set.
#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "zoo/archive/inflate.h"
#include "zoo/base/error.h"
#include "zoo/base/file_bytes.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/part_names.h"
#include "zoo/datasets/folders/system_names.h"
#include "zoo/datasets/lists/class_names.h"
#include "zoo/datasets/lists/label_table.h"
#include "zoo/datasets/shards/braces.h"
#include "zoo/datasets/shards/shard_samples.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostUnpacked = 8'000'000'000;  // bytes, of all shards together

// Of each file that is compressed what is in it, in memory.
std::vector<std::optional<ByteSource>> unpack(const std::vector<fs::path>& files) {
  std::vector<std::optional<ByteSource>> unpacked;
  uint64_t left = kMostUnpacked;
  for (const fs::path& file : files) {
    if (!is_gzip(file)) {
      unpacked.emplace_back();
      continue;
    }
    ByteSource source = open_maybe_gzip(file, left);
    left -= source.size();
    unpacked.emplace_back(std::move(source));
  }
  return unpacked;
}

class TarShards : public Dataset {
 public:
  TarShards(const std::vector<fs::path>& files, const std::vector<fs::path>& left_out,
            const std::string& where, const DatasetOptions& options) {
    for (const fs::path& file : left_out) left_out_.push_back(file.filename().string() + ": a system file");
    std::vector<ShardSamples> found(files.size());
    const auto unpacked = unpack(files);
    constexpr size_t kManyBytes = std::numeric_limits<size_t>::max() / 2;  // worth all threads
    run_parallel(files.size(), kManyBytes,
                 [&](size_t i) { found[i] = read_shard(unpacked[i] ? *unpacked[i] : ByteSource(files[i])); });
    std::set<std::string> unused;
    for (size_t i = 0; i < files.size(); ++i) {
      unused.merge(found[i].unused);
      add(files[i], unpacked[i], std::move(found[i]));
    }
    for (const std::string& ending : unused)
      left_out_.push_back("members ending in ." + ending + ": not used");
    std::vector<std::string> classes =
        options.classes_file.empty()
            ? class_names_in(files.front().parent_path()).value_or(std::vector<std::string>())
            : read_class_names(options.classes_file);
    classes_ = labels_.settle({.classes = std::move(classes),
                               .multi_label = multi_label_,
                               .may_have_one_class = options.is_part,
                               .where = where,
                               .name = [this](int64_t index) { return place(index); }});
    settle_parts();
  }

  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override { return labels_.of(index); }
  bool multi_label() const override { return multi_label_; }
  int32_t part(int64_t index) const override { return parts_.empty() ? -1 : shard_of(index).part; }
  std::string name(int64_t index) const override {
    const Shard& shard = shard_of(index);
    return shard.file.filename().string() + "/" + member_name(shard, index);
  }
  StoredPicture fetch(int64_t index) const override {
    const Shard& shard = shard_of(index);
    const auto at = static_cast<size_t>(index - shard.first);
    const uint64_t offset = shard.samples.offsets[at], size = shard.samples.sizes[at];
    if (!shard.unpacked) return read_encoded_part(shard.file, offset, size, place(index));
    HeldBytes content = shard.unpacked->read(offset, size);
    return EncodedPicture{std::move(content.owner), content.bytes, place(index)};
  }

 private:
  struct Shard {
    fs::path file;
    std::optional<ByteSource> unpacked;
    ShardSamples samples;
    int64_t first = 0;  // index of its first sample in the set
    int32_t part = -1;
  };

  static std::string member_name(const Shard& shard, int64_t index) {
    const auto at = static_cast<size_t>(index - shard.first);
    const uint64_t begin = at == 0 ? 0 : shard.samples.name_ends[at - 1];
    return shard.samples.names.substr(begin, shard.samples.name_ends[at] - begin);
  }
  // For messages.
  std::string place(int64_t index) const {
    const Shard& shard = shard_of(index);
    return shard.file.string() + "/" + member_name(shard, index);
  }
  const Shard& shard_of(int64_t index) const {
    const auto after =
        std::upper_bound(shards_.begin(), shards_.end(), index,
                         [](int64_t value, const Shard& shard) { return value < shard.first; });
    return *std::prev(after);
  }

  void add(const fs::path& file, const std::optional<ByteSource>& unpacked, ShardSamples samples) {
    left_out_.insert(left_out_.end(), samples.left_out.begin(), samples.left_out.end());
    notes_.insert(notes_.end(), samples.notes.begin(), samples.notes.end());
    samples.left_out = samples.notes = {};
    const std::vector<ShardLabels> labels = std::exchange(samples.labels, {});
    if (labels.empty()) return;
    const int64_t first = size_;
    size_ += static_cast<int64_t>(labels.size());
    shards_.push_back({file, unpacked, std::move(samples), first});
    for (size_t i = 0; i < labels.size(); ++i) {
      const int64_t sample = first + static_cast<int64_t>(i);
      if (sample == 0) multi_label_ = labels[i].multi;
      if (labels[i].multi != multi_label_) {
        throw Error(ErrorCode::mismatch, place(sample), "one label here and a list of labels elsewhere",
                    "Write 'label' into all of the JSON, or 'labels'.");
      }
      labels_.add(labels[i].texts, sample);
    }
  }

  // Only if every shard's name says one.
  void settle_parts() {
    std::vector<std::string> found;
    for (Shard& shard : shards_) {
      const std::string part(part_in(shard.file.stem().native()));
      if (part.empty()) return;
      const auto known = std::find(found.begin(), found.end(), part);
      shard.part = static_cast<int32_t>(known - found.begin());
      if (known == found.end()) found.push_back(part);
    }
    parts_ = std::move(found);
  }

  std::vector<Shard> shards_;
  int64_t size_ = 0;
  bool multi_label_ = false;
  LabelTable labels_;
};

std::vector<fs::path> shard_files(const fs::path& root, std::vector<fs::path>& left_out) {
  std::error_code error;
  std::vector<fs::path> files;
  if (fs::is_directory(root, error)) {
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (is_shard_name(name)) (is_system_file(name) ? left_out : files).push_back(it->path());
    }
    if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
    std::sort(files.begin(), files.end());
    std::sort(left_out.begin(), left_out.end());
    if (files.empty()) throw Error(ErrorCode::not_found, root.string(), "no *.tar file in this folder");
  } else if (fs::exists(root, error)) {
    files.push_back(root);
  } else {
    for (const std::string& name : expand_braces(root.native())) files.emplace_back(name);
  }
  return files;
}

}  // namespace

bool is_shard_name(std::string_view file_name) {
  return file_name.ends_with(".tar") || file_name.ends_with(".tar.gz") || file_name.ends_with(".tgz");
}

std::unique_ptr<Dataset> open_tar_shards(const fs::path& root, const DatasetOptions& options) {
  std::vector<fs::path> left_out;
  const std::vector<fs::path> files = shard_files(root, left_out);
  return std::make_unique<TarShards>(files, left_out, root.string(), options);
}

}  // namespace zoo
