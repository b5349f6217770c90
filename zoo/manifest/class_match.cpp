#include "zoo/manifest/class_match.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr int64_t kNone = -1;

// "Golden_Retriever" and "golden retriever" are one name.
std::string loose_name(std::string_view name) {
  std::string loose = to_lower(name);
  std::erase_if(loose, [](char c) { return c == '_' || c == '-' || c == ' '; });
  return loose;
}

// The classes that have a name.
class NameIndex {
 public:
  explicit NameIndex(const LabelSet& set) {
    for (size_t i = 0; i < set.names.size(); ++i) add(set.names[i], static_cast<int64_t>(i));
    for (const auto& [name, index] : set.other_names) add(name, index);
    for (auto* names : {&exact_, &loose_}) {
      for (auto& [name, indices] : *names) std::ranges::sort(indices);
    }
  }

  // Exactly so, or else loosely; ascending; none where it is nobody's.
  std::vector<int64_t> find(const std::string& name) const {
    const auto found = exact_.find(name);
    if (found != exact_.end()) return found->second;
    const auto near = loose_.find(loose_name(name));
    return near != loose_.end() ? near->second : std::vector<int64_t>();
  }

 private:
  void add(const std::string& name, int64_t index) {
    for (std::vector<int64_t>* indices : {&exact_[name], &loose_[loose_name(name)]}) {
      if (std::ranges::find(*indices, index) == indices->end()) indices->push_back(index);
    }
  }

  std::unordered_map<std::string, std::vector<int64_t>> exact_, loose_;
};

std::string first_names(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(kShown, names.size()); ++i) shown.push_back(excerpt(names[i]));
  return join(shown, ", ") + (names.size() > kShown ? ", ..." : "");
}

std::string and_others(size_t count) {
  return count > 1 ? " (" + std::to_string(count) + " such classes)" : "";
}

// What is refused, and of which two lists.
struct Refusal {
  const std::vector<std::string>& classes;
  const LabelSet& set;
  int64_t num_classes;

  [[noreturn]] void operator()(const std::string& why, const std::string& remedy) const {
    throw Error(ErrorCode::mismatch, {},
                why + "; the data has " + std::to_string(classes.size()) +
                    " classes: " + first_names(classes) + "; the model " + std::to_string(num_classes) +
                    (set.names.empty() ? ", which nobody names" : ": " + first_names(set.names)),
                remedy);
  }
};

// The label with the other names that are no other class's: "134 'crane bird' (n02012849)".
std::string describe(int64_t index, const LabelSet& set, const NameIndex& known) {
  std::vector<std::string> own;
  for (const auto& [name, of] : set.other_names) {
    const bool is_label = name == set.names[static_cast<size_t>(index)];
    if (of == index && !is_label && known.find(name).size() == 1) own.push_back(excerpt(name));
  }
  return std::to_string(index) + " '" + excerpt(set.names[static_cast<size_t>(index)]) + "'" +
         (own.empty() ? "" : " (" + join(own, ", ") + ")");
}

// The number that it is in decimal, with or without leading zeros.
std::optional<int64_t> as_number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.front() != '-' ? std::optional(value) : std::nullopt;
}

// Nothing unless all classes are numbers.
std::optional<std::vector<int64_t>> as_numbers(const std::vector<std::string>& classes) {
  std::vector<int64_t> numbers;
  for (const std::string& name : classes) {
    const std::optional<int64_t> number = as_number(name);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

ClassMatch by_index(const std::vector<int64_t>& numbers, const Refusal& refuse) {
  if (std::ranges::find(numbers, 0) == numbers.end())
    refuse(
        "its classes are numbers without a 0, so that it cannot be told whether they count from 0 or from 1",
        "Name the folders by the model's labels, or list the pictures with the index of each one's class.");
  std::vector<int64_t> sorted = numbers;
  std::ranges::sort(sorted);
  if (sorted.back() >= refuse.num_classes)
    refuse("class " + std::to_string(sorted.back()) + " is none of the model's, which are 0 to " +
               std::to_string(refuse.num_classes - 1),
           "Name the folders by the model's labels or by their indices.");
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    refuse("two of its classes are the same number", "Put their pictures into one folder.");
  return {
      .indices = numbers,
      .note = refuse.set.names.empty()
                  ? ""
                  : "the data's classes are numbers, taken for the indices of the model's classes (0 is '" +
                        excerpt(refuse.set.names.front()) + "')"};
}

[[noreturn]] void refuse_unknown(const std::vector<std::string>& unknown, const Refusal& refuse) {
  const std::string which = "class '" + excerpt(unknown.front()) + "' is ";
  const std::string others = and_others(unknown.size());
  if (refuse.set.names.empty())
    refuse(which + "none of the model's" + others,
           "Say with --labels FILE which classes the model has; '--labels imagenet-1k' says ImageNet's.");
  refuse(which + "not among the model's labels" + others,
         did_you_mean(nearest_names(unknown.front(), refuse.set.names)) +
             "Name the folders by the model's labels, by another name of theirs (a WordNet id), or by "
             "their indices.");
}

// The other names of the compiled set that has these labels, or its own names for them, in this order.
OtherNames names_of_same_set(const std::vector<std::string>& labels) {
  for (const std::string& name : built_in_label_sets_of(std::ssize(labels))) {
    const LabelSet& set = built_in_label_set(name);
    const NameIndex known(set);
    const auto is_its = [&](const std::string& label) {
      const int64_t index = &label - labels.data();
      const auto has = [&](const std::string& text) {
        const std::vector<int64_t> found = known.find(text);
        return std::ranges::find(found, index) != found.end();
      };
      // "tench, Tinca tinca": WordNet's names in a row, as transformers and OpenMMLab have them.
      return has(label) || has(label.substr(0, label.find(',')));
    };
    if (!std::ranges::all_of(labels, is_its)) continue;
    OtherNames names = set.other_names;
    for (size_t i = 0; i < labels.size(); ++i) names.emplace_back(set.names[i], i);
    return names;
  }
  return {};
}

LabelSet with_names_of_same_set(LabelSet set) {
  for (auto& name : names_of_same_set(set.names)) set.other_names.push_back(std::move(name));
  std::ranges::sort(set.other_names);
  const auto twice = std::ranges::unique(set.other_names);
  set.other_names.erase(twice.begin(), twice.end());
  return set;
}

// Gives each class the only one of its candidates, again and again without those that are given; what is left
// over has several.
void settle(const std::vector<std::vector<int64_t>>& candidates, std::vector<int64_t>& indices) {
  std::unordered_map<int64_t, size_t> owner;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (indices[i] != kNone) continue;
      std::vector<int64_t> free;
      std::ranges::copy_if(candidates[i], std::back_inserter(free),
                           [&](int64_t index) { return !owner.contains(index); });
      if (candidates[i].size() == 1) free = candidates[i];  // two that want the same are told so
      if (free.size() != 1) continue;
      indices[i] = free.front();
      owner.emplace(free.front(), i);
      changed = true;
    }
  }
}

void refuse_shared(const std::vector<int64_t>& indices, const Refusal& refuse) {
  std::unordered_map<int64_t, size_t> owner;
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto [other, is_new] = owner.emplace(indices[i], i);
    if (!is_new)
      refuse("classes '" + excerpt(refuse.classes[other->second]) + "' and '" + excerpt(refuse.classes[i]) +
                 "' are the same of the model's, '" +
                 excerpt(refuse.set.names[static_cast<size_t>(indices[i])]) + "'",
             "Put their pictures into one folder.");
  }
}

ClassMatch by_name(const NameIndex& known, const std::vector<std::vector<int64_t>>& candidates,
                   const Refusal& refuse) {
  ClassMatch match{.indices = std::vector<int64_t>(candidates.size(), kNone), .note = {}};
  settle(candidates, match.indices);
  const auto open = std::ranges::find(match.indices, kNone);
  if (open != match.indices.end()) {
    const auto at = static_cast<size_t>(open - match.indices.begin());
    std::vector<std::string> several;
    for (const int64_t index : candidates[at]) several.push_back(describe(index, refuse.set, known));
    refuse("class '" + excerpt(refuse.classes[at]) +
               "' fits several of the model's labels: " + join(several, ", "),
           "Name its folder by a name that only one of them has.");
  }
  refuse_shared(match.indices, refuse);
  return match;
}

}  // namespace

ClassMatch match_classes(const std::vector<std::string>& classes, const LabelSet& labels,
                         int64_t num_classes) {
  const LabelSet set = with_names_of_same_set(labels);
  const Refusal refuse{classes, set, num_classes};
  const NameIndex known(set);
  std::vector<std::vector<int64_t>> candidates;
  std::vector<std::string> unknown;
  for (const std::string& name : classes) {
    candidates.push_back(known.find(name));
    if (candidates.back().empty()) unknown.push_back(name);
  }
  if (unknown.empty()) return by_name(known, candidates, refuse);
  if (unknown.size() == classes.size()) {
    if (const auto numbers = as_numbers(classes)) return by_index(*numbers, refuse);
    if (set.names.empty() && std::ssize(classes) == num_classes) {
      ClassMatch match{
          .indices = std::vector<int64_t>(classes.size()),
          .note = "nobody names the model's classes: those of the data are taken in their order"};
      std::iota(match.indices.begin(), match.indices.end(), int64_t{0});
      return match;
    }
  }
  refuse_unknown(unknown, refuse);
}

}  // namespace zoo
