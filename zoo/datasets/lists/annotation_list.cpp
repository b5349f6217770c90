// OpenMMLab's two kinds of annotations: lines "path label" (mmpretrain 1.2, CustomDataset), and a JSON object
// with metainfo and data_list (its BaseDataset and MultiLabelDataset).
#include <algorithm>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/json_node.h"
#include "zoo/datasets/lists/class_names.h"
#include "zoo/datasets/lists/listed_pictures.h"

namespace zoo {
namespace {

// Ascending by id, as OpenMMLab numbers them.
std::vector<std::string> category_names(const JsonNode& categories) {
  std::vector<std::pair<int64_t, std::string>> found;
  for (const JsonNode& category : categories.items()) {
    found.emplace_back(category["id"].integer(0, JsonNode::kAny), category["category_name"].text());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [id, name] : found) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> names_in(const JsonNode& root) {
  if (!root.has("metainfo")) return {};
  const JsonNode meta = root["metainfo"];
  if (meta.has("classes")) return meta.texts("classes");
  return meta.has("categories") ? category_names(meta["categories"]) : std::vector<std::string>();
}

}  // namespace

std::unique_ptr<Dataset> read_annotation_lines(std::string_view text, PictureList list) {
  list.take_labels_as_indices();
  for (int64_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view words = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) continue;
    const size_t space = words.rfind(' ');
    if (space == std::string_view::npos || !class_index(words.substr(space + 1))) {
      throw Error(ErrorCode::corrupt, list.place(line), "does not end in a space and a class index",
                  "A line looks like 'folder/picture.jpg 3'.");
    }
    list.add(words.substr(0, space), {std::string(words.substr(space + 1))}, "", line);
  }
  return std::move(list).finish(false);
}

std::unique_ptr<Dataset> read_openmmlab_json(std::string_view text, PictureList list) {
  const std::string name = list.file();
  const JsonTree tree(text, name);
  const JsonNode root(tree, name);
  list.take_labels_as_indices();
  list.name_places("/data_list/");
  if (std::vector<std::string> classes = names_in(root); !classes.empty())
    list.name_classes(std::move(classes));
  root["data_list"].items();  // refuses what is no array
  const auto& entries = tree.entries();
  const size_t first = tree.member(0, "data_list") + 1, end = entries[first - 1].end;
  bool multi_label = false;
  int64_t number = 0;
  for (size_t i = first; i < end; i = entries[i].end) {
    const JsonNode sample(tree, name, i);
    const JsonNode label = sample["gt_label"];
    const bool is_array = entries[tree.member(i, "gt_label")].kind == JsonKind::array;
    multi_label = multi_label || is_array;
    std::vector<std::string> labels;
    for (const JsonNode& item : is_array ? label.items() : std::vector{label}) {
      labels.push_back(std::to_string(item.integer(0, kMostClasses - 1)));
    }
    list.add(sample["img_path"].text(), labels, "", number++);
  }
  return std::move(list).finish(multi_label);
}

std::unique_ptr<Dataset> open_annotation_list(const std::filesystem::path& file,
                                              const DatasetOptions& options) {
  return read_annotation_lines(read_utf8_text(file), PictureList(file, options));
}

std::unique_ptr<Dataset> open_openmmlab_json(const std::filesystem::path& file,
                                             const DatasetOptions& options) {
  return read_openmmlab_json(read_utf8_text(file), PictureList(file, options));
}

}  // namespace zoo
