#include "zoo/core/label_set.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "zoo/core/error.h"
#include "zoo/core/file.h"

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

}  // namespace

LabelSet read_label_set(const std::filesystem::path& path, int64_t classes) {
  const std::string text = read_text(path);
  if (text.empty() || text.back() != '\n') {
    throw Error(ErrorCode::corrupt, path.string(), "does not end with a line feed");
  }
  LabelSet set;
  std::set<std::string> known;
  for (const std::string& line : split(std::string_view(text).substr(0, text.size() - 1), '\n')) {
    const std::vector<std::string> names = split(line, '\t');
    const std::string where = path.string() + ":" + std::to_string(set.names.size() + 1);
    for (const std::string& name : names) {
      if (name.empty()) throw Error(ErrorCode::corrupt, where, "an empty name");
      if (!known.insert(name).second) {
        throw Error(ErrorCode::corrupt, where, "the name '" + name + "' is there twice");
      }
      if (&name != &names.front()) set.other_names.emplace_back(name, names.front());
    }
    set.names.push_back(names.front());
  }
  if (static_cast<int64_t>(set.names.size()) != classes) {
    throw Error(ErrorCode::corrupt, path.string(),
                std::to_string(set.names.size()) + " lines, the manifest says " + std::to_string(classes) +
                    " classes");
  }
  std::ranges::sort(set.other_names);
  return set;
}

}  // namespace zoo
