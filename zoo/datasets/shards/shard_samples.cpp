#include "zoo/datasets/shards/shard_samples.h"

#include <optional>

#include "zoo/archive/shard_tar.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/json_tree.h"
#include "zoo/base/text.h"
#include "zoo/base/utf8_text.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {
namespace {

struct Sample {
  std::string key;
  std::optional<ShardMember> picture, cls, json;
  std::string dotted;  // a member that would be its picture if the key went on to the last dot
};

// WebDataset's rule is the first dot of a file's name.
enum class KeyEnd { first_dot, last_dot };

class ShardReader {
 public:
  ShardReader(const ByteSource& shard, KeyEnd key_end)
      : shard_(shard),
        file_(shard.path().string()),
        name_(shard.path().filename().string()),
        key_end_(key_end) {}

  ShardSamples run() {
    if (!is_tar(shard_)) {
      throw Error(ErrorCode::corrupt, file_, "is no tar file",
                  "Shards are tar files, plain or with gzip; unpack those that are compressed otherwise.");
    }
    ShardTar tar(shard_);
    while (const std::optional<ShardMember> member = tar.next()) take(*member);
    end_sample();
    return std::move(found_);
  }
  // Whether names of pictures have more dots than one.
  bool has_dotted() const { return has_dotted_; }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::corrupt, file_ + "/" + sample_.key, what);
  }

  // The folders and the name up to its dot are the key, the rest is the ending.
  void take(const ShardMember& member) {
    const size_t slash = member.name.rfind('/');
    const size_t begin = slash == std::string::npos ? 0 : slash + 1;
    const size_t first_dot = member.name.find('.', begin);
    const size_t dot =
        key_end_ == KeyEnd::first_dot || first_dot == begin ? first_dot : member.name.rfind('.');
    const std::string_view base = std::string_view(member.name).substr(begin);
    if (base.starts_with("__") && base.ends_with("__")) return;  // its own notes
    if (dot == std::string::npos || dot == begin) {
      found_.left_out.push_back(name_ + "/" + member.name + ": no key and ending");
      return;
    }
    const std::string key = member.name.substr(0, dot), ending = to_lower(member.name.substr(dot + 1));
    if (key != sample_.key) {
      end_sample();
      sample_ = {.key = key, .picture = {}, .cls = {}, .json = {}, .dotted = {}};
    }
    std::optional<ShardMember>* role =
        ending == "cls"                                                             ? &sample_.cls
        : ending == "json"                                                          ? &sample_.json
        : has_picture_suffix("." + ending) && ending.find('.') == std::string::npos ? &sample_.picture
                                                                                    : nullptr;
    if (role == nullptr) {
      found_.unused.insert(ending);
      if (has_picture_suffix(ending)) sample_.dotted = base;
    } else if (role->has_value()) {
      refuse("has two pictures or two labels: " + excerpt((*role)->name) + " and " + excerpt(member.name));
    } else {
      *role = member;
    }
  }

  std::string content(const ShardMember& member) const {
    constexpr uint64_t most = 1 << 20;
    if (member.size > most) refuse("its label has " + format_bytes(static_cast<int64_t>(member.size)));
    return shard_.read_text(member.offset, member.size);
  }

  std::string label_text(const JsonEntry& entry) const {
    auto label = label_in(entry);
    if (!label) refuse("a label is neither a name nor an index from 0 on");
    return *std::move(label);
  }

  ShardLabels read_json(const ShardMember& member) const {
    const std::string where = file_ + "/" + member.name, text = content(member);
    const JsonTree tree(utf8_text(text, where), where);
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
      const std::string text = content(*sample_.cls);
      const std::string_view label = trimmed(utf8_text(text, file_ + "/" + sample_.cls->name));
      if (label.empty()) refuse("its label is empty");
      return {{std::string(label)}, false};
    }
    if (!sample_.json) refuse("has no label: neither .cls nor .json");
    return read_json(*sample_.json);
  }

  void end_sample() {
    if (sample_.key.empty()) return;
    if (!sample_.picture) {
      has_dotted_ = has_dotted_ || !sample_.dotted.empty();
      found_.left_out.push_back(
          name_ + "/" + sample_.key + ": no picture" +
          (sample_.dotted.empty() ? ""
                                  : ", since WebDataset's key ends at the first dot of " + sample_.dotted));
    } else {
      found_.labels.push_back(read_labels());
      found_.names += sample_.picture->name;
      found_.name_ends.push_back(found_.names.size());
      found_.offsets.push_back(sample_.picture->offset);
      found_.sizes.push_back(sample_.picture->size);
    }
    sample_ = {};
  }

  const ByteSource& shard_;
  std::string file_, name_;
  KeyEnd key_end_;
  bool has_dotted_ = false;
  Sample sample_;
  ShardSamples found_;
};

}  // namespace

ShardSamples read_shard(const ByteSource& shard) {
  ShardReader by_first_dot(shard, KeyEnd::first_dot);
  ShardSamples found = by_first_dot.run();
  if (!found.labels.empty() || !by_first_dot.has_dotted()) return found;
  // Nothing in it is as WebDataset has it: "img_22.05.jpg" beside "img_22.05.cls".
  found = ShardReader(shard, KeyEnd::last_dot).run();
  found.notes.push_back(shard.path().filename().string() +
                        ": keys end at the last dot here, where WebDataset's end at the first");
  return found;
}

}  // namespace zoo
