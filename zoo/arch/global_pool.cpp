#include "zoo/arch/global_pool.h"

#include <algorithm>
#include <array>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr std::array<std::string_view, 4> kNames{"avg", "max", "avgmax", "catavgmax"};  // in the enum's order

}  // namespace

std::string_view to_string(GlobalPool pool) {
  return kNames[static_cast<size_t>(pool)];
}

GlobalPool parse_global_pool(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text);
  if (found == kNames.end()) {
    throw Error(ErrorCode::usage, "",
                "'" + std::string(text) + "' is no global pool, expected avg, max, avgmax or catavgmax");
  }
  return static_cast<GlobalPool>(found - kNames.begin());
}

int64_t pooled_channels(const ArchSpec& spec, GlobalPool pool) {
  return spec.feature_channels() * (pool == GlobalPool::cat_avg_max ? 2 : 1);
}

GlobalPool pool_of_head(const ArchSpec& spec, int64_t inputs) {
  return inputs == pooled_channels(spec, GlobalPool::cat_avg_max) ? GlobalPool::cat_avg_max : GlobalPool::avg;
}

}  // namespace zoo
