#include "zoo/datasets/duplicates.h"

#include <algorithm>
#include <limits>
#include <string>

#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/sha256.h"

namespace zoo {
namespace {

std::byte nibble(char digit) {
  return static_cast<std::byte>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

ContentHash content_hash(const StoredPicture& picture) {
  Sha256 sha256;
  if (const auto* encoded = std::get_if<EncodedPicture>(&picture)) {
    sha256.update(encoded->bytes);
  } else {
    const auto& image = std::get<Image>(picture);
    const std::array<int64_t, 2> size{image.width, image.height};
    sha256.update(std::as_bytes(std::span(size)));
    sha256.update(std::as_bytes(std::span(image.pixels)));
  }
  const std::string hex = sha256.hex();
  ContentHash hash{};
  for (size_t i = 0; i < hash.size(); ++i) hash[i] = nibble(hex[2 * i]) << 4U | nibble(hex[2 * i + 1]);
  return hash;
}

DuplicateGroups group_equal(std::span<const std::optional<ContentHash>> hashes) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (hashes[i]) order.push_back(static_cast<int64_t>(i));
  }
  const auto hash = [&](int64_t index) { return *hashes[static_cast<size_t>(index)]; };
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return std::pair(hash(a), a) < std::pair(hash(b), b); });
  DuplicateGroups groups;
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && hash(order[end]) == hash(order[begin]);) ++end;
    if (end - begin > 1) {
      groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(begin),
                          order.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

DuplicateGroups find_duplicates(const Dataset& dataset) {
  std::vector<std::optional<ContentHash>> hashes(static_cast<size_t>(dataset.size()));
  run_parallel(hashes.size(), std::numeric_limits<size_t>::max() / 2, [&](size_t i) {
    try {
      hashes[i] = content_hash(dataset.fetch(static_cast<int64_t>(i)));
    } catch (const Error&) {
      hashes[i].reset();  // whoever decodes it will say so
    }
  });
  return group_equal(hashes);
}

}  // namespace zoo
