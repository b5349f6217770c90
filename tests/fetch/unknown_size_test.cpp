// Files of which nobody says how long they are: what arrives is bounded, and is whole or nothing.
#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/fetch/fake_hub.h"
#include "tests/fetch/interrupted.h"
#include "zoo/cache/lockfile.h"
#include "zoo/fetch/unlisted.h"

using namespace zoo;
using namespace zoo::test;

namespace {

Answer until_closed(const std::string& body) {
  return {.bytes = "HTTP/1.0 200 OK\r\nETag: \"e\"\r\n\r\n" + body};
}

Answer chunked(const std::string& body, bool ended = true) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size(); at += 0x1000) {
    const std::string piece = body.substr(at, 0x1000);
    char size[16];
    std::snprintf(size, sizeof size, "%zx", piece.size());
    text += std::string(size) + "\r\n" + piece + "\r\n";
  }
  return {.bytes = text + (ended ? "0\r\n\r\n" : "")};
}

// Of which nothing is published.
WeightRecord unpublished(const std::string& url) {
  WeightRecord record = prefix_only({url});
  record.files[0].sha256_prefix.clear();
  return record;
}

}  // namespace

TEST_CASE("a body that ends with the connection is believed by its hash alone") {
  const TemporaryFolder folder;
  const bool is_cut = GENERATE(true, false);
  const HttpServer server(
      [&](const Request&) { return until_closed(is_cut ? kBody.substr(0, 150'000) : kBody); });
  const FetchOptions options{.directory = folder.path(), .trust_prefix = true, .network = kOnce};
  SECTION("which nobody has published") {
    ZOO_CHECK_ERROR(
        fetch(unpublished(server.url("/w.pth")), options), ErrorCode::hash_mismatch,
        server.url("/w.pth") + ": neither a SHA-256 of it is published, nor does the server say where " +
            "it ends: nobody could tell a file that was cut. Give its hash: URL#sha256=HEX, or another URL.");
    CHECK(names_in(folder.path()).empty());
  }
  SECTION("of which a prefix is published") {
    WeightRecord record = prefix_only({server.url("/w.pth")});
    if (is_cut) {
      CHECK(error_of([&] { fetch(record, options); })->code() == ErrorCode::hash_mismatch);
      CHECK(names_in(folder.path()).empty());
    } else {
      CHECK(fetch(record, options).downloaded);
    }
  }
}

TEST_CASE("a body in pieces is whole if the last one came") {
  const TemporaryFolder folder;
  const FetchOptions options{.directory = folder.path(), .trust_prefix = true, .network = kOnce};
  SECTION("whole") {
    const HttpServer server([](const Request&) { return chunked(kBody); });
    CHECK(fetch(unpublished(server.url("/w.pth")), options).downloaded);
    CHECK(read_lock(folder.path(), "w.pth")->sha256 == hash_of(kBody));
  }
  SECTION("cut") {
    const HttpServer server([](const Request&) { return chunked(kBody, false); });
    CHECK(error_of([&] { fetch(unpublished(server.url("/w.pth")), options); })->code() == ErrorCode::network);
    CHECK(names_in(folder.path()).empty());
  }
}

TEST_CASE("a body without end does not fill the disk") {
  const TemporaryFolder folder;
  FetchOptions options{.directory = folder.path(), .trust_prefix = true, .network = kOnce};
  options.network.most_of_unknown_size = 100'000;
  const bool in_pieces = GENERATE(true, false);
  const HttpServer server([&](const Request&) { return in_pieces ? chunked(kBody) : until_closed(kBody); });
  WeightRecord record = prefix_only({server.url("/w.pth")});
  ZOO_CHECK_ERROR(fetch(record, options), ErrorCode::hash_mismatch,
                  server.url("/w.pth") +
                      ": more than 100000 bytes arrived, and neither the manifest nor the server " +
                      "says how many there are. These are not the published bytes; nothing was kept.");
  CHECK(names_in(folder.path()).empty());
  SECTION("where the manifest says how long it is, that counts") {
    CHECK(fetch(weight({server.url("/w.pth")}), options).downloaded);
  }
}

TEST_CASE("a file that the disk cannot hold is refused before it comes") {
  const TemporaryFolder folder;
  const HttpServer server([](const Request&) {
    return Answer{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4000000000000000000\r\n\r\n" + kBody};
  });
  const auto error = error_of([&] {
    fetch(prefix_only({server.url("/w.pth")}),
          {.directory = folder.path(), .trust_prefix = true, .network = kOnce});
  });
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::io);
  CHECK(message_of(error).starts_with((folder / "w.pth").string() +
                                      ": needs 4000000000000000000 bytes more, the disk has "));
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a configuration that may be cut is not recorded") {
  const TemporaryFolder folder;
  const std::string commit = "X-Repo-Commit: " + FakeHub::kCommit + "\r\n";
  const HttpServer hub([&](const Request& request) {
    if (request.target.ends_with("/preprocessor_config.json")) return status("404 Not Found");
    if (request.target.ends_with(".json")) return until_closed(R"({"architecture": "resnet18"})");
    return ok(kBody, commit + "X-Linked-Etag: \"" + hash_of(kBody) + "\"\r\n");
  });
  const Setting endpoint("HF_ENDPOINT", hub.url(""));
  const auto error =
      error_of([&] { fetch_hub_model({.owner = "o", .repository = "r"}, {.directory = folder.path()}); });
  CHECK(message_of(error).find("config.json: comes without a length: it may be cut") != std::string::npos);
  CHECK(names_in(folder.path()).empty());
}
