#include "zoo/manifest/label_set.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/text.h"
#include "zoo/manifest/built_in.h"

namespace zoo {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// `source` is what messages name.
LabelSet parse_label_set(std::string_view text, const std::string& source) {
  if (text.empty() || text.back() != '\n') {
    throw Error(ErrorCode::corrupt, source, "does not end with a line feed");
  }
  LabelSet set;
  std::set<std::string> labels;
  for (const std::string& line : split(text.substr(0, text.size() - 1), '\n')) {
    const std::vector<std::string> names = split(line, '\t');
    const std::string where = source + ":" + std::to_string(set.names.size() + 1);
    std::set<std::string> own;
    for (const std::string& name : names) {
      if (name.empty()) throw Error(ErrorCode::corrupt, where, "an empty name");
      if (!own.insert(name).second || (&name == &names.front() && !labels.insert(name).second)) {
        throw Error(ErrorCode::corrupt, where, "the name '" + name + "' is there twice");
      }
      if (&name != &names.front()) set.other_names.emplace_back(name, std::ssize(set.names));
    }
    set.names.push_back(names.front());
  }
  std::ranges::sort(set.other_names);
  return set;
}

}  // namespace

LabelSet read_label_set(const std::filesystem::path& path, int64_t classes) {
  LabelSet set = parse_label_set(read_text(path), path.string());
  if (static_cast<int64_t>(set.names.size()) != classes) {
    throw Error(ErrorCode::corrupt, path.string(),
                std::to_string(set.names.size()) + " lines, the manifest says " + std::to_string(classes) +
                    " classes");
  }
  return set;
}

std::vector<std::string> built_in_label_sets() {
  std::vector<std::string> names;
  for (const BuiltInText& labels : built_in_labels()) names.emplace_back(labels.name);
  return names;
}

std::vector<std::string> built_in_label_sets_of(int64_t classes) {
  std::vector<std::string> names;
  for (const BuiltInText& labels : built_in_labels()) {
    if (std::ranges::count(labels.text, '\n') == classes) names.emplace_back(labels.name);
  }
  return names;
}

const LabelSet* find_built_in_label_set(std::string_view name) {
  const auto labels = std::ranges::find(built_in_labels(), name, &BuiltInText::name);
  if (labels == built_in_labels().end()) return nullptr;
  static std::mutex mutex;
  static std::map<std::string_view, LabelSet> made;
  const std::scoped_lock lock(mutex);
  const auto known = made.find(labels->name);
  if (known != made.end()) return &known->second;
  return &made.emplace(labels->name, parse_label_set(labels->text, std::string(name))).first->second;
}

const LabelSet& built_in_label_set(std::string_view name) {
  if (const LabelSet* set = find_built_in_label_set(name)) return *set;
  throw Error(ErrorCode::not_found, "", "no label set '" + std::string(name) + "'",
              "Known: " + join(built_in_label_sets(), ", ") + ".");
}

}  // namespace zoo
