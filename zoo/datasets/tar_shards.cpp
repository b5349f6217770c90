// Tar shards in WebDataset's naming: members that share a name up to its first dot are one sample, which has
// a picture (key.jpg) and its label (key.cls, or "label" or "labels" in key.json).
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "zoo/checkpoint/parallel.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/json_tree.h"
#include "zoo/core/text.h"
#include "zoo/datasets/braces.h"
#include "zoo/datasets/class_names.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/label_table.h"
#include "zoo/datasets/shard_tar.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string key;
  std::optional<ShardMember> picture, cls, json;
};

struct Labels {
  std::vector<std::string> texts;
  bool multi = false;
};

// What one shard holds.
struct ShardIndex {
  std::string names;  // of the pictures' members, one behind the other
  std::vector<uint64_t> name_ends, offsets, sizes;
  std::vector<Labels> labels;
  std::vector<std::string> left_out;
  std::set<std::string> unused;  // endings of members
};

class ShardIndexer {
 public:
  explicit ShardIndexer(const fs::path& file)
      : map_(file), file_(file.string()), name_(file.filename().string()) {}

  ShardIndex run() {
    if (!is_tar(map_.bytes())) {
      throw Error(ErrorCode::corrupt, file_, "is no tar file",
                  "Shards are plain tar files; unpack a compressed one.");
    }
    ShardTar tar(map_.bytes(), file_);
    while (const std::optional<ShardMember> member = tar.next()) take(*member);
    end_sample();
    return std::move(index_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::corrupt, file_ + "/" + sample_.key, what);
  }

  // WebDataset's rule: the folders and the name up to its first dot are the key, the rest is the ending.
  void take(const ShardMember& member) {
    const size_t slash = member.name.rfind('/');
    const size_t begin = slash == std::string::npos ? 0 : slash + 1;
    const size_t dot = member.name.find('.', begin);
    const std::string_view base = std::string_view(member.name).substr(begin);
    if (base.starts_with("__") && base.ends_with("__")) return;  // its own notes
    if (dot == std::string::npos || dot == begin) {
      index_.left_out.push_back(name_ + "/" + member.name + ": no key and ending");
      return;
    }
    const std::string key = member.name.substr(0, dot), ending = to_lower(member.name.substr(dot + 1));
    if (key != sample_.key) {
      end_sample();
      sample_ = {.key = key, .picture = {}, .cls = {}, .json = {}};
    }
    std::optional<ShardMember>* role =
        ending == "cls"                                                             ? &sample_.cls
        : ending == "json"                                                          ? &sample_.json
        : has_picture_suffix("." + ending) && ending.find('.') == std::string::npos ? &sample_.picture
                                                                                    : nullptr;
    if (role == nullptr) {
      index_.unused.insert(ending);
    } else if (role->has_value()) {
      refuse("has two pictures or two labels: " + (*role)->name + " and " + member.name);
    } else {
      *role = member;
    }
  }

  std::string_view content(const ShardMember& member) const {
    return map_.text().substr(member.offset, member.size);
  }

  std::string label_text(const JsonEntry& entry) const {
    const bool is_name = entry.kind == JsonKind::string && !entry.text.empty();
    const bool is_index =
        entry.kind == JsonKind::integer && entry.integer >= 0 && entry.integer < kMostClasses;
    if (!is_name && !is_index) refuse("a label is neither a name nor an index from 0 on");
    return std::string(entry.text);
  }

  Labels read_json(const ShardMember& member) const {
    const JsonTree tree(content(member), file_ + "/" + member.name);
    const auto& entries = tree.entries();
    if (entries[0].kind != JsonKind::object) refuse("its JSON is no object");
    if (const size_t label = tree.member(0, "label")) return {{label_text(entries[label])}, false};
    const size_t labels = tree.member(0, "labels");
    if (labels == 0 || entries[labels].kind != JsonKind::array) {
      refuse("its JSON has neither 'label' nor an array 'labels', and there is no .cls");
    }
    Labels found{{}, true};
    for (size_t i = labels + 1; i < entries[labels].end; i = entries[i].end) {
      found.texts.push_back(label_text(entries[i]));
    }
    return found;
  }

  Labels read_labels() const {
    if (sample_.cls) {
      const std::string_view text = trimmed(content(*sample_.cls));
      if (text.empty()) refuse("its label is empty");
      return {{std::string(text)}, false};
    }
    if (!sample_.json) refuse("has no label: neither .cls nor .json");
    return read_json(*sample_.json);
  }

  void end_sample() {
    if (sample_.key.empty()) return;
    if (!sample_.picture) {
      index_.left_out.push_back(name_ + "/" + sample_.key + ": no picture");
    } else {
      index_.labels.push_back(read_labels());
      index_.names += sample_.picture->name;
      index_.name_ends.push_back(index_.names.size());
      index_.offsets.push_back(sample_.picture->offset);
      index_.sizes.push_back(sample_.picture->size);
    }
    sample_ = {};
  }

  MappedFile map_;
  std::string file_, name_;
  Sample sample_;
  ShardIndex index_;
};

// "imagenet-train-0001.tar" -> "train"; empty where no word of the name is one of these.
std::string part_of(const std::string& name) {
  constexpr std::array<std::string_view, 5> parts{"train", "val", "valid", "validation", "test"};
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find_first_of("-_.", at), name.size());
    const auto word = std::find(parts.begin(), parts.end(), to_lower(name.substr(at, end - at)));
    if (word != parts.end()) return std::string(word->starts_with("val") ? "val" : *word);
    at = end + 1;
  }
  return {};
}

class TarShards : public Dataset {
 public:
  TarShards(const std::vector<fs::path>& files, const std::string& where, const DatasetOptions& options) {
    std::vector<ShardIndex> indices(files.size());
    size_t bytes = 0;
    for (const fs::path& file : files) bytes += fs::exists(file) ? fs::file_size(file) : 0;
    run_parallel(files.size(), bytes, [&](size_t i) { indices[i] = ShardIndexer(files[i]).run(); });
    std::set<std::string> unused;
    for (size_t i = 0; i < files.size(); ++i) {
      unused.merge(indices[i].unused);
      add(files[i], std::move(indices[i]));
    }
    for (const std::string& ending : unused)
      left_out_.push_back("members ending in ." + ending + ": not used");
    std::vector<std::string> classes =
        options.classes_file.empty()
            ? class_names_in(files.front().parent_path()).value_or(std::vector<std::string>())
            : read_class_names(options.classes_file);
    classes_ = labels_.settle({.classes = std::move(classes),
                               .multi_label = multi_label_,
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
    return read_encoded_part(shard.file, shard.index.offsets[at], shard.index.sizes[at], place(index));
  }

 private:
  struct Shard {
    fs::path file;
    ShardIndex index;
    int64_t first = 0;  // index of its first sample in the set
    int32_t part = -1;
  };

  static std::string member_name(const Shard& shard, int64_t index) {
    const auto at = static_cast<size_t>(index - shard.first);
    const uint64_t begin = at == 0 ? 0 : shard.index.name_ends[at - 1];
    return shard.index.names.substr(begin, shard.index.name_ends[at] - begin);
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

  void add(const fs::path& file, ShardIndex index) {
    left_out_.insert(left_out_.end(), index.left_out.begin(), index.left_out.end());
    index.left_out = {};
    const std::vector<Labels> labels = std::exchange(index.labels, {});
    if (labels.empty()) return;
    const int64_t first = size_;
    size_ += static_cast<int64_t>(labels.size());
    shards_.push_back({file, std::move(index), first});
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
      const std::string part = part_of(shard.file.filename().string());
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

std::vector<fs::path> shard_files(const fs::path& root) {
  std::error_code error;
  std::vector<fs::path> files;
  if (fs::is_directory(root, error)) {
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() == ".tar") files.push_back(it->path());
    }
    if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
    std::sort(files.begin(), files.end());
    if (files.empty()) throw Error(ErrorCode::not_found, root.string(), "no *.tar file in this folder");
  } else if (fs::exists(root, error)) {
    files.push_back(root);
  } else {
    for (const std::string& name : expand_braces(root.native())) files.emplace_back(name);
  }
  return files;
}

}  // namespace

std::unique_ptr<Dataset> open_tar_shards(const fs::path& root, const DatasetOptions& options) {
  return std::make_unique<TarShards>(shard_files(root), root.string(), options);
}

}  // namespace zoo
