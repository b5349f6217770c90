#include "zoo/data/loader.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "zoo/data/batch_builder.h"
#include "transforms/random_ops.h"

namespace zoo {
namespace {

// A batch under construction. The loader's mutex guards all but the draft's samples.
struct Work {
  BatchDraft draft;
  int64_t started = 0, finished = 0;  // samples
  std::exception_ptr error;           // of the sample at error_position, the first that failed
  int64_t error_position = 0;

  bool all_started() const { return started == draft.size(); }
  bool all_finished() const { return finished == draft.size(); }
};

}  // namespace

// Note [the loader's queue]. `window` holds the batches under construction, oldest first; workers take their
// samples strictly in order, one by one, so that all of them work on the batch that is wanted next. A batch
// enters the window when one leaves it, which bounds the memory. Starting an epoch replaces the window: what
// a worker still does for an old batch goes into that batch, which nobody will ask for.
struct Loader::State {
  State(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
      : builder(std::move(dataset), options) {
    try {
      for (int i = 0; i < builder.options().workers; ++i) threads.emplace_back([this] { work_loop(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ~State() { stop(); }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    work_available.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  void start_epoch(uint64_t number) {
    std::vector<int64_t> new_order(static_cast<size_t>(builder.dataset().size()));
    std::iota(new_order.begin(), new_order.end(), 0);
    if (builder.options().train) {
      RandomStream random(builder.options().seed, number, 0, kOpShuffle);
      shuffle(new_order, random);
    }
    ready.clear();
    {
      const std::lock_guard lock(mutex);
      epoch = number;
      order = std::move(new_order);
      planned = 0;
      window.clear();
      fill_window();
    }
    work_available.notify_all();
  }

  std::optional<Batch> next() {
    if (ready.empty()) {
      const std::shared_ptr<Work> work = take_oldest();
      if (!work) return std::nullopt;
      if (work->error) {
        abandon_epoch();
        std::rethrow_exception(work->error);
      }
      for (Batch& batch : builder.finish(std::move(work->draft))) ready.push_back(std::move(batch));
    }
    Batch batch = std::move(ready.front());
    ready.pop_front();
    return batch;
  }

  // Waits until the oldest batch is done; nothing at the end of the epoch.
  std::shared_ptr<Work> take_oldest() {
    std::unique_lock lock(mutex);
    if (window.empty()) return nullptr;
    const std::shared_ptr<Work> work = window.front();
    if (threads.empty()) {
      while (!work->all_started()) make_next_sample(lock);
    }
    batch_done.wait(lock, [&] { return work->all_finished(); });
    window.pop_front();
    fill_window();
    lock.unlock();
    work_available.notify_all();
    return work;
  }

  void abandon_epoch() {
    const std::lock_guard lock(mutex);
    planned = order.size();
    window.clear();
  }

  // The mutex is held.
  void fill_window() {
    const size_t depth = threads.empty() ? 1 : 2 + threads.size() / 4;
    const auto batch_size = static_cast<size_t>(builder.options().batch_size);
    while (window.size() < depth && planned < order.size()) {
      const size_t end = planned + std::min(batch_size, order.size() - planned);
      auto work = std::make_shared<Work>();
      work->draft = builder.begin({order.data() + planned, order.data() + end}, epoch);
      window.push_back(std::move(work));
      planned = end;
    }
  }

  // The mutex is held.
  bool has_work() const { return !window.empty() && !window.back()->all_started(); }

  void work_loop() {
    std::unique_lock lock(mutex);
    while (true) {
      work_available.wait(lock, [&] { return stopping || has_work(); });
      if (stopping) return;
      make_next_sample(lock);
    }
  }

  // Takes the next sample, makes it without the lock, and counts it. The copied pointer keeps its batch
  // alive when an epoch is started meanwhile.
  void make_next_sample(std::unique_lock<std::mutex>& lock) {
    const auto open =
        std::find_if(window.begin(), window.end(), [](const auto& work) { return !work->all_started(); });
    const std::shared_ptr<Work> work = *open;
    const int64_t position = work->started++;
    lock.unlock();
    std::exception_ptr error;
    try {
      builder.make_sample(work->draft, position);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    ++work->finished;
    if (error && (!work->error || position < work->error_position)) {
      work->error = error;
      work->error_position = position;
    }
    if (work->all_finished()) batch_done.notify_all();
  }

  const BatchBuilder builder;
  std::deque<Batch> ready;  // finished, not yet asked for; the consumer's own

  std::mutex mutex;  // guards what follows
  std::condition_variable work_available, batch_done;
  std::deque<std::shared_ptr<Work>> window;
  std::vector<int64_t> order;  // the epoch's samples
  size_t planned = 0;          // samples that have entered the window
  uint64_t epoch = 0;
  bool stopping = false;
  std::vector<std::thread> threads;
};

Loader::Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options)
    : state_(std::make_unique<State>(std::move(dataset), options)) {}
Loader::~Loader() = default;

void Loader::start_epoch(int64_t epoch) {
  state_->start_epoch(static_cast<uint64_t>(epoch));
}
std::optional<Batch> Loader::next() {
  return state_->next();
}
const Dataset& Loader::dataset() const {
  return state_->builder.dataset();
}

int64_t Loader::batches_per_epoch() const {
  const int64_t batch_size = state_->builder.options().batch_size;
  return (dataset().size() + batch_size - 1) / batch_size;
}

}  // namespace zoo
