// What lies in the cache is hashed when it is used, and once as long as it is not touched.
#include "zoo/cache/verified.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/error_matchers.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/url.h"
#include "zoo/cache/lockfile.h"
#include "zoo/fetch/fetch.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

const std::string kWrong = "X" + kBody.substr(1);

// As a fault of the disk or a hand does it: same size, same inode, same time of modification.
void spoil(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  const int file = ::open(path.c_str(), O_WRONLY);
  REQUIRE(::pwrite(file, "X", 1, 0) == 1);
  const timespec times[2] = {status.st_atim, status.st_mtim};
  REQUIRE(::futimens(file, times) == 0);
  ::close(file);
}

// In the place of every hash that is remembered.
void forge_record(const fs::path& folder, const std::string& sha256) {
  std::string text = read_text(folder / ".weights.verified");
  REQUIRE(text.size() > 64);
  write_text(folder / ".weights.verified", sha256 + text.substr(64));
}

}  // namespace

TEST_CASE("a file of the cache with the right size and wrong bytes is not used") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  write_text(folder / "source", kBody);
  const std::string url = file_url(folder / "source");
  const bool full = GENERATE(true, false);  // else the lock file alone has the hash
  const WeightRecord record = full ? weight({url}) : prefix_only({url});
  FetchOptions options{.directory = cache, .trust_prefix = true};
  SECTION("with the cache's own lock file") {
    fetch(record, options);
  }
  SECTION("with a project's lock file too") {
    fetch(record, options);
    write_lock_file(folder / "lock", {{"w.pth", *read_lock(cache, "w.pth")}});
    options.project_lock = folder / "lock";
  }
  SECTION("after it was used") {
    fetch(record, options);
    fetch(record, options);
  }
  spoil(cache / "w.pth");
  REQUIRE(read_text(cache / "w.pth") == kWrong);
  FetchOptions offline = options;
  offline.offline = true;
  fs::rename(folder / "source", folder / "away");
  const auto error = error_of([&] { fetch(record, offline); });
  REQUIRE(error.has_value());
  CHECK(read_text(cache / "w.pth") == kWrong);
  fs::rename(folder / "away", folder / "source");
  const FetchResult result = fetch(record, options);
  CHECK(result.note.starts_with((cache / "w.pth").string() + " had SHA-256 " + hash_of(kWrong)));
  CHECK(read_text(cache / "w.pth") == kBody);
}

TEST_CASE("offline, the message about a wrong file says what is wrong with it") {
  const TemporaryFolder folder;
  write_text(folder / "w.pth", kWrong);
  ZOO_CHECK_ERROR(
      fetch(weight({"https://example.invalid/w.pth"}), {.directory = folder.path(), .offline = true}),
      ErrorCode::hash_mismatch,
      "resnet18.test: " + (folder / "w.pth").string() + " had SHA-256 " + hash_of(kWrong) + " instead of " +
          hash_of(kBody) + ", and --offline forbids to fetch it. " +
          "Run 'zoo download resnet18.test' once where there is a network.");
}

TEST_CASE("a file is hashed once for as long as nothing about it changes") {
  const TemporaryFolder folder;
  const std::string other(64, '5');
  const fs::path file = folder / "w.pth";
  write_text(file, kBody);
  REQUIRE(verified_sha256(folder.path(), "w.pth") == hash_of(kBody));
  forge_record(folder.path(), other);  // shows where an answer comes from
  CHECK(verified_sha256(folder.path(), "w.pth") == other);

  SECTION("written in place") {
    spoil(file);
    CHECK(verified_sha256(folder.path(), "w.pth") == hash_of(kWrong));
    forge_record(folder.path(), other);
    CHECK(verified_sha256(folder.path(), "w.pth") == other);
  }
  SECTION("another file of the same bytes") {
    write_text(folder / "new", kBody);
    fs::rename(folder / "new", file);
    CHECK(verified_sha256(folder.path(), "w.pth") == hash_of(kBody));
  }
  SECTION("another name") {
    fs::rename(file, folder / "v.pth");
    CHECK(verified_sha256(folder.path(), "v.pth") == hash_of(kBody));
  }
  SECTION("a record that is somebody else's") {
    if (::geteuid() != 0) return;
    REQUIRE(::chown((folder / ".weights.verified").c_str(), 1, 1) == 0);
    CHECK(verified_sha256(folder.path(), "w.pth") == hash_of(kBody));
  }
  SECTION("a record that is a link") {
    fs::rename(folder / ".weights.verified", folder / "elsewhere");
    fs::create_symlink("elsewhere", folder / ".weights.verified");
    CHECK(verified_sha256(folder.path(), "w.pth") == hash_of(kBody));
  }
  SECTION("a record that is none") {
    write_text(folder / ".weights.verified",
               GENERATE(as<std::string>(), "", "x", "\n\n", std::string(64, 'a') + " 1 2 3 w.pth\n"));
    CHECK(verified_sha256(folder.path(), "w.pth") == hash_of(kBody));
  }
}

TEST_CASE("a downloaded file is not hashed again at its first use, and several are remembered") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  write_text(folder / "source", kBody);
  fetch(weight({file_url(folder / "source")}), {.directory = cache});
  write_text(cache / "other name", "other");
  CHECK(verified_sha256(cache, "other name") == hash_of("other"));
  const std::string record = read_text(cache / ".weights.verified");
  CHECK(record.find(hash_of(kBody)) != std::string::npos);
  CHECK(record.find(hash_of("other")) != std::string::npos);
  CHECK(verified_sha256(cache, "w.pth") == hash_of(kBody));
  CHECK(read_text(cache / ".weights.verified") == record);
}
