// A run is killed, or the system refuses it something, at every single step that changes the disk: what
// docs/training.md promises of its folder holds each time, and the next run goes as if nothing had been.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/base/failing_system.h"
#include "tests/temporary_folder.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/models/load.h"
#include "zoo/train/run_dir.h"

#include <catch2/catch.hpp>

namespace zoo::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr int kEpochs = 3;
constexpr int kOld = 100;  // the weights of the run that is replaced
const Names kWhole{"best", "last", "metrics.jsonl", "recipe.json", "zoo_run.json"};

// A model all of whose numbers are `value`; each is made once, before anything fails.
const ResNet& model_of(int value) {
  static std::map<int, ResNet> models;
  const auto [found, is_new] = models.emplace(value, nullptr);
  if (is_new) {
    at::set_num_threads(1);  // children are forked
    found->second = ResNet(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
    const at::NoGradGuard no_grad;
    for (auto& [name, tensor] : state_dict(found->second)) tensor.fill_(value);
  }
  return found->second;
}

Names names_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// The number of the folder's model, which has to be whole; -1 where there is no such folder.
int value_of(const fs::path& folder) {
  if (!fs::exists(folder)) return -1;
  CHECK(names_in(folder) == Names{"config.json", "model.safetensors"});
  CHECK(parse_config_json(read_text(folder / "config.json"), "").num_classes == 2);
  ResNet model(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
  load(model, Checkpoint::open(folder / "model.safetensors"));
  const auto value = model->fc->weight[0][0].item<float>();
  bool is_one_model = true;
  for (const auto& [name, tensor] : state_dict(model))
    is_one_model = is_one_model && tensor.eq(value).all().item<bool>();
  CHECK(is_one_model);
  return static_cast<int>(value);
}

// Lines of metrics.jsonl, each of which has to be whole.
int epochs_in(const fs::path& run) {
  if (!fs::exists(run / "metrics.jsonl")) return 0;
  const std::string text = read_text(run / "metrics.jsonl");
  int lines = 0;
  for (size_t at = 0; at < text.size(); ++lines) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    CHECK(text.substr(at, end - at).starts_with("{\"epoch\":" + std::to_string(lines + 1) + ","));
    CHECK(text[end - 1] == '}');
    at = end + 1;
  }
  return lines;
}

// Of an error's message is made what the run knows of itself: where it is, and which epochs are there.
void check_what_is_said(const RunDirectory& run, const fs::path& path, int first) {
  const auto value = [&](std::optional<int64_t> epoch) {
    return epoch ? first + static_cast<int>(*epoch) : -1;
  };
  CHECK(value_of(run.path() / "last") == value(run.last_epoch()));
  CHECK(value_of(run.path() / "best") == value(run.best_epoch()));
  CHECK(run.path() == fs::weakly_canonical(run.is_beside() ? fs::path(path.string() + ".new") : path));
}

// Its best epoch is the second one.
void make_run(const fs::path& path, bool overwrite, int first_value, int epochs = kEpochs) {
  const ModelCard card{.arch = "resnet20_cifar", .labels = {"ant", "bee"}, .preprocess = {}};
  RunDirectory run = RunDirectory::create(path, overwrite, "{}", model_of(first_value), card);
  try {
    for (int epoch = 0; epoch < epochs; ++epoch) {
      EpochReport report;
      report.epoch = epoch;
      report.best = epoch < 2;
      run.save_learnt(model_of(first_value + epoch), epoch);
      run.save_judged(model_of(first_value + epoch), report);
    }
  } catch (const Error&) {
    check_what_is_said(run, path, first_value);
    throw;
  }
}

// What is promised of a run whose first epoch's value is `first`.
void check_promises(const fs::path& run, int first) {
  const int judged = epochs_in(run), last = value_of(run / "last"), best = value_of(run / "best");
  if (last >= 0) {
    // The last that was learnt, whose judging may not be over yet.
    CHECK((last == first + judged - 1 || last == first + judged));
  } else {
    CHECK(judged == 0);
    CHECK(best < 0);
  }
  if (judged > 0) CHECK(best >= first + std::min(judged, 2) - 1);
  CHECK(best <= last);
  CHECK(best <= first + 1);
}

// What is promised where the run of `kOld` was to be replaced by one that begins with `first`.
void check_old_or_new(const fs::path& path, int first) {
  if (!fs::exists(path)) {  // an instant of file systems that cannot exchange names
    CHECK(value_of(path.string() + ".old/last") == kOld);
    CHECK(epochs_in(path.string() + ".old") == 1);
  } else if (value_of(path / "last") == kOld) {
    CHECK(value_of(path / "best") == kOld);
    CHECK(epochs_in(path) == 1);
  } else {
    check_promises(path, first);
    CHECK(epochs_in(path) >= 1);
  }
}

struct Case {
  bool replaces = false, exchanges = true;
};

// How a process of its own ends: its signal as a shell says it, or its status: 0, or 1 with the error in
// `log`.
int in_child(const fs::path& log, const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      action();
    } catch (const std::exception& error) {
      std::ofstream(log) << error.what();
      status = 1;
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// After whatever: a further run goes, and leaves what one leaves. An epoch of a new run that had not taken
// the name yet is not lost for it.
void check_next_run(const TemporaryFolder& folder, const fs::path& path) {
  const TemporaryFolder other;
  const fs::path beside = path.string() + ".new";
  const auto start = [&] { return in_child(other / "log", [&] { make_run(path, true, 0); }); };
  if ((!fs::exists(path) || value_of(path / "last") == kOld) && value_of(beside / "last") == 0) {
    REQUIRE(start() == 1);
    CHECK_THAT(read_text(other / "log"), Catch::Contains("run.new: holds an epoch of a new run"));
    CHECK(value_of(beside / "last") == 0);
    fs::remove_all(beside);
  }
  const int status = start();
  INFO((status == 0 ? "" : read_text(other / "log")));
  REQUIRE(status == 0);
  CHECK(value_of(path / "last") == kEpochs - 1);
  CHECK(value_of(path / "best") == 1);
  CHECK(epochs_in(path) == kEpochs);
  CHECK(names_in(path) == kWhole);
  CHECK(names_in(folder.path()) == Names{"run"});
}

}  // namespace

TEST_CASE(
    "a run that is killed at any step leaves whole models, whole lines, and the old run or the new one") {
  const Case now = GENERATE(Case{}, Case{.replaces = true}, Case{.replaces = true, .exchanges = false});
  for (const int value : {0, 1, 2, kOld}) model_of(value);
  const TemporaryFolder folder, other;
  const fs::path path = folder / "run";
  int steps = 0;
  for (int status = 128 + SIGKILL; status != 0; ++steps) {
    INFO("step " << steps + 1);
    REQUIRE(steps < 2000);
    fs::remove_all(path);
    if (now.replaces) make_run(path, false, kOld, 1);
    status = in_child(other / "log", [&] {
      if (!now.exchanges) refuse_exchanges();
      const FailingCall killed(SystemCall::step, steps + 1, kKilled);
      make_run(path, true, 0);
    });
    REQUIRE((status == 128 + SIGKILL || status == 0));
    if (now.replaces) {
      check_old_or_new(path, 0);
    } else if (fs::exists(path)) {
      check_promises(path, 0);
    }
    check_next_run(folder, path);
  }
  CHECK(steps > 50);
}

TEST_CASE("whatever the system refuses a run, it says so, keeps what it promises, and the next run goes") {
  struct Failure {
    SystemCall call;
    int error;
    bool is_fatal = true;  // false: there is another way, so that the run goes on
  };
  const Failure failure = GENERATE(
      Failure{SystemCall::open, EMFILE}, Failure{SystemCall::write, ENOSPC}, Failure{SystemCall::sync, EIO},
      Failure{SystemCall::rename, EACCES}, Failure{SystemCall::truncate, EIO},
      Failure{SystemCall::make_folder, ENOSPC}, Failure{SystemCall::remove, EACCES},
      Failure{SystemCall::link, EPERM, false}, Failure{SystemCall::exchange, EINVAL, false});
  const bool replaces = GENERATE(false, true);
  // A model is written in a hundred pieces.
  const int stride = failure.call == SystemCall::write && std::getenv("ZOO_LONG") == nullptr ? 23 : 1;
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  for (int n = 1, happened = 1; happened != 0; n += stride) {
    INFO("call " << n << " of kind " << static_cast<int>(failure.call));
    REQUIRE(n < 2000);
    fs::remove_all(path);
    if (replaces) make_run(path, false, kOld, 1);
    std::string message;
    {
      const FailingCall failing(failure.call, n, failure.error);
      try {
        make_run(path, true, 0);
      } catch (const Error& error) {
        message = error.what();
      }
      happened = failing.happened() ? 1 : 0;
    }
    INFO(message);
    if (!message.empty()) {
      CHECK(happened == 1);
      CHECK(message.find(std::generic_category().message(failure.error)) != std::string::npos);
    }
    if (!failure.is_fatal && failure.call == SystemCall::link) CHECK(message.empty());
    if (replaces) {
      check_old_or_new(path, 0);
    } else if (fs::exists(path)) {
      check_promises(path, 0);
    }
    check_next_run(folder, path);
  }
}

}  // namespace zoo::test
