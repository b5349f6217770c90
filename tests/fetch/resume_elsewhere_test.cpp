// Going on from what another server sent of the same file: its full hash tells whether the parts fit.
#include <catch2/catch.hpp>

#include "tests/fetch/interrupted.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("another copy's server goes on from what the first one sent, if the full hash is known") {
  Interrupted download(good);
  const std::string elsewhere = download.server.url("/elsewhere/w.pth");
  FetchOptions options{.directory = download.folder.path(), .network = kQuick};
  SECTION("at a later URL of the record") {
    download.record.files[0].urls = {elsewhere};
  }
  SECTION("at a mirror") {
    options.mirrors = {parse_mirror(download.server.url("/elsewhere"))};
  }
  CHECK(fetch(download.record, options).downloaded);
  download.check_fetched();
  REQUIRE(download.server.requests() == 2);
  CHECK(download.server.seen().back().target == "/elsewhere/w.pth");
  CHECK(field(download.server.seen().back(), "range") == "bytes=1000-");
  CHECK(field(download.server.seen().back(), "if-range").empty());
}

TEST_CASE("the URLs of one run share what arrives") {
  const TemporaryFolder folder;
  const HttpServer server(in_turn({cut_after(1000), cut_after(2000), good}));
  const WeightRecord record = weight({server.url("/a"), server.url("/b"), server.url("/c")});
  CHECK(fetch(record, {.directory = folder.path(), .network = kOnce}).downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  REQUIRE(server.requests() == 3);
  CHECK(field(server.seen()[1], "range") == "bytes=1000-");
  CHECK(field(server.seen()[2], "range") == "bytes=3000-");
}

TEST_CASE("of a file with a short hash another server's bytes are not gone on from") {
  Interrupted download(good);
  download.record.files[0].urls = {download.server.url("/elsewhere/w.pth")};
  download.record.files[0].sha256_prefix = download.record.files[0].sha256.substr(0, 8);
  download.record.files[0].sha256.clear();
  CHECK(fetch(download.record, {.directory = download.folder.path(), .trust_prefix = true, .network = kQuick})
            .downloaded);
  download.check_fetched();
  CHECK(field(download.server.seen().back(), "range").empty());
}

TEST_CASE("a server that cannot go on from another's bytes is asked for the whole") {
  const std::string other_length =
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1000-1004/1005\r\nContent-Length: 5\r\n\r\nwrong";
  const auto [answer, why] = GENERATE_COPY(table<std::string, std::string>({
      {status("416 Range Not Satisfiable").bytes, "the server has no bytes after 1000"},
      {other_length, "the server sends another part than the one asked for"},
  }));
  const Handler refuses = [bytes = answer](const Request&) { return Answer{.bytes = bytes}; };
  SECTION("which may be right") {
    Interrupted download(in_turn({refuses, good}));
    download.record.files[0].urls = {download.server.url("/elsewhere/w.pth")};
    CHECK(download.go_on().downloaded);
    download.check_fetched();
    CHECK(download.notices == std::vector<std::string>{download.record.files[0].urls[0] + ": " + why +
                                                       "; it is downloaded anew"});
  }
  SECTION("and if that is another file, what was received stays") {
    Interrupted download(in_turn({refuses, [](const Request&) { return ok(std::string(1005, 'w')); }}));
    download.record.files[0].urls = {download.server.url("/elsewhere/w.pth")};
    CHECK(error_of([&] { download.go_on(); })->code() == ErrorCode::hash_mismatch);
    CHECK(names_in(download.folder.path()) == kPart);
    CHECK(read_text(download.folder / "w.pth.part") == kBody.substr(0, 1000));
  }
}

TEST_CASE("bytes of two different files do not become one") {
  std::string wrong = kBody;
  wrong[200'000] = 'x';
  SECTION("the other server's are wrong") {
    Interrupted download([=](const Request& request) { return serve(request, wrong, kTag); });
    download.record.files[0].urls = {download.server.url("/elsewhere/w.pth")};
    CHECK(error_of([&] { download.go_on(); })->code() == ErrorCode::hash_mismatch);
    CHECK(names_in(download.folder.path()).empty());
  }
  SECTION("the first one's were wrong") {
    Interrupted download(good);
    write_text(download.folder / "w.pth.part", std::string(1000, 'x'));
    download.record.files[0].urls = {download.server.url("/elsewhere/w.pth")};
    CHECK(download.go_on().downloaded);
    download.check_fetched();
    CHECK(field(download.server.seen()[1], "range") == "bytes=1000-");
    CHECK(field(download.server.seen()[2], "range").empty());
  }
}
