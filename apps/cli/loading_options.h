// The flags of commands that read whole data sets.
#pragma once

#include <vector>

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo {
struct LoaderOptions;
struct BadPicture;
}  // namespace zoo

namespace zoo::apps {

inline constexpr const char* kAllowTruncated =
    "read files that end early; what they lack is as Pillow's switch leaves it";

void add_loading_options(cxxopts::Options& options);
// Sets what the flags say; the rest stays as it is. Throws Error{usage} that names the flag.
void read_loading_options(const cxxopts::ParseResult& flags, LoaderOptions& loading);

// The pictures that a loader has left out (bad_pictures()), on stderr: how many, and the first of them with
// the reason.
void report_bad_pictures(const std::vector<BadPicture>& bad);

}  // namespace zoo::apps
