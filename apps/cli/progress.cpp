#include "apps/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "zoo/base/foreign_text.h"

namespace zoo::apps {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr const char* kEraseLine = "\r\033[K";

std::string two_digits(int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  clear();
}

bool ProgressLine::due() const {
  return terminal_ && std::chrono::steady_clock::now() - last_ >= kInterval;
}

void ProgressLine::show(const std::string& text) {
  if (!due()) return;
  // One column stays free: a full line would wrap and could not be erased.
  std::cerr << kEraseLine << printable(text).substr(0, static_cast<size_t>(terminal_columns() - 1))
            << std::flush;
  last_ = std::chrono::steady_clock::now();
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) std::cerr << kEraseLine << std::flush;
  shown_ = false;
}

std::string progress_bar(double fraction, int columns) {
  const int inside = std::max(columns - 2, 1);
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * inside);
  std::string bar(static_cast<size_t>(filled), '=');
  if (filled < inside) bar += '>' + std::string(static_cast<size_t>(inside - filled - 1), ' ');
  return "[" + bar + "]";
}

std::string duration_text(double seconds) {
  const int64_t whole = std::isfinite(seconds) ? std::llround(std::clamp(seconds, 0.0, 1e9)) : 0;
  const int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + ":" + two_digits(minutes) : std::to_string(minutes)) + ":" +
         two_digits(whole % 60);
}

int terminal_columns() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : 80;
}

}  // namespace zoo::apps
