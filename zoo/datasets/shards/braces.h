// Shell braces as WebDataset uses them in the names of shards.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zoo {

bool has_braces(std::string_view text);
// "train-{000..009}.tar" -> ten names, "{a,b}" -> two, any number of braces, none inside another. "{8..10}"
// has the widths 1, 1, 2; a leading zero makes all as wide as the longer end. Throws Error{usage} for braces
// that are not closed, hold neither ".." nor ",", or stand for more than kMostExpanded names.
constexpr size_t kMostExpanded = 1'000'000;
std::vector<std::string> expand_braces(std::string_view pattern);

}  // namespace zoo
