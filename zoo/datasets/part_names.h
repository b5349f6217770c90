// What the parts of a data set are called in names of folders and files.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace zoo {

struct PartName {
  std::string_view word, part;
};
constexpr std::array kPartNames{PartName{"train", "train"}, PartName{"val", "val"}, PartName{"valid", "val"},
                                PartName{"validation", "val"}, PartName{"test", "test"}};

// The part that the word means; empty for other words.
inline std::string_view part_called(std::string_view word) {
  const auto found = std::find_if(kPartNames.begin(), kPartNames.end(),
                                  [&](const PartName& name) { return name.word == word; });
  return found == kPartNames.end() ? std::string_view() : found->part;
}

}  // namespace zoo
