// Samples with the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "zoo/datasets/dataset.h"

namespace zoo {

// The first half of the SHA-256 of a picture's file, or of its size and pixels.
using ContentHash = std::array<std::byte, 16>;
ContentHash content_hash(const StoredPicture& picture);

// Each of two or more samples, ascending, in the order of their first ones.
using DuplicateGroups = std::vector<std::vector<int64_t>>;
// Samples without a hash (they could not be read) are like no other.
DuplicateGroups group_equal(std::span<const std::optional<ContentHash>> hashes);
// Reads the whole set, in parallel threads. What cannot be read is like no other sample.
DuplicateGroups find_duplicates(const Dataset& dataset);

}  // namespace zoo
