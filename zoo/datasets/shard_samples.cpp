#include "zoo/datasets/shard_samples.h"

#include <optional>

#include "zoo/core/error.h"
#include "zoo/core/foreign_text.h"
#include "zoo/core/json_tree.h"
#include "zoo/core/text.h"
#include "zoo/datasets/class_names.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/shard_tar.h"

namespace zoo {
namespace {

struct Sample {
  std::string key;
  std::optional<ShardMember> picture, cls, json;
};

class ShardReader {
 public:
  ShardReader(std::span<const std::byte> bytes, const std::filesystem::path& file)
      : bytes_(bytes), file_(file.string()), name_(file.filename().string()) {}

  ShardSamples run() {
    if (!is_tar(bytes_)) {
      throw Error(ErrorCode::corrupt, file_, "is no tar file",
                  "Shards are plain tar files; unpack a compressed one.");
    }
    ShardTar tar(bytes_, file_);
    while (const std::optional<ShardMember> member = tar.next()) take(*member);
    end_sample();
    return std::move(found_);
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
      found_.left_out.push_back(name_ + "/" + member.name + ": no key and ending");
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
      found_.unused.insert(ending);
    } else if (role->has_value()) {
      refuse("has two pictures or two labels: " + excerpt((*role)->name) + " and " + excerpt(member.name));
    } else {
      *role = member;
    }
  }

  std::string_view content(const ShardMember& member) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + member.offset, member.size};
  }

  std::string label_text(const JsonEntry& entry) const {
    auto label = label_in(entry);
    if (!label) refuse("a label is neither a name nor an index from 0 on");
    return *std::move(label);
  }

  ShardLabels read_json(const ShardMember& member) const {
    const JsonTree tree(content(member), file_ + "/" + member.name);
    const auto& entries = tree.entries();
    if (entries[0].kind != JsonKind::object) refuse("its JSON is no object");
    if (const size_t label = tree.member(0, "label")) return {{label_text(entries[label])}, false};
    const size_t labels = tree.member(0, "labels");
    if (labels == 0 || entries[labels].kind != JsonKind::array) {
      refuse("its JSON has neither 'label' nor an array 'labels', and there is no .cls");
    }
    ShardLabels found{{}, true};
    for (size_t i = labels + 1; i < entries[labels].end; i = entries[i].end) {
      found.texts.push_back(label_text(entries[i]));
    }
    return found;
  }

  ShardLabels read_labels() const {
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
      found_.left_out.push_back(name_ + "/" + sample_.key + ": no picture");
    } else {
      found_.labels.push_back(read_labels());
      found_.names += sample_.picture->name;
      found_.name_ends.push_back(found_.names.size());
      found_.offsets.push_back(sample_.picture->offset);
      found_.sizes.push_back(sample_.picture->size);
    }
    sample_ = {};
  }

  std::span<const std::byte> bytes_;
  std::string file_, name_;
  Sample sample_;
  ShardSamples found_;
};

}  // namespace

ShardSamples read_shard(std::span<const std::byte> bytes, const std::filesystem::path& file) {
  return ShardReader(bytes, file).run();
}

}  // namespace zoo
