// How a head makes one number a channel out of the last map.
#pragma once

#include <cstdint>
#include <string_view>

#include "zoo/arch/arch.h"

namespace zoo {

enum class GlobalPool {
  avg,
  max,
  avg_max,      // their mean
  cat_avg_max,  // both, avg first
};

// timm's names: avg, max, avgmax, catavgmax.
std::string_view to_string(GlobalPool pool);
GlobalPool parse_global_pool(std::string_view text);  // throws Error{usage}

// Width of what the head reads.
int64_t pooled_channels(const ArchSpec& spec, GlobalPool pool);
// The pool that a head with so many inputs reads. The three that keep the width look alike: taken for avg.
GlobalPool pool_of_head(const ArchSpec& spec, int64_t inputs);

}  // namespace zoo
