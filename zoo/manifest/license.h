// What a weight's licence means for whoever downloads it.
#pragma once

#include <string>
#include <string_view>

namespace zoo {

// True of "CC BY-NC 4.0", "cc-by-nc-sa-4.0", "non-commercial use only", "research only" and the like.
bool forbids_commercial_use(std::string_view license);
// "licence: Apache-2.0"; says plainly where commercial use is forbidden, and where nobody names a licence.
std::string license_line(const std::string& license);

}  // namespace zoo
