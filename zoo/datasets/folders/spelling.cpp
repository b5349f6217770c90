#include "zoo/datasets/folders/spelling.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/dataset.h"

namespace zoo {
namespace {

using Points = std::u32string;  // code points

constexpr size_t kMostCompared = 1000;  // names that are alike in length and ASCII letters

Points points_of(std::string_view text) {
  const bool decodes = is_utf8(text);
  Points points;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || !decodes) {
      points.push_back(byte);
    } else if (byte < 0xC0) {
      points.back() = points.back() << 6U | (byte & 0x3FU);
    } else {
      points.push_back(byte & (byte < 0xE0 ? 0x1FU : byte < 0xF0 ? 0x0FU : 0x07U));
    }
  }
  return points;
}

// Where accents are written apart, they follow their letter; so do the vowels and finals of Korean.
bool is_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || c == 0x3099 || c == 0x309A || (c >= 0x1161 && c <= 0x11FF);
}

bool is_gap(char32_t c) {
  constexpr std::u32string_view gaps = U" \t_-\u00A0\u200B\u3000\uFEFF";
  return gaps.find(c) != std::u32string_view::npos;
}

Points without_gaps(Points points) {
  std::erase_if(points, is_gap);
  return points;
}

size_t letter_end(const Points& text, size_t at) {
  for (++at; at < text.size() && is_mark(text[at]);) ++at;
  return at;
}

// Whether one has a letter of its own wherever the other writes letter and accent apart, and all else is
// equal.
bool same_but_for_form(const Points& a, const Points& b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const size_t a_end = letter_end(a, i), b_end = letter_end(b, j);
    const bool equal = std::equal(
        a.begin() + static_cast<std::ptrdiff_t>(i), a.begin() + static_cast<std::ptrdiff_t>(a_end),
        b.begin() + static_cast<std::ptrdiff_t>(j), b.begin() + static_cast<std::ptrdiff_t>(b_end));
    const bool a_apart = a_end - i > 1, b_apart = b_end - j > 1;
    const bool one_apart = a_apart != b_apart && (a_apart ? b[j] : a[i]) >= 0x80;
    if (!equal && !one_apart) return false;
    i = a_end, j = b_end;
  }
  return i == a.size() && j == b.size();
}

// Equal for names of which same_but_for_form may be true.
std::string skeleton(const Points& text) {
  std::string key;
  for (size_t i = 0; i < text.size(); i = letter_end(text, i))
    key += letter_end(text, i) - i > 1 || text[i] >= 0x80 ? '*' : static_cast<char>(text[i]);
  return key;
}

std::string shown_as(const std::string& name, bool escaped) {
  if (!escaped || !is_utf8(name)) return excerpt(name);
  std::string shown;
  for (const char32_t c : points_of(name)) {
    std::array<char, 16> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
    shown += c >= 0x20 && c < 0x7F ? std::string(1, static_cast<char>(c)) : std::string(code.data());
  }
  return excerpt(shown);
}

struct Name {
  const std::string& text;
  Points without_gaps = zoo::without_gaps(points_of(text));
  Points folded = zoo::without_gaps(points_of(to_lower(text)));
};

[[noreturn]] void refuse(const Name& a, const std::string& where_a, const Name& b,
                         const std::string& where_b) {
  std::vector<std::string> ways;
  const bool other_form = a.folded != b.folded;
  const bool other_gaps = !same_but_for_form(points_of(to_lower(a.text)), points_of(to_lower(b.text)));
  if (!same_but_for_form(a.without_gaps, b.without_gaps)) ways.emplace_back("upper and lower case");
  if (other_gaps) ways.emplace_back("blanks, '_' or '-'");
  if (other_form) ways.emplace_back("the form of accents, composed in one and decomposed in the other");
  throw Error(ErrorCode::mismatch, where_b,
              "class '" + shown_as(b.text, other_form || other_gaps) + "' is written '" +
                  shown_as(a.text, other_form || other_gaps) + "' in " + where_a + ": they differ in " +
                  join(ways, " and in "),
              "Rename one of them.");
}

std::vector<const std::string*> only_in(const std::vector<std::string>& these,
                                        const std::vector<std::string>& others) {
  const std::unordered_set<std::string_view> known(others.begin(), others.end());
  std::vector<const std::string*> found;
  for (const std::string& name : these)
    if (!known.contains(name)) found.push_back(&name);
  return found;
}

}  // namespace

void require_one_spelling(const ClassSource& a, const ClassSource& b) {
  const std::vector<const std::string*> of_a = only_in(a.classes, b.classes);
  if (of_a.empty()) return;
  std::unordered_map<std::string, std::vector<Name>> by_skeleton;
  for (const std::string* text : of_a) {
    const Name name{*text};
    by_skeleton[skeleton(name.folded)].push_back(name);
  }
  for (const std::string* text : only_in(b.classes, a.classes)) {
    const Name name{*text};
    const auto alike = by_skeleton.find(skeleton(name.folded));
    if (alike == by_skeleton.end()) continue;
    for (size_t i = 0; i < std::min(alike->second.size(), kMostCompared); ++i) {
      const Name& other = alike->second[i];
      if (same_but_for_form(other.folded, name.folded)) refuse(other, a.where, name, b.where);
    }
  }
}

void require_one_spelling(const Dataset& dataset, const std::string& where) {
  const std::vector<std::string>&parts = dataset.parts(), &classes = dataset.classes();
  if (parts.size() < 2) return;
  std::vector<std::vector<bool>> has(parts.size(), std::vector<bool>(classes.size()));
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int32_t part = dataset.part(i);
    if (part < 0) continue;
    for (const int32_t label : dataset.labels(i))
      has[static_cast<size_t>(part)][static_cast<size_t>(label)] = true;
  }
  std::vector<std::string> first;
  for (size_t part = 0; part < parts.size(); ++part) {
    std::vector<std::string> own;
    for (size_t i = 0; i < classes.size(); ++i)
      if (has[part][i]) own.push_back(classes[i]);
    if (part == 0)
      first = std::move(own);
    else
      require_one_spelling({first, parts[0]}, {own, where + ": part " + parts[part]});
  }
}

}  // namespace zoo
