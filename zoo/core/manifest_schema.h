// weights.json as text into records, by the schema of docs/weights.md; everything it does not know is
// refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/core/manifest.h"

namespace zoo {

struct LabelSetSource {
  std::string name;
  std::filesystem::path file;  // absolute
  int64_t classes = 0;
};

struct ManifestContents {
  std::vector<WeightRecord> records;
  std::vector<LabelSetSource> label_sets;
};

// `path` is the file that the text came from: relative URLs and files are beside it, and messages begin with
// it. Throws Error{corrupt}.
ManifestContents parse_manifest(std::string_view text, const std::filesystem::path& path);

}  // namespace zoo
