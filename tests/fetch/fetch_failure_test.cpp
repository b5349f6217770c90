// Downloads that fail: the error is clear, and nothing wrong is left.
#include "zoo/fetch/fetch.h"

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/resource.h>

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
    expected = "a web page came instead of the file. Is a login, a proxy or a moved address in the way?";
  }
  write_text(folder / "source", bytes);
  ZOO_CHECK_ERROR(fetch(weight({url}), {.directory = cache}), ErrorCode::hash_mismatch,
                  url + ": " + expected);
  CHECK(names_in(cache).empty());
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
      {"/none", "the server answers 404 Not Found", ErrorCode::network},
      {"/cut", "transfer closed with 299003 bytes remaining to read", ErrorCode::network},
      {"/loop", "is redirected more than 10 times", ErrorCode::network},
      {"/local", "redirects to file:///etc/hostname, which is not followed", ErrorCode::network},
      {"/garbage", "Received HTTP/0.9 when not allowed", ErrorCode::network},
      {"/wrong", "SHA-256 is ", ErrorCode::hash_mismatch},
  }));
  const std::string url = server.url(path);
  const auto error = error_of([&, target = url] {
    fetch(weight({target}), {.directory = folder / "cache", .network = {.attempts = 1}});
  });
  REQUIRE(error.has_value());
  CHECK((error->code() == code));
  CHECK(message_of(error).starts_with(url + ": " + reason));
  CHECK(names_in(folder / "cache").empty());
}

TEST_CASE("an interrupted download leaves nothing that cannot be gone on from") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", {.bytes = cut_short(kBody, 1000).bytes, .stalls = true}}});
  const fs::path cache = folder / "cache";
  const auto interrupt = [](int64_t received, int64_t) {
    if (received > 0) throw Error(ErrorCode::interrupted, "", "stopped");
  };
  ZOO_CHECK_ERROR(fetch(weight({server.url("/w.pth")}), {.directory = cache, .progress = interrupt}),
                  ErrorCode::interrupted, "stopped");
  CHECK(names_in(cache).empty());
}

TEST_CASE("a full disk is an error that names the file") {
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
