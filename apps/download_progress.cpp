#include "apps/download_progress.h"

#include <algorithm>

#include "zoo/core/text.h"

namespace zoo::apps {

void DownloadProgress::operator()(int64_t received, int64_t total) {
  throw_if_interrupted("What had arrived of '" + name_ + "' was removed; run the command again.");
  if (!line_.due()) return;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  const double bytes_per_s = static_cast<double>(received) / std::max(spent.count(), 1e-3);
  std::string text = name_ + "  " + format_bytes(received);
  if (total > 0) {
    text += " of " + format_bytes(total) + "  " +
            progress_bar(static_cast<double>(received) / static_cast<double>(total), 22);
  }
  text += "  " + format_bytes(static_cast<int64_t>(bytes_per_s)) + "/s";
  if (total > received && received > 0) {
    text += "  " + duration_text(static_cast<double>(total - received) / bytes_per_s) + " left";
  }
  line_.show(text);
}

}  // namespace zoo::apps
