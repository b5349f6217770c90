// What the user sees of a download, and how Ctrl-C ends it cleanly.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "apps/interrupt.h"
#include "apps/progress.h"

namespace zoo::apps {

// FetchOptions::progress of one weight: `options.progress = std::ref(progress)`.
class DownloadProgress {
 public:
  explicit DownloadProgress(std::string name) : name_(std::move(name)) {}
  // Bytes so far, and in total or -1. Throws Error{interrupted} after Ctrl-C.
  void operator()(int64_t received, int64_t total);

 private:
  std::string name_;
  InterruptGuard guard_;
  ProgressLine line_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace zoo::apps
