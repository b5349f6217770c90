// Small pieces of text handling that messages and listings share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

// Shell pattern with '*', '?' and '[a-z]', whole text, case-sensitive.
bool glob_match(std::string_view pattern, std::string_view text);
// "resnet18" < "resnet101": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);
// The candidates nearest to `text` by edit distance, best first, none that is farther than a third of its
// length; none for what is no name by its length.
std::vector<std::string> nearest_names(std::string_view text, const std::vector<std::string>& candidates,
                                       size_t at_most = 3);
// "Did you mean 'a', 'b' or 'c'? " or "" without candidates.
std::string did_you_mean(const std::vector<std::string>& names);
std::string format_bytes(int64_t bytes);                    // "97.8 MB" (10^6)
std::string format_count(int64_t count);                    // "25,557,032"
std::string shape_text(const std::vector<int64_t>& shape);  // "[64, 3, 7, 7]"
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);

}  // namespace zoo
