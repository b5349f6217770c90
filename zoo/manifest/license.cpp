#include "zoo/manifest/license.h"

#include <algorithm>
#include <array>

#include "zoo/base/text.h"

namespace zoo {

bool forbids_commercial_use(std::string_view license) {
  std::string text = to_lower(license);
  std::ranges::replace_if(text, [](char c) { return c == '-' || c == '_' || c == '/'; }, ' ');
  text = " " + text + " ";
  constexpr std::array<std::string_view, 6> kWords{" nc ",           "noncommercial",  "non commercial",
                                                   "not commercial", " research only", " research use only"};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

std::string license_line(const std::string& license) {
  if (license.empty()) return "licence: nobody names one; ask the publisher before you rely on it";
  return "licence: " + license +
         (forbids_commercial_use(license) ? " (NON-COMMERCIAL: not to be used in or for a business)" : "");
}

}  // namespace zoo
