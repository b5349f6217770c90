// What makes a folder a training run, who is at work in it, and how a name passes from one run to another.
// Internal to train.
#pragma once

#include <cstdint>
#include <filesystem>

#include "zoo/base/descriptor.h"
#include "zoo/base/run_marker.h"

namespace zoo {

// In a run's folder beside best/, last/ and kRunMarker.
inline constexpr const char* kRunRecipe = "recipe.json";
inline constexpr const char* kRunMetrics = "metrics.jsonl";
inline constexpr const char* kRunSplit = "split.json";  // written by whoever splits the data
inline constexpr const char* kRunState =
    "state.safetensors";  // of the training, train_state.h; and the one before
// The weights of last/ before those that it holds, until these are judged.
inline constexpr const char* kRunBefore = ".before.safetensors";
// In a run that is made beside the one it is to replace, empty; in the one that is replaced, with a text.
inline constexpr const char* kRunBeside = ".beside";

// Absolute, links followed, without a slash at the end.
std::filesystem::path real_path(const std::filesystem::path& path);

// All here throw Error{io} besides what they name.

// Whether the marker is there and a file: names of other files say nothing.
bool is_run(const std::filesystem::path& folder);
// Whether it holds a model or metrics.
bool holds_results(const std::filesystem::path& folder);
// The first thing in the folder that no run puts there, links included; empty if there is none.
std::filesystem::path foreign_entry(const std::filesystem::path& folder);
// Whether it is a link, or what a file system is mounted on: such a name cannot pass to another folder.
bool has_fixed_name(const std::filesystem::path& folder);

// Makes the folder a run's and takes its lock, which lasts as long as the result and dies with the process.
// Throws Error{usage} where another run has it.
Descriptor lock_run(const std::filesystem::path& folder);
// Removes what a run puts into the folder but its lock; follows no link.
void clear_run(const std::filesystem::path& folder);
// Clears the folder and removes it; the caller has its lock. Stays where something foreign is in it.
void remove_run(const std::filesystem::path& folder);

// Throws Error{io} where the folder's file system has no room for that many files of that size.
void require_room(const std::filesystem::path& folder, int64_t files, int64_t bytes);

// Whether two names in the folder can be exchanged: network file systems often cannot.
bool can_exchange(const std::filesystem::path& folder);
// The two folders exchange their names in one instant. That a change of names outlasts the system is
// sync_folder()'s to make sure of, whose failure undoes nothing: who calls it has to know the new names by
// then.
void exchange_names(const std::filesystem::path& a, const std::filesystem::path& b);
void rename_entry(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace zoo
