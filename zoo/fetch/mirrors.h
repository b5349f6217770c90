// Other places that have the same files: a folder or server that holds them by their names, or one that
// stands for the beginning of their URLs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/manifest.h"

namespace zoo {

struct Mirror {
  std::string from;  // the beginning of URLs, "https://download.pytorch.org"; empty: of all files, by name
  std::string to;    // https, http or file URL, without a slash at its end
};

// "FROM=TO" or "TO"; TO is a URL or a folder. Throws Error{usage}.
Mirror parse_mirror(std::string_view text);
// Those of $ZOO_MIRROR, parted by white space. Throws Error{usage}.
std::vector<Mirror> environment_mirrors();

// Where `name` is a URL at which the record has no file (it leads there by the file's name), a mirror of that
// file, before all others.
void add_given_url(const std::string& name, const WeightRecord& record, std::vector<Mirror>& mirrors);

struct FileSource {
  std::string url;
  bool own = false;  // the record's own URL, not a mirror's
};
// Where a file can be had, in the order to try: what the record has on this machine, mirrors, its other URLs.
std::vector<FileSource> sources_of(const WeightFile& file, std::span<const Mirror> mirrors);

}  // namespace zoo
