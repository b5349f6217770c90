// What hostile work in a child process can do to its parent: nothing.
#include "zoo/checkpoint/flax_keras/isolated.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/skip.h"
#include "tests/temporary_folder.h"

#include "zoo/base/error.h"

namespace zoo {

TEST_CASE("isolated work gives its result or its error") {
  const std::string large(1 << 20, 'x');
  CHECK(run_isolated([&] { return large; }) == large);
  CHECK(run_isolated([] { return std::string(); }).empty());
  try {
    run_isolated([]() -> std::string { throw Error(ErrorCode::unsupported, {}, "too new"); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()) == "too new");
  }
}

TEST_CASE("isolated work that goes wrong is an error") {
  const auto outcome = [](const std::function<std::string()>& work, int seconds = 600) {
    const IsolationLimits limits{.memory_bytes = 64 << 20, .seconds = seconds, .result_bytes = 1 << 20};
    CHECK_THROWS_AS(run_isolated(work, limits), Error);
  };
  SECTION("a crash") {
    outcome([]() -> std::string { __builtin_trap(); });
  }
  SECTION("an abort") {
    outcome([]() -> std::string { std::abort(); });
  }
  SECTION("an exit") {
    outcome([]() -> std::string { std::_Exit(0); });
  }
  SECTION("an endless loop") {
    const auto work = []() -> std::string {
      for (const volatile bool forever = true; forever;) {
      }
      return {};
    };
    outcome(work, 1);
  }
  SECTION("a result that is too large") {
    outcome([] { return std::string(2 << 20, 'x'); });
  }
  SECTION("memory without end") {
    outcome([]() -> std::string {
      // Large ones: when one does not fit, a sanitizer still has the room that its report takes.
      std::vector<std::string> parts;
      for (int i = 0; i < 100; ++i) parts.emplace_back(40 << 20, 'x');
      return "done";
    });
  }
}

namespace {

// What each call says inside: "done" or the name of its error.
std::string outcome(long result) {
  return result >= 0 ? "done" : errno == EPERM ? "EPERM" : errno == EMFILE ? "EMFILE" : std::to_string(errno);
}

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// prctl() itself is among what a filter refuses.
bool restricts_calls() {
  return run_isolated([] { return outcome(::prctl(PR_GET_SECCOMP)); }) == "EPERM";
}

}  // namespace

TEST_CASE("isolated work opens no file and no socket", "[seccomp]") {
  if (kSanitized) return test::skip("a build with sanitizers");
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "content";
  const std::string refused = restricts_calls() ? "EPERM" : "EMFILE";
  CHECK(run_isolated([&] { return outcome(::open(path.c_str(), O_RDONLY)); }) == refused);
  CHECK(run_isolated([&] { return outcome(::open((path + "2").c_str(), O_CREAT | O_WRONLY, 0600)); }) ==
        refused);
  CHECK(run_isolated([] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); }) == refused);
  CHECK(run_isolated([] { return outcome(::socket(AF_UNIX, SOCK_DGRAM, 0)); }) == refused);
  CHECK(run_isolated([] { return outcome(::dup(STDERR_FILENO)); }) == refused);
}

TEST_CASE("isolated work can only compute and answer", "[seccomp]") {
  if (!restricts_calls()) return test::skip("no seccomp, or a build with sanitizers");
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "content";
  const int inherited = ::open(path.c_str(), O_RDWR);
  REQUIRE(inherited >= 0);
  const char* const arguments[] = {"/bin/true", nullptr};
  const auto refused = [](const auto& call) {
    return run_isolated([&] { return outcome(call()); }) == "EPERM";
  };
  CHECK(refused([&] { return ::unlink(path.c_str()); }));
  CHECK(refused([&] { return ::write(inherited, "x", 1); }));
  char byte = 0;
  CHECK(refused([&] { return ::read(inherited, &byte, 1); }));
  CHECK(refused([&] { return ::ftruncate(inherited, 0); }));
  CHECK(refused([] { return ::fork(); }));
  CHECK(refused([&] { return ::execv(arguments[0], const_cast<char* const*>(arguments)); }));
  CHECK(refused([] { return ::kill(::getppid(), 0); }));
  CHECK(refused([] { return ::prctl(PR_SET_DUMPABLE, 1); }));
  const auto mapped = [](int protection, int flags, int file) {
    return ::mmap(nullptr, 4096, protection, flags, file, 0) == MAP_FAILED ? -1L : 0L;
  };
  CHECK(refused([&] { return mapped(PROT_READ, MAP_PRIVATE, inherited); }));
  CHECK(refused([&] { return mapped(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1); }));
  CHECK(run_isolated([&] {
          return outcome(mapped(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1));
        }) == "done");
  CHECK(run_isolated([] { return std::to_string(std::string(30 << 20, 'x').size()); }) ==
        std::to_string(30 << 20));
  CHECK(::close(inherited) == 0);
  CHECK(std::filesystem::file_size(path) == 7);
}

}  // namespace zoo
