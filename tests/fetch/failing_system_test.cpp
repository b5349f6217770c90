// The n-th open, write, sync, rename, map, truncation and allocation fails, for every n that occurs: each
// time a clear error, the old state intact, and the next run fine.
#include "tests/base/failing_system.h"

#include <cerrno>
#include <functional>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/cache/lockfile.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/fetch/fetch.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

struct Failure {
  SystemCall call;
  int error;
  const char* words;  // of which one has to be in the message
};

const std::vector<Failure> kFailures = {
    {SystemCall::open, EACCES, "Permission denied"},
    {SystemCall::open, EROFS, "Read-only file system"},
    {SystemCall::open, EMFILE, "Too many open files"},
    {SystemCall::write, ENOSPC, "No space left on device"},
    {SystemCall::write, EIO, "Input/output error"},
    {SystemCall::sync, EIO, "Input/output error"},
    {SystemCall::sync, ENOSPC, "No space left on device"},
    {SystemCall::rename, EACCES, "Permission denied"},
    {SystemCall::map, ENOMEM, "Cannot allocate memory"},
    {SystemCall::truncate, EIO, "Input/output error"},
    {SystemCall::allocate, ENOMEM, ""},
};

// What an action ends in: nothing, a clear error, or no memory.
std::optional<std::string> message_of_failure(const std::function<void()>& action) {
  try {
    action();
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  } catch (const std::bad_alloc&) {
    return "not enough memory";
  }
}

// What came of an action of which the n-th call failed.
struct Outcome {
  bool happened = false;  // there are that many calls
  std::optional<std::string> message;
};

Outcome run(const Failure& failure, int n, const std::function<void()>& action) {
  const FailingCall failing(failure.call, n, failure.error);
  auto message = message_of_failure(action);
  return {.happened = failing.happened(), .message = std::move(message)};
}

// Runs `action` in fresh state once for each call of that kind that it makes, and lets that one fail; returns
// how many there are.
int fail_each(const Failure& failure, const std::function<void()>& prepare,
              const std::function<void()>& action, const std::function<void()>& check_old_state,
              const std::function<void()>& check_new_state) {
  for (int n = 1;; ++n) {
    REQUIRE(n < 20'000);
    prepare();
    const auto [happened, message] = run(failure, n, action);
    INFO("call " << n << ": " << message.value_or("no error"));
    if (message) {
      REQUIRE(happened);
      CHECK(message->find(failure.words) != std::string::npos);
      check_old_state();
      CHECK_FALSE(message_of_failure(action).has_value());
    }
    check_new_state();
    if (!happened) return n - 1;
  }
}

const std::string kTag = "\"one\"";

}  // namespace

TEST_CASE("a download survives the failure of any call") {
  const Failure failure = GENERATE(from_range(kFailures));
  const bool resumed = GENERATE(false, true);
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  const Setting torch("TORCH_HOME", (folder / "torch").string());  // whoever runs this may have one or none
  const Setting hugging_face("HF_HUB_CACHE", (folder / "hub").string());
  fs::create_directories(folder / "torch" / "hub" / "checkpoints");
  fs::create_directories(folder / "hub" / "models--a--b");
  const HttpServer server([](const Request& request) {
    spare_this_thread();
    return serve(request, kBody, kTag);
  });
  const WeightRecord record = weight({server.url("/w.pth")});
  const LockEntry other{.sha256 = std::string(64, 'a'), .bytes = 5};
  const auto get = [&] { fetch(record, {.directory = cache, .network = {.first_pause_ms = 1}}); };
  const auto prepare = [&] {
    fs::remove_all(cache);
    fs::create_directory(cache);
    write_text(cache / "other.pth", "other");
    write_lock(cache, "other.pth", other);
    if (!resumed) return;
    write_text(cache / "w.pth.part", kBody.substr(0, 1000));
    write_text(cache / "w.pth.part.source", record.file().urls[0] + "\n" + kTag + "\n300003\n");
  };
  const auto check_old = [&] {
    CHECK(read_lock(cache, "other.pth") == other);
    CHECK(read_text(cache / "other.pth") == "other");
    if (fs::exists(cache / "w.pth")) CHECK(read_text(cache / "w.pth") == kBody);
  };
  const auto check_new = [&] {
    check_old();
    CHECK(read_text(cache / "w.pth") == kBody);
    CHECK(read_lock(cache, "w.pth")->sha256 == hash_of(kBody));
    CHECK(names_in(cache) == Names{"other.pth", "w.pth", "weights.lock.json"});
  };
  prepare();
  get();  // the server's thread is spared from now on
  const int calls = fail_each(failure, prepare, get, check_old, check_new);
  if (failure.call != SystemCall::map) CHECK(calls > 0);
}

TEST_CASE("a cached file is found whatever fails, and believed only if it is right") {
  const Failure failure = GENERATE(from_range(kFailures));
  const TemporaryFolder folder;
  const WeightRecord record = weight({"http://127.0.0.1:1/w.pth"});
  const auto prepare = [&] {
    fs::remove(lock_path(folder.path()));
    write_text(folder / "w.pth", kBody);
  };
  const auto get = [&] { fetch(record, {.directory = folder.path()}); };
  const auto check = [&] { CHECK(read_text(folder / "w.pth") == kBody); };
  const int calls = fail_each(failure, prepare, get, check, check);
  if (failure.call != SystemCall::map) CHECK(calls > 0);
}

TEST_CASE("the lock file survives the failure of any call") {
  const Failure failure = GENERATE(from_range(kFailures));
  const TemporaryFolder folder;
  const LockEntry old_entry{.sha256 = std::string(64, 'a'), .bytes = 5};
  const LockEntry new_entry{.sha256 = std::string(64, 'b'), .bytes = 6};
  const auto prepare = [&] {
    fs::remove(lock_path(folder.path()));
    write_lock(folder.path(), "old.pth", old_entry);
  };
  const auto check_old = [&] {
    CHECK(read_lock(folder.path(), "old.pth") == old_entry);
    const auto entry = read_lock(folder.path(), "new.pth");
    CHECK((!entry || *entry == new_entry));
  };
  const auto check_new = [&] {
    check_old();
    CHECK(read_lock(folder.path(), "new.pth") == new_entry);
    CHECK(names_in(folder.path()) == Names{"weights.lock.json"});
  };
  const int calls = fail_each(
      failure, prepare, [&] { write_lock(folder.path(), "new.pth", new_entry); }, check_old, check_new);
  if (failure.call != SystemCall::map) CHECK(calls > 0);
}

TEST_CASE("a checkpoint that is written over survives the failure of any call") {
  const Failure failure = GENERATE(from_range(kFailures));
  const bool zip = GENERATE(false, true);
  const TemporaryFolder folder;
  const fs::path path = folder / "model";
  const auto tensor = [](const std::string& name, size_t count) {
    const auto owner = std::make_shared<std::vector<std::byte>>(4 * count, std::byte{1});
    TensorView view;
    view.dtype = DType::f32;
    view.shape = {static_cast<int64_t>(count)};
    view.strides = {1};
    view.storage = *owner;
    view.owner = owner;
    return NamedTensor{name, view};
  };
  const std::vector<NamedTensor> old_tensors{tensor("old", 3)};
  const std::vector<NamedTensor> new_tensors{tensor("a", 5), tensor("b", 100'000)};
  const auto write = [&](const std::vector<NamedTensor>& tensors) {
    zip ? write_torch_zip(path, tensors) : write_safetensors(path, tensors);
  };
  const auto names = [&] {
    Names found;
    const Checkpoint checkpoint = Checkpoint::open(path);
    for (const auto& [name, view] : checkpoint.tensors()) found.push_back(name);
    return found;
  };
  const auto check_old = [&] {
    CHECK(names_in(folder.path()) == Names{"model"});
    const Names found = names();
    CHECK((found == Names{"old"} || found == Names{"a", "b"}));  // the folder alone could not be synced
  };
  const auto check_new = [&] {
    CHECK(names_in(folder.path()) == Names{"model"});
    CHECK(names() == Names{"a", "b"});
  };
  const int calls =
      fail_each(failure, [&] { write(old_tensors); }, [&] { write(new_tensors); }, check_old, check_new);
  if (failure.call != SystemCall::map && failure.call != SystemCall::truncate) CHECK(calls > 0);
}
