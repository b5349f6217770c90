// Going on from a run: pictures that it has learnt tell nothing about what comes next.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "zoo/datasets/dataset.h"
#include "zoo/datasets/split.h"

namespace zoo {

// Whether the path is the folder or in it, wherever links lead; what is not there is in nothing.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder);

// How the run split `pool`, samples of `whole`; nothing where it kept no split, or one of other pictures.
std::optional<SplitRecord> split_of_run(const std::filesystem::path& run, const Dataset& whole,
                                        const std::vector<int64_t>& pool);

// Throws Error{mismatch} where some of `val`, the pictures to judge by, are ones that the run has learnt.
// They are those of the data at `root`, of its `part`, or chosen from it where that is empty.
void refuse_learnt(const std::filesystem::path& run, const Dataset& val, const std::filesystem::path& root,
                   const std::string& part);

}  // namespace zoo
