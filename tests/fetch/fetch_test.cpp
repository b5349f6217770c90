// Getting a weight into the cache where all goes well.
#include "zoo/cache/cache.h"
#include "zoo/fetch/fetch.h"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/base/url.h"
#include "zoo/cache/lockfile.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

TEST_CASE("a file URL is copied into the cache, verified and recorded") {
  const TemporaryFolder folder;
  write_text(folder / "source file", kBody);
  const WeightRecord record = weight({file_url(folder / "source file")});
  const fs::path cache = folder / "new" / "cache";

  const FetchResult first = fetch(record, {.directory = cache, .offline = true});
  CHECK(first.path == cache / "w.pth");
  CHECK(first.sha256 == hash_of(kBody));
  CHECK(first.downloaded);
  CHECK(first.note.empty());
  CHECK(read_text(first.path) == kBody);
  CHECK(names_in(cache) == kFetched);
  CHECK(read_lock(cache, "w.pth") ==
        LockEntry{.sha256 = hash_of(kBody), .bytes = static_cast<int64_t>(kBody.size())});

  const FetchResult second = fetch(record, {.directory = cache});
  CHECK_FALSE(second.downloaded);
  CHECK(second.sha256 == first.sha256);
}

TEST_CASE("offline, what is not here is not fetched") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const WeightRecord record = weight({server.url("/w.pth")});
  ZOO_CHECK_ERROR(fetch(record, {.directory = folder.path(), .offline = true}), ErrorCode::not_found,
                  "resnet18.test: is not in " + folder.path().string() +
                      ", and --offline forbids to fetch it. " +
                      "Run 'zoo download resnet18.test' once where there is a network.");
  CHECK(server.requests() == 0);
  fetch(record, {.directory = folder.path()});
  CHECK_FALSE(fetch(record, {.directory = folder.path(), .offline = true}).downloaded);
}

TEST_CASE("http gives the file, and says how far it is") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}});
  int64_t last = 0;
  int64_t of = 0;
  const auto progress = [&](int64_t received, int64_t total) {
    last = received;
    of = total;
  };
  CHECK(fetch(weight({server.url("/w.pth")}), {.directory = folder.path(), .progress = progress}).downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(last == 300'003);
  CHECK(of == 300'003);
}

TEST_CASE("a redirect is followed, and the next URL is tried when one fails") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}, {"/moved", status("301 Moved", "Location: /w.pth\r\n")}});
  CHECK(fetch(weight({server.url("/moved")}), {.directory = folder / "a"}).downloaded);
  CHECK(fetch(weight({server.url("/none"), server.url("/w.pth")}), {.directory = folder / "b"}).downloaded);

  const auto error = error_of(
      [&] { fetch(weight({server.url("/none"), "http://127.0.0.1:1/"}), {.directory = folder / "c"}); });
  CHECK(message_of(error).starts_with(server.url("/none") + ": the server answers 404 Not Found; then " +
                                      "http://127.0.0.1:1/: Failed to connect"));
}

TEST_CASE("another copy of the same weight is tried when the first one's URLs fail") {
  const TemporaryFolder folder;
  const HttpServer server({{"/old", ok("old form")}});
  WeightRecord record = weight({server.url("/none")});
  record.files.push_back({.urls = {server.url("/old")},
                          .name = "old.pth",
                          .sha256 = hash_of("old form"),
                          .sha256_prefix = {},
                          .bytes = -1,
                          .format = "tar",
                          .layout = "torchvision"});
  CHECK_FALSE(is_cached(record, folder.path()));
  CHECK(cached_path(record, folder.path()) == folder / "w.pth");
  CHECK(fetch(record, {.directory = folder.path()}).path == folder / "old.pth");
  CHECK(is_cached(record, folder.path()));
  CHECK(cached_path(record, folder.path()) == folder / "old.pth");
  CHECK_FALSE(fetch(record, {.directory = folder.path()}).downloaded);
}

TEST_CASE("many who want the same file transfer it once") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const WeightRecord record = weight({server.url("/w.pth")});
  std::atomic<int> downloaded{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      try {
        downloaded += fetch(record, {.directory = folder.path()}).downloaded ? 1 : 0;
      } catch (const std::exception&) {
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(downloaded == 1);
  CHECK(server.requests() == 1);
  CHECK(names_in(folder.path()) == kFetched);
}

TEST_CASE("what a killed process left is no obstacle") {
  const TemporaryFolder folder;
  write_text(folder / "source", kBody);
  write_text(folder / "w.pth.part", std::string(400'000, 'z'));
  CHECK(fetch(weight({file_url(folder / "source")}), {.directory = folder.path()}).downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK_FALSE(fs::exists(folder / "w.pth.part"));
}
