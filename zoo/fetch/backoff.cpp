#include "zoo/fetch/backoff.h"

#include <algorithm>
#include <cmath>

namespace zoo {

std::optional<std::chrono::milliseconds> pause_before_retry(const NetworkOptions& options, int64_t failures,
                                                            const DownloadError& last, double chance) {
  if (last.retry_after_s() > options.longest_pause_s) return std::nullopt;
  const double longest_ms = 1e3 * static_cast<double>(options.longest_pause_s);
  const double doubled_ms = std::ldexp(static_cast<double>(options.first_pause_ms),
                                       static_cast<int>(std::min<int64_t>(failures - 1, 60)));
  const double own_ms = std::min(doubled_ms, longest_ms) * (1 - chance / 2);
  const double asked_ms = 1e3 * static_cast<double>(std::max<int64_t>(last.retry_after_s(), 0));
  return std::chrono::milliseconds(std::llround(std::max(own_ms, asked_ms)));
}

}  // namespace zoo
