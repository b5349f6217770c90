#include "zoo/datasets/folders/part_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "zoo/base/text.h"

namespace zoo {
namespace {

struct PartWord {
  std::string_view word, part;
};
// A longer word stands before what it begins with. Hugging Face's (datasets 4, data_files.py), and "dev".
constexpr std::array kWords{
    PartWord{"training", "train"},  PartWord{"train", "train"},  PartWord{"validation", "val"},
    PartWord{"valid", "val"},       PartWord{"val", "val"},      PartWord{"development", "val"},
    PartWord{"dev", "val"},         PartWord{"testing", "test"}, PartWord{"test", "test"},
    PartWord{"evaluation", "test"}, PartWord{"eval", "test"}};
// They say nothing of the part.
constexpr std::array<std::string_view, 14> kNeutral{"set",    "sets",   "split",   "data",    "dataset",
                                                    "img",    "imgs",   "image",   "images",  "pics",
                                                    "folder", "photos", "picture", "pictures"};

enum class Kind { other, letter, digit };
Kind kind_of(char c) {
  if (c >= '0' && c <= '9') return Kind::digit;
  const bool is_letter =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) >= 0x80);
  return is_letter ? Kind::letter : Kind::other;
}

// Runs of letters, in small ones; a capital behind a small letter begins one: "TestImages".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for (size_t i = 0; i < name.size(); ++i) {
    if (kind_of(name[i]) != Kind::letter) continue;
    const bool goes_on = i > 0 && kind_of(name[i - 1]) == Kind::letter;
    const bool is_hump =
        goes_on && name[i] >= 'A' && name[i] <= 'Z' && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (!goes_on || is_hump) words.emplace_back();
    words.back() += name[i];
  }
  for (std::string& word : words) word = to_lower(word);
  return words;
}

bool is_neutral(std::string_view word) {
  return std::find(kNeutral.begin(), kNeutral.end(), word) != kNeutral.end();
}

std::string_view part_of_word(std::string_view word) {
  for (const PartWord& known : kWords) {
    if (!word.starts_with(known.word)) continue;
    const std::string_view rest = word.substr(known.word.size());
    if (rest.empty() || is_neutral(rest)) return known.part;  // "trainset"
  }
  return {};
}

}  // namespace

std::string_view part_called(std::string_view name) {
  std::string_view part;
  for (const std::string& word : words_of(name)) {
    const std::string_view found = part_of_word(word);
    if (found.empty() && !is_neutral(word)) return {};
    if (!found.empty() && !part.empty()) return {};
    if (!found.empty()) part = found;
  }
  return part;
}

std::string_view part_in(std::string_view name) {
  for (const std::string& word : words_of(name))
    if (const std::string_view part = part_of_word(word); !part.empty()) return part;
  return {};
}

}  // namespace zoo
