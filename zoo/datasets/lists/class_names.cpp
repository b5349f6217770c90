#include "zoo/datasets/lists/class_names.h"

#include <charconv>
#include <unordered_map>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"

namespace zoo {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\v\f";
  const size_t begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) + 1 - begin);
}

std::vector<std::string> read_class_names(const std::filesystem::path& file) {
  const std::string text = read_utf8_text(file);
  std::vector<std::string> names;
  std::unordered_map<std::string, int64_t> lines;
  int64_t line = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string name(trimmed(std::string_view(text).substr(at, end - at)));
    at = end + 1;
    ++line;
    if (name.empty()) continue;
    const auto [other, is_new] = lines.emplace(name, line);
    if (!is_new) {
      throw Error(
          ErrorCode::corrupt, file.string() + ":" + std::to_string(line),
          "class '" + excerpt(name) + "' stands in line " + std::to_string(other->second) + " already",
          "Write each class once.");
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::optional<std::vector<std::string>> class_names_in(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "classes.txt";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::nullopt;
  return read_class_names(file);
}

std::vector<std::string> numbers_as_names(int64_t count) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

std::optional<std::string> label_in(const JsonEntry& entry) {
  const bool is_name = entry.kind == JsonKind::string && !entry.text.empty();
  const bool is_index = entry.kind == JsonKind::integer && entry.integer >= 0 && entry.integer < kMostClasses;
  if (!is_name && !is_index) return std::nullopt;
  return std::string(entry.text);
}

std::optional<int32_t> class_index(std::string_view text) {
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || value < 0 || value >= kMostClasses || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return value;
}

}  // namespace zoo
