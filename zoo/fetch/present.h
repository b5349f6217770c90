// Weights that are on this machine already.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "zoo/fetch/fetch_options.h"
#include "zoo/manifest/weight_record.h"

namespace zoo {

// A file of the weight that lies in the cache and is the published one: hashed (once: verified.h) and
// compared with the manifest and the lock files. A wrong one is as good as none, and `note` says so. Throws
// as fetch().
std::optional<FetchResult> find_present(const WeightRecord& record, const FetchOptions& options,
                                        std::string& note);
// The same of one file and FOLDER/FILE.NAME.
std::optional<FetchResult> find_present(const WeightFile& file, const std::filesystem::path& folder,
                                        const FetchOptions& options, std::string& note);

}  // namespace zoo
