#include "apps/cli/download_progress.h"

#include <algorithm>
#include <iostream>

#include <unistd.h>

#include "apps/cli/progress.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSmallestBar = 8, kLargestBar = 22;  // columns
constexpr auto kRedrawn = std::chrono::milliseconds(100);
constexpr auto kPrinted = std::chrono::seconds(10);

}  // namespace

DownloadLines::DownloadLines() : terminal_(::isatty(STDERR_FILENO) == 1) {}

DownloadLines::~DownloadLines() {
  erase();
}

void DownloadLines::print(std::ostream& out, const std::string& text) {
  const std::lock_guard lock(mutex_);
  erase();
  out << printable(text) << '\n' << std::flush;
  show();
}

void DownloadLines::erase() {
  if (shown_ == 0) return;
  std::cerr << '\r';
  if (shown_ > 1) std::cerr << "\033[" << shown_ - 1 << 'A';
  std::cerr << "\033[J" << std::flush;
  shown_ = 0;
}

void DownloadLines::show() {
  if (!terminal_) {
    for (Line& line : lines_) {
      if (Clock::now() - line.printed < kPrinted) continue;
      std::cerr << printable(text_of(line, 0)) << '\n' << std::flush;
      line.printed = Clock::now();
    }
    return;
  }
  erase();
  const int columns = terminal_columns();
  for (const Line& line : lines_) {
    // One column stays free: a full line would wrap and could not be erased.
    const std::string text = printable(text_of(line, columns)).substr(0, static_cast<size_t>(columns - 1));
    std::cerr << (shown_++ > 0 ? "\n" : "") << text;
  }
  std::cerr << std::flush;
  last_ = Clock::now();
}

std::string DownloadLines::text_of(const Line& line, int columns) {
  const std::chrono::duration<double> spent = Clock::now() - line.start;
  const auto arrived = static_cast<double>(line.received - std::max<int64_t>(line.at_start, 0));
  const double bytes_per_s = arrived / std::max(spent.count(), 1e-3);
  const std::string speed = format_bytes(static_cast<int64_t>(std::max(bytes_per_s, 0.0))) + "/s";
  if (line.total <= 0) return line.name + "  " + format_bytes(line.received) + "  " + speed;
  const double fraction = static_cast<double>(line.received) / static_cast<double>(line.total);
  std::string text =
      std::to_string(static_cast<int>(100 * fraction)) + " % of " + format_bytes(line.total) + "  " + speed;
  if (bytes_per_s > 0)
    text += "  " + duration_text(static_cast<double>(line.total - line.received) / bytes_per_s) + " left";
  // A long name takes the bar's place.
  const auto room = columns - 1 - static_cast<int>(line.name.size() + text.size() + 4);
  const std::string bar =
      room < kSmallestBar ? "" : progress_bar(fraction, std::min(room, kLargestBar)) + "  ";
  return line.name + "  " + bar + text;
}

DownloadProgress::DownloadProgress(DownloadLines& lines, const std::string& name) : lines_(lines) {
  const std::lock_guard lock(lines_.mutex_);
  line_ = lines_.lines_.insert(lines_.lines_.end(), {.name = name});
}

DownloadProgress::~DownloadProgress() {
  const std::lock_guard lock(lines_.mutex_);
  lines_.erase();
  lines_.lines_.erase(line_);
  lines_.show();
}

void DownloadProgress::operator()(int64_t received, int64_t total) {
  throw_if_interrupted("Run the command again to go on with '" + line_->name + "' from what has arrived.");
  const std::lock_guard lock(lines_.mutex_);
  if (line_->at_start < 0) line_->at_start = received;
  line_->received = received;
  line_->total = total;
  if (!lines_.terminal_ || Clock::now() - lines_.last_ >= kRedrawn) lines_.show();
}

}  // namespace zoo::apps
