#include "zoo/manifest/label_file.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/json_tree.h"

namespace zoo {
namespace {

constexpr std::string_view kWhite = " \t\r\n\v\f";
constexpr const char* kForms =
    "Write one name a line in the order of the model's classes, or JSON: [\"cat\", ...], {\"0\": \"cat\", "
    "...} or {\"cat\": 0, ...}.";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhite);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(kWhite) + 1 - begin);
}

// The names of one class, the label first.
using Names = std::vector<std::string>;

LabelSet make_set(const std::vector<Names>& classes) {
  LabelSet set;
  for (const Names& names : classes) {
    for (size_t i = 1; i < names.size(); ++i) set.other_names.emplace_back(names[i], std::ssize(set.names));
    set.names.push_back(names.front());
  }
  std::ranges::sort(set.other_names);
  return set;
}

// "n01440764"
bool is_wordnet_id(std::string_view text) {
  return text.size() == 9 && text.front() == 'n' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

// A WordNet id in the first place gives it to the name behind it.
Names label_first(Names names) {
  if (names.size() > 1 && is_wordnet_id(names.front())) std::swap(names[0], names[1]);
  return names;
}

struct Numbered {
  int64_t number = 0;
  std::string rest;
};

// "12 house finch", "12: house finch", "12,house finch".
std::optional<Numbered> numbered(std::string_view line) {
  int64_t number = 0;
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const auto [behind, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || number < 0 || behind == end) return std::nullopt;
  if (std::string_view(" \t,:").find(*behind) == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trimmed(line.substr(static_cast<size_t>(behind - begin) + 1));
  return rest.empty() ? std::nullopt : std::optional(Numbered{number, std::string(rest)});
}

// Without their numbers and in their order, where these are all from 0 or 1 on; "1 euro" and "2 euro" are no
// numbered lines, as they would be one name.
void take_numbers_off(std::vector<std::string>& lines) {
  std::map<int64_t, std::string> in_order;
  std::set<std::string> rests;
  for (const std::string& line : lines) {
    const std::optional<Numbered> read = numbered(line);
    if (!read || !rests.insert(read->rest).second || !in_order.emplace(read->number, read->rest).second)
      return;
  }
  if (in_order.empty() || in_order.begin()->first > 1) return;
  if (in_order.rbegin()->first - in_order.begin()->first + 1 != std::ssize(lines)) return;
  lines.clear();
  for (auto& [number, name] : in_order) lines.push_back(std::move(name));
}

Names split_line(const std::string& line, const std::string& where) {
  Names names;
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find('\t', begin), line.size());
    names.emplace_back(trimmed(std::string_view(line).substr(begin, end - begin)));
    if (names.back().empty())
      throw Error(ErrorCode::corrupt, where, "an empty name in '" + excerpt(line) + "'", kForms);
    begin = end + 1;
  }
  return label_first(std::move(names));
}

LabelSet parse_lines(std::string_view text, const std::string& where) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    if (!line.empty()) lines.emplace_back(line);
    begin = end + 1;
  }
  take_numbers_off(lines);
  const bool have_ids = std::ranges::all_of(lines, [](const std::string& line) {
    return line.size() > 10 && is_wordnet_id(std::string_view(line).substr(0, 9)) && line[9] == ' ';
  });
  std::vector<Names> classes;
  for (std::string& line : lines) {
    if (have_ids) line[9] = '\t';
    classes.push_back(split_line(line, where));
  }
  return make_set(classes);
}

class JsonLabels {
 public:
  JsonLabels(std::string_view text, const std::string& where) : where_(where), tree_(text, where) {}

  LabelSet read() const { return read(0); }

 private:
  const JsonEntry& at(size_t index) const { return tree_.entries()[index]; }

  std::vector<size_t> children(size_t index) const {
    std::vector<size_t> found;
    for (size_t child = index + 1; child < at(index).end; child = at(child).end) found.push_back(child);
    return found;
  }

  [[noreturn]] void refuse(size_t index) const {
    throw Error(ErrorCode::corrupt, where_ + (index > 0 ? ":" + tree_.pointer(index) : ""),
                "is no list of class names", kForms);
  }

  // A name, or an array of one or more.
  Names names(size_t index) const {
    if (at(index).kind == JsonKind::string && !at(index).text.empty()) return {std::string(at(index).text)};
    Names all;
    if (at(index).kind == JsonKind::array) {
      for (const size_t item : children(index)) {
        if (at(item).kind != JsonKind::string || at(item).text.empty()) refuse(item);
        all.emplace_back(at(item).text);
      }
    }
    if (all.empty()) refuse(index);
    return label_first(std::move(all));
  }

  LabelSet read(size_t index) const {
    std::vector<Names> classes;
    if (at(index).kind == JsonKind::array) {
      for (const size_t item : children(index)) classes.push_back(names(item));
      return make_set(classes);
    }
    if (at(index).kind != JsonKind::object || children(index).empty()) refuse(index);
    for (const std::string& key : class_name_keys()) {
      const size_t member = tree_.member(index, key);
      if (member == 0) continue;
      if (at(member).kind == JsonKind::array || at(member).kind == JsonKind::object) return read(member);
    }
    return read_map(index);
  }

  LabelSet read_map(size_t index) const {
    const std::vector<size_t> members = children(index);
    const bool to_index = at(members.front()).kind == JsonKind::integer;
    std::vector<int64_t> indices;
    std::vector<Names> unordered, classes;
    for (const size_t member : members) {
      indices.push_back(at(member).integer);
      if (to_index) {
        if (at(member).kind != JsonKind::integer) refuse(member);
        unordered.push_back({std::string(at(member).key)});
      } else {
        const std::string_view key = at(member).key;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), indices.back());
        if (error != std::errc() || end != key.data() + key.size()) refuse(member);
        unordered.push_back(names(member));
      }
    }
    for (const size_t position : positions_of(indices, where_))
      classes.push_back(std::move(unordered[position]));
    return make_set(classes);
  }

  const std::string& where_;
  JsonTree tree_;
};

}  // namespace

LabelSet parse_label_file(std::string_view text, const std::string& where) {
  const std::string_view body = trimmed(text);
  const bool is_json = body.starts_with('[') || body.starts_with('{');
  LabelSet set = is_json ? JsonLabels(body, where).read() : parse_lines(body, where);
  std::set<std::string_view> different;
  for (const std::string& name : set.names)
    if (!different.insert(name).second)
      throw Error(ErrorCode::corrupt, where, "two classes are called '" + excerpt(name) + "'",
                  "Give each a name of its own.");
  return set;
}

const std::vector<std::string>& class_name_keys() {
  static const std::vector<std::string> keys{"id2label",    "idx_to_class", "class_to_idx", "label2id",
                                             "label_names", "class_names",  "classes",      "CLASSES",
                                             "labels",      "names"};
  return keys;
}

std::vector<size_t> positions_of(const std::vector<int64_t>& indices, const std::string& where) {
  std::vector<size_t> positions(indices.size());
  std::iota(positions.begin(), positions.end(), size_t{0});
  std::ranges::sort(positions, {}, [&](size_t position) { return indices[position]; });
  for (size_t i = 0; i < positions.size(); ++i) {
    const int64_t index = indices[positions[i]];
    if (index == static_cast<int64_t>(i)) continue;
    const std::string count = std::to_string(indices.size());
    throw Error(ErrorCode::corrupt, where,
                "the indices of its " + count + " classes are not 0 to " +
                    std::to_string(indices.size() - 1) + ", each once: " + std::to_string(index) +
                    " stands in the place of " + std::to_string(i));
  }
  return positions;
}

}  // namespace zoo
