// The texts of weights.json and weights/labels/ as they were when the library was built, for programs that
// find no data folder. Made by cmake/embed_texts.cmake; they cost a program nothing before they are asked
// for.
#pragma once

#include <span>
#include <string_view>

namespace zoo {

struct BuiltInText {
  std::string_view name, text;
};

// By the names of the label sets, sorted.
std::span<const BuiltInText> built_in_labels();
std::string_view built_in_manifest();

}  // namespace zoo
