#include "apps/download_progress.h"

#include <algorithm>

#include "zoo/core/text.h"

namespace zoo::apps {
namespace {

constexpr int kSmallestBar = 8, kLargestBar = 22;  // columns

}  // namespace

void DownloadProgress::operator()(int64_t received, int64_t total) {
  throw_if_interrupted("What had arrived of '" + name_ + "' was removed; run the command again.");
  if (!line_.due()) return;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  const double bytes_per_s = static_cast<double>(received) / std::max(spent.count(), 1e-3);
  const std::string speed = format_bytes(static_cast<int64_t>(bytes_per_s)) + "/s";
  if (total <= 0) {
    line_.show(name_ + "  " + format_bytes(received) + "  " + speed);
    return;
  }
  const double fraction = static_cast<double>(received) / static_cast<double>(total);
  std::string text =
      std::to_string(static_cast<int>(100 * fraction)) + " % of " + format_bytes(total) + "  " + speed;
  if (received > 0)
    text += "  " + duration_text(static_cast<double>(total - received) / bytes_per_s) + " left";
  // A long name takes the bar's place.
  const auto room = terminal_columns() - 1 - static_cast<int>(name_.size() + text.size() + 4);
  const std::string bar =
      room < kSmallestBar ? "" : progress_bar(fraction, std::min(room, kLargestBar)) + "  ";
  line_.show(name_ + "  " + bar + text);
}

}  // namespace zoo::apps
