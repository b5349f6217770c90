#include "zoo/base/unfinished.h"

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

using namespace zoo;
using zoo::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> unfinished_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_unfinished_name(entry.path().filename().string())) found.push_back(entry.path());
  }
  return found;
}

void kill_oneself() {
  ::kill(::getpid(), SIGKILL);
}

// Runs `work`, which kills itself, in a process of its own.
template <class Work>
void killed(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

}  // namespace

TEST_CASE("what a killed writer left is removed by the next, what a living one writes is not") {
  const TemporaryFolder folder;
  killed([&] {
    AtomicFile file(folder / "model");
    file.write("half");
    kill_oneself();
  });
  REQUIRE(unfinished_in(folder.path()).size() == 1);
  killed([&] {
    const UnfinishedFolder fresh(folder / "directory");
    write_text(fresh.path() / "config.json", "{}");
    fs::create_symlink(folder.path(), fresh.path() / "around");
    kill_oneself();
  });
  REQUIRE(unfinished_in(folder.path()).size() == 1);  // the second has swept what the first left

  AtomicFile alive(folder / "alive");
  REQUIRE(unfinished_in(folder.path()) == std::vector<fs::path>{alive.temporary()});
  const UnfinishedFolder fresh(folder / "directory");
  sweep_unfinished(folder.path());
  CHECK(fs::exists(alive.temporary()));
  CHECK(fs::exists(fresh.path()));
  alive.write("whole");
  alive.commit();
  CHECK(read_text(folder / "alive") == "whole");
}

TEST_CASE("only what has such a name is swept, and no link is followed") {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  const std::string mine = ".zoo-0123456789abcdef.tmp";
  CHECK(is_unfinished_name(mine));
  write_text(elsewhere / mine, "kept");
  fs::create_symlink(elsewhere / mine, folder / ".zoo-fedcba9876543210.tmp");
  for (const std::string name :
       {".zoo-.tmp", ".zoo-notes.tmp", ".zoo-0123456789ABCDEF.tmp", "zoo-0123456789abcdef.tmp",
        ".zoo-0123456789abcdef0.tmp", ".zoo-0123456789abcdef.tmp~"}) {
    CHECK_FALSE(is_unfinished_name(name));
    write_text(folder / name, "kept");
  }
  write_text(folder / mine, "left");
  sweep_unfinished(folder.path());
  CHECK_FALSE(fs::exists(folder / mine));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 7);
  CHECK(read_text(elsewhere / mine) == "kept");
  sweep_unfinished(folder / "none");
}

TEST_CASE("an unfinished folder appears whole, and nothing is left without commit") {
  const TemporaryFolder folder;
  {
    const UnfinishedFolder fresh(folder / "given up");
    write_text(fresh.path() / "a", "a");
  }
  CHECK(fs::is_empty(folder.path()));
  fs::create_directory(folder / "target");  // an empty one gives way
  {
    UnfinishedFolder fresh(folder / "target");
    write_text(fresh.path() / "a", "a");
    fresh.commit();
  }
  CHECK(read_text(folder / "target" / "a") == "a");
  {
    UnfinishedFolder fresh(folder / "target");
    ZOO_CHECK_ERROR(fresh.commit(), ErrorCode::io,
                    (folder / "target").string() + ": cannot write it: Directory not empty");
  }
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}
