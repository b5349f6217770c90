// The caches of other programs, which may have a file already: torch hub's, which names files as their
// publishers do, and Hugging Face's, which names them by their SHA-256.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "zoo/cache/expected.h"
#include "zoo/cache/hub_name.h"

namespace zoo {

// The regular files there that may be the expected one, by hash, name or size; none of them was read.
std::vector<std::filesystem::path> known_copies(const std::string& name, const Expected& expected);

// $TORCH_HOME/hub/checkpoints, else below the user's cache folder; empty if there is no HOME.
std::filesystem::path torch_hub_folder();
// $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else $HF_HOME/hub, else below the user's cache folder; empty if
// there is no HOME.
std::filesystem::path hugging_face_folder();
// Where Hugging Face's cache has the files of a repository's revision, or nothing:
// models--OWNER--REPO/snapshots/COMMIT, where refs/REV has the commit.
std::optional<std::filesystem::path> hugging_face_snapshot(const HubName& name);
// The SHA-256 that the cache gives a file of a snapshot, which is a link to blobs/SHA-256, or "": small files
// go by another hash.
std::string hugging_face_hash(const std::filesystem::path& file);

}  // namespace zoo
