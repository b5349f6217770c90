// weights.json as text into records, by the schema of docs/weights.md; everything it does not know is
// refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/weight_record.h"

namespace zoo {

struct Publisher {
  std::string license, origin;
};

struct LabelSetSource {
  std::filesystem::path file;  // absolute
  int64_t classes = 0;
};

// What the records of a manifest refer to by name.
struct ManifestTables {
  std::map<std::string, Publisher> publishers;
  std::map<std::string, LabelSetSource> label_sets;
  std::map<std::string, Preprocess> preprocess;
};

struct ManifestContents {
  ManifestTables tables;
  std::vector<WeightRecord> records;
};

// `path` is the file that the text came from: relative URLs and files are beside it, and messages begin with
// it. `known` are the tables of the manifest that this one is laid over: its records may use them too. Throws
// Error{corrupt}.
ManifestContents parse_manifest(std::string_view text, const std::filesystem::path& path,
                                const ManifestTables& known = {});

}  // namespace zoo
