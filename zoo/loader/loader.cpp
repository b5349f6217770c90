#include "zoo/loader/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/loader/batch_builder.h"

namespace zoo {
namespace {

using Clock = std::chrono::steady_clock;

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

  EpochPlanOptions plan_options() const {
    const LoaderOptions& options = builder.options();
    return {.samples = builder.dataset().size(),
            .batch_size = options.batch_size,
            .shuffle = options.train.has_value(),
            .seed = options.seed,
            .repeats = options.train ? options.repeats : 1,
            .rank = options.rank,
            .ranks = options.ranks};
  }

  void start_epoch(uint64_t number, int64_t first_batch) {
    EpochPlan new_plan(plan_options(), number);
    ready.clear();
    waited = Clock::duration::zero();
    {
      const std::lock_guard lock(mutex);
      epoch = number;
      plan = std::move(new_plan);
      planned = first_batch;
      window.clear();
      fill_window();
    }
    work_available.notify_all();
  }

  std::optional<Batch> next() {
    while (ready.empty()) {
      const auto asked = Clock::now();
      const std::shared_ptr<Work> work = take_oldest();
      waited += Clock::now() - asked;
      if (!work) return std::nullopt;
      if (work->error) {
        abandon_epoch();
        std::rethrow_exception(work->error);
      }
      note_failures(work->draft);
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

  void note_failures(const BatchDraft& draft) {
    for (size_t i = 0; i < draft.failures.size(); ++i) {
      const int64_t sample = draft.draws[i].sample;
      if (!draft.failures[i].empty() && known_bad.insert(sample).second)
        bad.push_back({sample, draft.failures[i]});
    }
    const auto all = static_cast<double>(builder.dataset().size());
    const double most = std::max(1.0, builder.options().most_bad_share * all);
    if (static_cast<double>(bad.size()) <= most) return;
    abandon_epoch();
    throw Error(ErrorCode::corrupt, {},
                format_count(std::ssize(bad)) + " of " + format_count(builder.dataset().size()) +
                    " pictures cannot be read, and " + format_count(static_cast<int64_t>(most)) +
                    " may be skipped; the last one is " + bad.back().message,
                "Repair or remove them ('zoo data' finds them all), or allow more (--bad-limit).");
  }

  void abandon_epoch() {
    const std::lock_guard lock(mutex);
    planned = plan.batches();
    window.clear();
  }

  // The mutex is held.
  void fill_window() {
    const size_t depth = threads.empty() ? 1 : 2 + threads.size() / 4;
    for (; window.size() < depth && planned < plan.batches(); ++planned) {
      auto work = std::make_shared<Work>();
      work->draft = builder.begin(plan, epoch, planned);
      if (work->draft.size() > 0) window.push_back(std::move(work));
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

  BatchBuilder builder;
  // The consumer's own:
  std::deque<Batch> ready;  // finished, not yet asked for
  Clock::duration waited{};
  std::vector<BadPicture> bad;
  std::set<int64_t> known_bad;

  std::mutex mutex;  // guards what follows, and the builder's begin()
  std::condition_variable work_available, batch_done;
  std::deque<std::shared_ptr<Work>> window;
  EpochPlan plan;
  int64_t planned = 0;  // the next batch to enter the window
  uint64_t epoch = 0;
  bool stopping = false;
  std::vector<std::thread> threads;
};

std::string_view to_string(BadPictures treatment) {
  return treatment == BadPictures::stop ? "stop" : "skip";
}

BadPictures parse_bad_pictures(std::string_view text) {
  for (const BadPictures treatment : {BadPictures::stop, BadPictures::skip})
    if (text == to_string(treatment)) return treatment;
  throw Error(ErrorCode::usage, "bad pictures", "'" + std::string(text) + "' is not stop or skip");
}

Loader::Loader(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
    : state_(std::make_unique<State>(std::move(dataset), options)) {}
Loader::~Loader() = default;

void Loader::start_epoch(int64_t epoch, int64_t first_batch) {
  state_->start_epoch(static_cast<uint64_t>(epoch), first_batch);
}
std::optional<Batch> Loader::next() {
  return state_->next();
}
const Dataset& Loader::dataset() const {
  return state_->builder.dataset();
}
int64_t Loader::batches_per_epoch() const {
  const int64_t whole = state_->builder.options().batch_size * state_->builder.options().ranks;
  return (dataset().size() + whole - 1) / whole;
}
double Loader::waited_s() const {
  return std::chrono::duration<double>(state_->waited).count();
}
const std::vector<BadPicture>& Loader::bad_pictures() const {
  return state_->bad;
}

}  // namespace zoo
