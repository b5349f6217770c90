// Weights by URL: what is believed, and where they lie.
#include "zoo/fetch/unlisted.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/base/url.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("a URL with a hash is checked against it, wherever it leads") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const std::string url = server.url("/w.pth");
  const UnlistedFile right = file_of_url(url + "#sha256=" + hash_of(kBody));
  const FetchResult result = fetch_unlisted(url, right, {.directory = folder.path()});
  CHECK(read_text(result.path) == kBody);
  CHECK(result.path == folder / right.file.name);
  const auto error = error_of([&] {
    fetch_unlisted(url, file_of_url(url + "#sha256=" + std::string(64, '1')),
                   {.directory = folder / "other"});
  });
  CHECK(message_of(error).find("SHA-256 is " + hash_of(kBody)) != std::string::npos);
  CHECK(error_of([&] { file_of_url(url + "#sha256=12"); })->code() == ErrorCode::usage);
}

TEST_CASE("a URL without a hash needs trust; then its bytes are recorded and binding") {
  const TemporaryFolder folder;
  write_text(folder / "w.pth", kBody);
  const std::string url = file_url(folder / "w.pth");
  const UnlistedFile file = file_of_url(url);
  const auto error = error_of([&] { fetch_unlisted(url, file, {.directory = folder / "cache"}); });
  CHECK(message_of(error) == url +
                                 ": no SHA-256 of it is published. "
                                 "Accept it with --trust-prefix if you know where it comes from.");
  CHECK_FALSE(std::filesystem::exists(folder / "cache" / "url"));  // nothing came, nothing is left
  const FetchResult result = fetch_unlisted(url, file, {.directory = folder / "cache", .trust_prefix = true});
  std::filesystem::remove(result.path);
  write_text(folder / "w.pth", "other");
  CHECK(error_of([&] {
          fetch_unlisted(url, file, {.directory = folder / "cache", .trust_prefix = true});
        })->code() == ErrorCode::hash_mismatch);
}

TEST_CASE("the hash in a file name counts as torch hub's does") {
  CHECK(file_of_url("https://example.org/resnet18-f37072fd.pth").file.sha256_prefix == "f37072fd");
  CHECK(file_of_url("https://example.org/net_20200831-fbbb1da6.pth?x=1").file.sha256_prefix == "fbbb1da6");
  CHECK(file_of_url("https://example.org/resnet18-v2.pth").file.sha256_prefix.empty());
  CHECK(file_of_url("https://example.org/f37072fd.pth").file.sha256_prefix.empty());
}

TEST_CASE("no URL names a file outside its own folder of the cache") {
  const std::string url = GENERATE(
      as<std::string>(), "https://example.org/..", "https://example.org/a/../..", "https://example.org/",
      "https://example.org/%2e%2e%2fx", "https://example.org/.hidden", "https://example.org/a b\nc",
      "https://example.org/x?/../../y", "https://example.org/" + std::string(500, 'n'));
  const std::string name = file_of_url(url).file.name;
  INFO(name);
  CHECK(name.starts_with("url/" + hash_of(url).substr(0, 16) + "/"));
  const std::string last = name.substr(name.rfind('/') + 1);
  CHECK(std::ranges::count(name, '/') == 2);
  CHECK_FALSE(last.empty());
  CHECK(last.front() != '.');
  CHECK(last.size() <= 120);
  CHECK(last.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
        std::string::npos);
}
