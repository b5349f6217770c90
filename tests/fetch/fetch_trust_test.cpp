// Which bytes are believed: by full hash, by prefix, by the lock file.
#include "zoo/fetch/fetch.h"

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

TEST_CASE("a prefix of the hash is not enough from a file or over http") {
  const TemporaryFolder folder;
  write_text(folder / "source", kBody);
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const std::string url = GENERATE(true, false) ? file_url(folder / "source") : server.url("/w.pth");
  const WeightRecord record = prefix_only({url});
  const fs::path cache = folder / "cache";
  ZOO_CHECK_ERROR(
      fetch(record, {.directory = cache}), ErrorCode::hash_mismatch,
      url + ": only the first 8 digits of its SHA-256 are published, which is enough only over https. " +
          "Accept it with --trust-prefix if you know where it comes from.");
  CHECK(names_in(cache).empty());

  const FetchResult trusted = fetch(record, {.directory = cache, .trust_prefix = true});
  CHECK(trusted.downloaded);
  CHECK(trusted.note == "only the first 8 digits of its SHA-256 are published; its full SHA-256 " +
                            hash_of(kBody) + " is recorded in " + (cache / "weights.lock.json").string());

  SECTION("once recorded, the full hash is what counts") {
    fs::remove(cache / "w.pth");
    CHECK(fetch(record, {.directory = cache}).downloaded);
    CHECK(names_in(cache) == kFetched);
  }
}

TEST_CASE("a prefix that does not match is refused even if prefixes are trusted") {
  const TemporaryFolder folder;
  write_text(folder / "source", "other");
  const std::string url = file_url(folder / "source");
  const WeightRecord record = prefix_only({url});
  ZOO_CHECK_ERROR(fetch(record, {.directory = folder / "cache", .trust_prefix = true}),
                  ErrorCode::hash_mismatch,
                  url + ": SHA-256 is " + hash_of("other") + ", expected " + hash_of(kBody).substr(0, 8) +
                      "... These are not the published bytes; nothing was kept.");
  CHECK(names_in(folder / "cache").empty());
}

TEST_CASE("a file of which no hash is published is not enough from anywhere") {
  const TemporaryFolder folder;
  const std::string url = GENERATE(as<std::string>(), "https://127.0.0.1:1/w.pth", "file:///etc/hostname");
  WeightRecord record = weight({url});
  record.files[0].sha256.clear();
  ZOO_CHECK_ERROR(fetch(record, {.directory = folder / "cache"}), ErrorCode::hash_mismatch,
                  url + ": no SHA-256 of it is published. " +
                      "Accept it with --trust-prefix if you know where it comes from.");
  CHECK(names_in(folder / "cache").empty());
}

TEST_CASE("every later download must match the hash that was recorded") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  fs::create_directory(cache);
  write_text(folder / "source", kBody);
  WeightRecord record = prefix_only({file_url(folder / "source")});
  SECTION("the recorded one is another with the same prefix: the new bytes are refused") {
    const std::string other = hash_of(kBody).substr(0, 8) + std::string(56, '0');
    write_lock(cache, "w.pth", {.sha256 = other, .bytes = static_cast<int64_t>(kBody.size())});
    ZOO_CHECK_ERROR(fetch(record, {.directory = cache, .trust_prefix = true}), ErrorCode::hash_mismatch,
                    record.file().urls[0] + ": SHA-256 is " + hash_of(kBody) + ", expected " + other +
                        ". These are not the published bytes; nothing was kept.");
  }
  SECTION("the recorded one contradicts the manifest: neither is believed") {
    write_lock(cache, "w.pth", {.sha256 = std::string(64, '0'), .bytes = 5});
    ZOO_CHECK_ERROR(fetch(record, {.directory = cache, .trust_prefix = true}), ErrorCode::hash_mismatch,
                    (cache / "weights.lock.json").string() + ": 'w.pth' is recorded with SHA-256 " +
                        std::string(64, '0') + " and 5 bytes, the manifest says " +
                        hash_of(kBody).substr(0, 8) +
                        "... Delete that entry if the manifest is the one to believe.");
  }
  CHECK(names_in(cache) == Names{"weights.lock.json"});
}

TEST_CASE("a file that somebody put into the cache is hashed before it is believed") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  fs::create_directory(cache);
  write_text(folder / "source", kBody);
  const std::string url = file_url(folder / "source");
  SECTION("the right one is taken") {
    write_text(cache / "w.pth", kBody);
    CHECK_FALSE(fetch(weight({url}), {.directory = cache}).downloaded);
    CHECK(names_in(cache) == kFetched);
  }
  SECTION("a wrong one is replaced") {
    std::string wrong = kBody;
    wrong[0] = 'x';
    write_text(cache / "w.pth", wrong);
    const FetchResult result = fetch(weight({url}), {.directory = cache});
    CHECK(result.downloaded);
    CHECK(result.note == (cache / "w.pth").string() + " had SHA-256 " + hash_of(wrong) + " instead of " +
                             hash_of(kBody) + " and was replaced");
    CHECK(read_text(cache / "w.pth") == kBody);
  }
  SECTION("a truncated one is replaced") {
    write_text(cache / "w.pth", "short");
    CHECK(fetch(weight({url}), {.directory = cache}).note ==
          (cache / "w.pth").string() + " had 5 bytes instead of 300003 and was replaced");
  }
  SECTION("one of which only a prefix is known needs trust") {
    write_text(cache / "w.pth", kBody);
    ZOO_CHECK_ERROR(
        fetch(prefix_only({"https://example.invalid/w.pth"}), {.directory = cache}), ErrorCode::hash_mismatch,
        (cache / "w.pth").string() + ": was not downloaded by zoo, and only the first 8 digits of its " +
            "SHA-256 are published (its own is " + hash_of(kBody) +
            "). Delete it to download it again, or accept it with --trust-prefix.");
    CHECK_FALSE(fetch(prefix_only({url}), {.directory = cache, .trust_prefix = true}).downloaded);
  }
}
