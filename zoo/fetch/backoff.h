// How long to wait before the next attempt at a transfer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "zoo/fetch/network_options.h"
#include "zoo/fetch/response_head.h"

namespace zoo {

// After `failures` (1 or more) in a row, of which `last` is the last one: the first pause, doubled with each
// failure, of which `chance` (0..1) takes away up to a half so that many who were cut off together do not
// come back together; at least as long as the server asks. Nothing if it asks for more than the longest
// pause: then it has to be another time.
std::optional<std::chrono::milliseconds> pause_before_retry(const NetworkOptions& options, int64_t failures,
                                                            const DownloadError& last, double chance);

}  // namespace zoo
