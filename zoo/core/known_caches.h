// The caches of other programs, which may have a file already: torch hub's, which names files as their
// publishers do, and Hugging Face's, which names them by their SHA-256.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "zoo/core/expected.h"

namespace zoo {

// The regular files there that may be the expected one, by hash, name or size; none of them was read.
std::vector<std::filesystem::path> known_copies(const std::string& name, const Expected& expected);

// $TORCH_HOME/hub/checkpoints, else below the user's cache folder; empty if there is no HOME.
std::filesystem::path torch_hub_folder();
// $HF_HUB_CACHE, else $HF_HOME/hub, else below the user's cache folder; empty if there is no HOME.
std::filesystem::path hugging_face_folder();

}  // namespace zoo
