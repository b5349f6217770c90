// One transfer by libcurl: https, http and file, redirects, time-outs, errors in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace zoo {

struct DownloadOptions {
  int64_t connect_timeout_s = 30;
  int64_t stall_timeout_s = 60;  // gives up after so long without a byte; there is no limit on the whole
  // Called about once a second or more often: received so far, and the total or -1. May throw to stop.
  std::function<void(int64_t received, int64_t total)> progress = {};
};

// Feeds the bytes of `url` to `sink`, which may throw to stop. An https URL is never redirected to anything
// else. Throws Error{network} with the URL and libcurl's words, or what sink and progress threw.
void download(const std::string& url, const std::function<void(std::span<const std::byte>)>& sink,
              const DownloadOptions& options = {});

}  // namespace zoo
