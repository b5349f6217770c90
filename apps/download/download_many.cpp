#include "apps/download/download_many.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

#include "apps/cli/download_progress.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

// What became of a download.
struct Outcome {
  bool ended = false;
  FetchResult result;
  std::optional<Error> error;
  std::exception_ptr other;  // an exception that is no Error: no memory, say
};

class Pool {
 public:
  Pool(const std::vector<Download>& downloads, const FetchOptions& options, int64_t jobs)
      : downloads_(downloads), options_(options), outcomes_(downloads.size()) {
    const size_t count = std::min(downloads.size(), static_cast<size_t>(jobs));
    for (size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() { stopping_ = true; }  // before the threads are joined

  DownloadLines& lines() { return lines_; }

  const Outcome& wait_for(size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcomes_[index].ended; });
    return outcomes_[index];
  }

 private:
  void work() {
    for (size_t index = next_++; index < downloads_.size(); index = next_++) {
      Outcome outcome = run(downloads_[index]);
      {
        const std::lock_guard lock(mutex_);
        outcomes_[index] = std::move(outcome);
        outcomes_[index].ended = true;
      }
      changed_.notify_one();
    }
  }

  Outcome run(const Download& download) {
    Outcome outcome;
    try {
      DownloadProgress progress(lines_, download.name);
      FetchOptions options = options_;
      options.progress = [&](int64_t received, int64_t total) {
        if (stopping_) throw Error(ErrorCode::interrupted, "", "stopped");
        progress(received, total);
      };
      options.notice = [&](const std::string& line) { lines_.print(std::cerr, download.name + ": " + line); };
      options.progress(0, -1);  // not begun at all after Ctrl-C
      outcome.result = download.get(options);
    } catch (const Error& error) {
      outcome.error = error;
    } catch (...) {
      outcome.other = std::current_exception();
    }
    return outcome;
  }

  const std::vector<Download>& downloads_;
  const FetchOptions& options_;
  DownloadLines lines_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Outcome> outcomes_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> threads_;
};

}  // namespace

void download_many(const std::vector<Download>& downloads, const FetchOptions& options, int64_t jobs) {
  Pool pool(downloads, options, jobs);
  std::vector<std::string> failed;
  std::optional<ErrorCode> code;
  for (size_t i = 0; i < downloads.size(); ++i) {
    const Outcome& outcome = pool.wait_for(i);
    const std::string& name = downloads[i].name;
    if (outcome.other) std::rethrow_exception(outcome.other);
    if (outcome.error) {
      if (outcome.error->code() == ErrorCode::interrupted || downloads.size() == 1)
        throw Error(*outcome.error);
      pool.lines().print(std::cerr, name + ": " + outcome.error->what());
      failed.push_back(name);
      if (!code) code = outcome.error->code();
      continue;
    }
    if (!outcome.result.note.empty()) pool.lines().print(std::cerr, name + ": " + outcome.result.note);
    pool.lines().print(std::cout, outcome.result.path.string());
  }
  if (code) {
    throw Error(*code, "",
                std::to_string(failed.size()) + " of " + std::to_string(downloads.size()) +
                    " weights are missing: " + join(failed, ", "));
  }
}

}  // namespace zoo::apps
