#include "zoo/cache/cache.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/environment.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/cache/lockfile.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("the cache is ZOO_HOME, else XDG_CACHE_HOME/zoo, else ~/.cache/zoo") {
  const Environment home("HOME", "/home/me");
  const Environment xdg("XDG_CACHE_HOME", "/var/cache/me");
  const Environment zoo_home("ZOO_HOME", "/data/zoo");
  CHECK(cache_directory() == "/data/zoo");
  {
    const Environment empty("ZOO_HOME", "");
    CHECK(cache_directory() == "/var/cache/me/zoo");
    const Environment relative("XDG_CACHE_HOME", "cache");  // the XDG specification: to be ignored
    CHECK(cache_directory() == "/home/me/.cache/zoo");
    const Environment none("XDG_CACHE_HOME", nullptr);
    CHECK(cache_directory() == "/home/me/.cache/zoo");
    const Environment homeless("HOME", nullptr);
    ZOO_CHECK_ERROR(cache_directory(), ErrorCode::not_found,
                    "no folder for downloads: neither ZOO_HOME nor HOME is set. Set ZOO_HOME to a folder of "
                    "your choice.");
  }
}

TEST_CASE("the lock file keeps what is recorded, and refuses another hash for the same name") {
  const TemporaryFolder folder;
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  CHECK_FALSE(read_lock(folder.path(), "x.pth").has_value());
  write_lock(folder.path(), "x.pth", {.sha256 = a, .bytes = 1});
  write_lock(folder.path(), "y.pth", {.sha256 = b, .bytes = 2});
  write_lock(folder.path(), "x.pth", {.sha256 = a, .bytes = 1});
  CHECK(read_lock(folder.path(), "x.pth") == LockEntry{.sha256 = a, .bytes = 1});
  CHECK(read_lock(folder.path(), "y.pth") == LockEntry{.sha256 = b, .bytes = 2});
  ZOO_CHECK_ERROR(
      write_lock(folder.path(), "x.pth", {.sha256 = b, .bytes = 1}), ErrorCode::hash_mismatch,
      lock_path(folder.path()).string() + ": 'x.pth' is recorded with SHA-256 " + a + ", now it is " + b);
}

TEST_CASE("a lock file that is none is refused, not overwritten") {
  const TemporaryFolder folder;
  const auto [text, complaint] = GENERATE(table<std::string, std::string>({
      {"",
       ": is not JSON: parse error at line 1, column 1: syntax error while parsing value - unexpected end of "
       "input; expected '[', '{', or a literal"},
      {"[1]", ": is of type array, expected an object"},
      {R"({"version": 2, "files": {}})", ":/version: is 2, expected 1 to 1"},
      {R"({"version": 1, "files": []})", ":/files: is of type array, expected an object"},
      {R"({"version": 1, "files": {"a": {"sha256": "12", "bytes": 1}}})",
       ":/files/a/sha256: is not a SHA-256 of 64 hex digits"},
  }));
  write_text(lock_path(folder.path()), text);
  const std::string expected =
      lock_path(folder.path()).string() + complaint + ". Delete the file; hashes are then recorded anew.";
  ZOO_CHECK_ERROR(read_lock(folder.path(), "a"), ErrorCode::corrupt, expected);
  ZOO_CHECK_ERROR(write_lock(folder.path(), "a", {.sha256 = std::string(64, 'a'), .bytes = 1}),
                  ErrorCode::corrupt, expected);
  CHECK(read_text(lock_path(folder.path())) == text);
}
