// What the user sees of downloads, and how Ctrl-C ends them cleanly.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <ostream>
#include <string>

#include "apps/cli/interrupt.h"

namespace zoo::apps {

// One line a running download: on a terminal rewritten in place, elsewhere printed every ten seconds. Any
// thread may call anything.
class DownloadLines {
 public:
  DownloadLines();
  ~DownloadLines();  // erases them
  DownloadLines(const DownloadLines&) = delete;
  DownloadLines& operator=(const DownloadLines&) = delete;

  // Prints `text` and a line end to `out`, above the lines.
  void print(std::ostream& out, const std::string& text);

 private:
  friend class DownloadProgress;
  struct Line {
    std::string name;
    int64_t received = 0, total = -1;  // bytes; -1 = unknown
    int64_t at_start = -1;             // bytes: what an earlier run had received
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(), printed = start;
  };

  void show();
  void erase();
  static std::string text_of(const Line& line, int columns);

  InterruptGuard guard_;
  bool terminal_;
  std::mutex mutex_;
  std::list<Line> lines_;
  int shown_ = 0;  // lines on the terminal, the cursor at the end of the last
  std::chrono::steady_clock::time_point last_{};
};

// FetchOptions::progress of one weight: `options.progress = std::ref(progress)`.
class DownloadProgress {
 public:
  DownloadProgress(DownloadLines& lines, const std::string& name);
  ~DownloadProgress();
  DownloadProgress(const DownloadProgress&) = delete;
  DownloadProgress& operator=(const DownloadProgress&) = delete;
  // Bytes so far, and in total or -1. Throws Error{interrupted} after Ctrl-C.
  void operator()(int64_t received, int64_t total);

 private:
  DownloadLines& lines_;
  std::list<DownloadLines::Line>::iterator line_;
};

}  // namespace zoo::apps
