// JSON lines (jsonlines.org): an object a line with path (or file_name), label or labels, split.
#include <algorithm>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/json_tree.h"
#include "zoo/datasets/lists/class_names.h"
#include "zoo/datasets/lists/listed_pictures.h"

namespace zoo {
namespace {

class LineReader {
 public:
  LineReader(PictureList& list, bool& multi_label) : list_(list), multi_label_(multi_label) {}

  void read(std::string_view text, int64_t line) {
    line_ = line;
    const JsonTree tree(text, list_.place(line));
    if (tree.entries()[0].kind != JsonKind::object) {
      refuse("is a JSON " + std::string(to_string(tree.entries()[0].kind)) + ", expected an object");
    }
    const JsonEntry* path = nullptr;
    const JsonEntry* split = nullptr;
    size_t label = 0, labels = 0;
    for (size_t i = 1; i < tree.entries().size(); i = tree.entries()[i].end) {
      const JsonEntry& entry = tree.entries()[i];
      if (entry.key == "path" || entry.key == "file_name") {
        if (path != nullptr) refuse("both 'path' and 'file_name'");
        path = &entry;
      } else if (entry.key == "label") {
        label = i;
      } else if (entry.key == "labels") {
        labels = i;
      } else if (entry.key == "split") {
        split = &entry;
      } else {
        note_unused(std::string(entry.key));
      }
    }
    if (path == nullptr || path->kind != JsonKind::string) refuse("no text 'path'");
    if ((label == 0) == (labels == 0))
      refuse(label != 0 ? "both 'label' and 'labels'" : "no 'label' or 'labels'");
    if (split != nullptr && split->kind != JsonKind::string && split->kind != JsonKind::null) {
      refuse("'split' is no text");
    }
    settle_kind(labels != 0);
    const bool has_split = split != nullptr && split->kind == JsonKind::string;
    list_.add(path->text, label != 0 ? std::vector{label_text(tree.entries()[label])} : items(tree, labels),
              has_split ? split->text : "", line);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::corrupt, list_.place(line_), what,
                "A line looks like {\"path\": \"a/1.jpg\", \"label\": \"a\"}.");
  }

  void settle_kind(bool multi) {
    if (is_first_) multi_label_ = multi;
    is_first_ = false;
    if (multi == multi_label_) return;
    refuse(multi ? "'labels', where the lines before have 'label'"
                 : "'label', where the lines before have 'labels'");
  }

  void note_unused(const std::string& key) {
    constexpr size_t kMostNoted = 100;  // of names that differ in every line
    if (unused_.size() == kMostNoted || std::find(unused_.begin(), unused_.end(), key) != unused_.end())
      return;
    unused_.push_back(key);
    list_.note("member '" + excerpt(key) + "': not used");
  }

  std::string label_text(const JsonEntry& entry) const {
    auto label = label_in(entry);
    if (!label) refuse("a label is neither a name nor an index from 0 on");
    return *std::move(label);
  }

  std::vector<std::string> items(const JsonTree& tree, size_t labels) const {
    const auto& entries = tree.entries();
    if (entries[labels].kind != JsonKind::array) refuse("'labels' is no array");
    std::vector<std::string> texts;
    for (size_t i = labels + 1; i < entries[labels].end; i = entries[i].end)
      texts.push_back(label_text(entries[i]));
    return texts;
  }

  PictureList& list_;
  bool& multi_label_;
  bool is_first_ = true;
  int64_t line_ = 0;
  std::vector<std::string> unused_;
};

}  // namespace

std::unique_ptr<Dataset> read_json_lines(std::string_view text, PictureList list) {
  bool multi_label = false;
  LineReader reader(list, multi_label);
  for (int64_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view object = trimmed(text.substr(0, end));
    if (!object.empty()) reader.read(object, line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(list).finish(multi_label);
}

std::unique_ptr<Dataset> open_json_lines(const std::filesystem::path& file, const DatasetOptions& options) {
  return read_json_lines(read_utf8_text(file), PictureList(file, options));
}

}  // namespace zoo
