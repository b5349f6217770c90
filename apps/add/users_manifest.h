// A user's own weights.json: how `zoo add` writes into it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "zoo/manifest/manifest.h"

namespace zoo::apps {

// Adds the record to the user's manifest, which is made if it is not there, and its labels to a file beside
// it. The whole is checked before it takes the old one's place. Returns the manifest's path. Throws
// Error{usage} if there is no place for it, Error{corrupt, io}.
std::filesystem::path add_to_users_manifest(const WeightRecord& record,
                                            const std::vector<std::string>& labels);

}  // namespace zoo::apps
