// CSV with a header: the columns path (or file_name), label or labels, split.
#include <algorithm>
#include <optional>

#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/foreign_text.h"
#include "zoo/core/text.h"
#include "zoo/datasets/csv.h"
#include "zoo/datasets/listed_pictures.h"

namespace zoo {
namespace {

constexpr char kBetweenLabels = '|';

struct Columns {
  size_t count = 0, path = 0, label = 0;
  bool multi_label = false;
  std::optional<size_t> split;
};

Columns read_header(const std::vector<std::string>& names, PictureList& list) {
  std::optional<size_t> path, label, labels, split;
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::corrupt, list.place(1), what,
                "The first line names the columns: path, then label or labels, and split if there is one.");
  };
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    std::optional<size_t>* column = name == "path" || name == "file_name" ? &path
                                    : name == "label"                     ? &label
                                    : name == "labels"                    ? &labels
                                    : name == "split"                     ? &split
                                                                          : nullptr;
    if (column == nullptr) {
      list.leave_out("column '" + excerpt(name) + "': not used");
    } else if (column->has_value()) {
      refuse("column '" + name + "' stands twice");
    } else {
      *column = i;
    }
  }
  if (!path) refuse("no column 'path' (it has: " + excerpt(join(names, ", "), 300) + ")");
  if (label.has_value() == labels.has_value()) {
    refuse(label ? "both a column 'label' and a column 'labels'" : "no column 'label' or 'labels'");
  }
  return {.count = names.size(),
          .path = path.value_or(0),
          .label = label ? *label : labels.value_or(0),
          .multi_label = labels.has_value(),
          .split = split};
}

std::vector<std::string> split_labels(const std::string& text) {
  std::vector<std::string> labels;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(kBetweenLabels, at), text.size());
    if (end > at) labels.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return labels;
}

}  // namespace

std::unique_ptr<Dataset> read_csv(std::string_view text, PictureList list) {
  CsvReader reader(text, list.file());
  std::vector<std::string> fields;
  if (!reader.next(fields)) throw Error(ErrorCode::mismatch, list.file(), "is empty");
  const Columns columns = read_header(fields, list);
  while (reader.next(fields)) {
    if (fields.size() != columns.count) {
      throw Error(ErrorCode::corrupt, list.place(reader.line()),
                  std::to_string(fields.size()) + " fields, the header has " + std::to_string(columns.count));
    }
    std::vector<std::string> labels;
    if (columns.multi_label) {
      labels = split_labels(fields[columns.label]);
    } else if (fields[columns.label].empty()) {
      throw Error(ErrorCode::corrupt, list.place(reader.line()), "the label is empty",
                  "A column 'labels' may be empty; 'label' is one class.");
    } else {
      labels = {fields[columns.label]};
    }
    list.add(fields[columns.path], labels, columns.split ? fields[*columns.split] : "", reader.line());
  }
  return std::move(list).finish(columns.multi_label);
}

std::unique_ptr<Dataset> open_csv(const std::filesystem::path& file, const DatasetOptions& options) {
  return read_csv(read_text(file), PictureList(file, options));
}

}  // namespace zoo
