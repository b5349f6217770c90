// CSV with a header: the columns path (or file_name), label or labels, split; or without one.
#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/folders/part_names.h"
#include "zoo/datasets/lists/csv.h"
#include "zoo/datasets/lists/listed_pictures.h"

namespace zoo {
namespace {

constexpr char kBetweenLabels = '|';

struct Columns {
  size_t count = 0, path = 0, label = 0;
  bool multi_label = false;
  std::optional<size_t> split;
};

enum class Role { path, label, labels, split };
struct RoleName {
  std::string_view name;
  Role role;
};
constexpr std::array kNames{RoleName{"path", Role::path}, RoleName{"file_name", Role::path},
                            RoleName{"label", Role::label}, RoleName{"labels", Role::labels},
                            RoleName{"split", Role::split}};
// What they are called elsewhere; they count where the names above do not say it.
constexpr std::array kOtherNames{RoleName{"filename", Role::path},  RoleName{"file", Role::path},
                                 RoleName{"image", Role::path},     RoleName{"image_path", Role::path},
                                 RoleName{"filepath", Role::path},  RoleName{"class", Role::label},
                                 RoleName{"category", Role::label}, RoleName{"class_name", Role::label}};

class Header {
 public:
  explicit Header(const std::vector<std::string>& names) : names_(names) {
    for (size_t i = 0; i < names.size(); ++i) take(i, kNames);
    const bool has_path = found(Role::path).has_value();
    const bool has_label = found(Role::label) || found(Role::labels);
    for (size_t i = 0; i < names.size(); ++i) {
      for (const RoleName& other : kOtherNames) {
        if ((other.role == Role::path ? has_path : has_label) || found(other.role)) continue;
        if (to_lower(names[i]) == other.name) found_[static_cast<size_t>(other.role)] = i;
      }
    }
  }

  bool is_complete() const {
    return found(Role::path) && found(Role::label).has_value() != found(Role::labels).has_value();
  }
  Columns settle(PictureList& list) const {
    const auto refuse = [&](const std::string& what) {
      throw Error(ErrorCode::corrupt, list.place(1), what,
                  "The first line names the columns: path, then label or labels, and split if there is one.");
    };
    if (twice_) refuse("column '" + excerpt(*twice_) + "' stands twice");
    if (!found(Role::path)) refuse("no column 'path' (it has: " + excerpt(join(names_, ", "), 300) + ")");
    if (!is_complete()) {
      refuse(found(Role::label) ? "both a column 'label' and a column 'labels'"
                                : "no column 'label' or 'labels'");
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      if (std::ranges::none_of(found_, [&](const auto& column) { return column == i; }))
        list.note("column '" + excerpt(names_[i]) + "': not used");
    }
    const bool multi_label = found(Role::labels).has_value();
    return {.count = names_.size(),
            .path = found(Role::path).value_or(0),
            .label = found(multi_label ? Role::labels : Role::label).value_or(0),
            .multi_label = multi_label,
            .split = found(Role::split)};
  }

 private:
  std::optional<size_t> found(Role role) const { return found_[static_cast<size_t>(role)]; }
  void take(size_t column, std::span<const RoleName> known) {
    for (const RoleName& name : known) {
      if (to_lower(names_[column]) != name.name) continue;
      std::optional<size_t>& place = found_[static_cast<size_t>(name.role)];
      if (place && !twice_) twice_ = names_[column];
      place = column;
    }
  }

  const std::vector<std::string>& names_;
  std::array<std::optional<size_t>, 4> found_;  // by Role
  std::optional<std::string> twice_;
};

// A first line that is a picture and its label already, and its part.
std::optional<Columns> without_header(const std::vector<std::string>& fields) {
  const bool has_split = fields.size() == 3 && !part_called(fields[2]).empty();
  if ((fields.size() != 2 && !has_split) || !has_picture_suffix(fields[0]) || fields[1].empty())
    return std::nullopt;
  return Columns{.count = fields.size(),
                 .path = 0,
                 .label = 1,
                 .multi_label = false,
                 .split = has_split ? std::optional<size_t>(2) : std::nullopt};
}

// What spreadsheets write: the one that makes columns of the first line, else the comma.
char separator_of(std::string_view text, const std::string& file) {
  const std::string_view line = text.substr(0, text.find('\n'));
  for (const char separator : {',', ';', '\t'}) {
    std::vector<std::string> fields;
    if (line.find(separator) == std::string_view::npos) continue;
    if (CsvReader(text, file, separator).next(fields) &&
        (Header(fields).is_complete() || without_header(fields)))
      return separator;
  }
  return ',';
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
  CsvReader reader(text, list.file(), separator_of(text, list.file()));
  std::vector<std::string> fields;
  if (!reader.next(fields)) throw Error(ErrorCode::mismatch, list.file(), "is empty");
  const std::optional<Columns> at_once = without_header(fields);
  const Columns columns = at_once ? *at_once : Header(fields).settle(list);
  if (at_once)
    list.note("no line that names the columns: taken for path, label" +
              std::string(columns.split ? ", split" : ""));
  for (bool is_there = at_once || reader.next(fields); is_there; is_there = reader.next(fields)) {
    if (fields.size() != columns.count) {
      throw Error(ErrorCode::corrupt, list.place(reader.line()),
                  std::to_string(fields.size()) + " fields, the " + (at_once ? "first line" : "header") +
                      " has " + std::to_string(columns.count));
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
  return read_csv(read_utf8_text(file), PictureList(file, options));
}

}  // namespace zoo
