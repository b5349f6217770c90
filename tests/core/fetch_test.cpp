// Getting a weight into the cache: what is accepted, what is refused, and that nothing half-written is ever
// left.
#include "zoo/core/cache.h"

#include <atomic>
#include <csignal>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "tests/core/http_server.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/core/file.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/sha256.h"
#include "zoo/core/url.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

const std::string kBody = std::string(300'000, 'w') + "end";

std::string hash_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

// A weight of which everything is published.
WeightRecord weight(std::vector<std::string> urls) {
  WeightRecord record;
  record.name = "resnet18.test";
  record.files.push_back({.urls = std::move(urls),
                          .name = "w.pth",
                          .sha256 = hash_of(kBody),
                          .sha256_prefix = {},
                          .bytes = static_cast<int64_t>(kBody.size()),
                          .format = {},
                          .layout = "torchvision"});
  return record;
}

// One of which the publisher's file name gives eight digits.
WeightRecord prefix_only(std::vector<std::string> urls) {
  WeightRecord record = weight(std::move(urls));
  record.files[0].sha256_prefix = record.files[0].sha256.substr(0, 8);
  record.files[0].sha256.clear();
  record.files[0].bytes = -1;
  return record;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;
const Names kFetched{"w.pth", "weights.lock.json"};

std::string message_of(const std::optional<Error>& error) {
  return error ? error->what() : "";
}

}  // namespace

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

TEST_CASE("wrong bytes are refused with both hashes or both sizes, and leave nothing") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  const std::string url = file_url(folder / "source");
  std::string bytes = kBody;
  std::string expected;
  SECTION("one byte differs") {
    bytes[7] = 'x';
    expected = "SHA-256 is " + hash_of(bytes) + ", expected " + hash_of(kBody) +
               ". These are not the published bytes; nothing was kept.";
  }
  SECTION("shorter") {
    bytes.pop_back();
    expected = "300002 bytes arrived, expected 300003. These are not the published bytes; nothing was kept.";
  }
  SECTION("longer") {
    bytes += "x";
    expected =
        "more than the expected 300003 bytes arrived. These are not the published bytes; nothing was kept.";
  }
  SECTION("empty") {
    bytes.clear();
    expected = "0 bytes arrived, expected 300003. These are not the published bytes; nothing was kept.";
  }
  SECTION("a web page") {
    bytes = "\n<!DOCTYPE HTML><title>Log in</title>";
    expected =
        "37 bytes arrived, expected 300003. It looks like a web page, not like a file: is a login, a proxy "
        "or a moved "
        "address in the way?";
  }
  write_text(folder / "source", bytes);
  ZOO_CHECK_ERROR(fetch(weight({url}), {.directory = cache}), ErrorCode::hash_mismatch,
                  url + ": " + expected);
  CHECK(names_in(cache).empty());
}

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

TEST_CASE("a transfer that fails says why and leaves nothing") {
  const TemporaryFolder folder;
  std::string wrong = kBody;
  wrong[0] = 'x';
  const HttpServer server({{"/cut", cut_short(kBody, 1000)},
                           {"/wrong", ok(wrong)},
                           {"/loop", status("302 Found", "Location: /loop\r\n")},
                           {"/local", status("302 Found", "Location: file:///etc/hostname\r\n")},
                           {"/garbage", {.bytes = std::string("\x16\x03\x01", 3)}}});
  const auto [path, reason, code] = GENERATE(table<std::string, std::string, ErrorCode>({
      {"/none", "The requested URL returned error: 404", ErrorCode::network},
      {"/cut", "transfer closed with 299003 bytes remaining to read", ErrorCode::network},
      {"/loop", "Maximum (10) redirects followed", ErrorCode::network},
      {"/local", "Protocol \"file\" not supported or disabled in libcurl", ErrorCode::network},
      {"/garbage", "Received HTTP/0.9 when not allowed", ErrorCode::network},
      {"/wrong", "SHA-256 is ", ErrorCode::hash_mismatch},
  }));
  const std::string url = server.url(path);
  const auto error =
      error_of([&, target = url] { fetch(weight({target}), {.directory = folder / "cache"}); });
  REQUIRE(error.has_value());
  CHECK((error->code() == code));
  CHECK(message_of(error).starts_with(url + ": " + reason));
  CHECK(names_in(folder / "cache").empty());
}

TEST_CASE("a redirect is followed, and the next URL is tried when one fails") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}, {"/moved", status("301 Moved", "Location: /w.pth\r\n")}});
  CHECK(fetch(weight({server.url("/moved")}), {.directory = folder / "a"}).downloaded);
  CHECK(fetch(weight({server.url("/none"), server.url("/w.pth")}), {.directory = folder / "b"}).downloaded);

  const auto error = error_of(
      [&] { fetch(weight({server.url("/none"), "http://127.0.0.1:1/"}), {.directory = folder / "c"}); });
  CHECK(message_of(error).starts_with(server.url("/none") +
                                      ": The requested URL returned error: 404\n  then " +
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

TEST_CASE("an interrupted download leaves nothing, the file that was there included") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", {.bytes = cut_short(kBody, 1000).bytes, .stall_ms = 10'000}}});
  const fs::path cache = folder / "cache";
  const auto interrupt = [](int64_t received, int64_t) {
    if (received > 0) throw Error(ErrorCode::interrupted, "", "stopped");
  };
  ZOO_CHECK_ERROR(fetch(weight({server.url("/w.pth")}), {.directory = cache, .progress = interrupt}),
                  ErrorCode::interrupted, "stopped");
  CHECK(names_in(cache).empty());
}

TEST_CASE("a full disk is an error that names the file, and leaves nothing") {
  const TemporaryFolder folder;
  write_text(folder / "source", kBody);
  const fs::path cache = folder / "cache";
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 100'000;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const auto error = error_of([&] { fetch(weight({file_url(folder / "source")}), {.directory = cache}); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message_of(error) == (cache / "w.pth").string() + ": cannot write it: File too large");
  CHECK(names_in(cache).empty());
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

TEST_CASE("verify hashes the whole file and tells what it found") {
  const TemporaryFolder folder;
  const fs::path path = folder / "w.pth";
  const auto verdict = [&](const WeightRecord& record) { return verify_file(record, path).verdict; };
  CHECK(verdict(weight({"https://example.org/w.pth"})) == Verdict::missing);
  write_text(path, kBody);
  CHECK(verdict(weight({"https://example.org/w.pth"})) == Verdict::ok);
  CHECK(verdict(prefix_only({"https://example.org/w.pth"})) == Verdict::ok_prefix_only);
  write_lock(folder.path(), "w.pth", {.sha256 = hash_of(kBody), .bytes = static_cast<int64_t>(kBody.size())});
  CHECK(verdict(prefix_only({"https://example.org/w.pth"})) == Verdict::ok);
  std::string wrong = kBody;
  wrong[0] = 'x';
  write_text(path, wrong);
  const VerifyResult changed = verify_file(weight({"https://example.org/w.pth"}), path);
  CHECK(changed.verdict == Verdict::wrong_hash);
  CHECK(changed.expected == hash_of(kBody));
  CHECK(changed.actual == hash_of(wrong));
  write_text(path, "short");
  const VerifyResult shorter = verify_file(weight({"https://example.org/w.pth"}), path);
  CHECK(shorter.verdict == Verdict::wrong_size);
  CHECK(shorter.expected == "300003");
  CHECK(shorter.actual == "5");
}
