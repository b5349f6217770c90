// Going on from what was received: what the server is asked, and that nothing wrong comes of whatever it
// answers.
#include <catch2/catch.hpp>

#include "tests/fetch/interrupted.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

TEST_CASE("a transfer that is cut at any byte goes on from there") {
  const size_t sent = GENERATE(0, 1, 255, 256, 257, 1000, 65'536, 300'002);
  const TemporaryFolder folder;
  const HttpServer server(in_turn({cut_after(sent), good}));
  std::vector<std::string> notices;
  const FetchResult result = fetch(weight({server.url("/w.pth")}),
                                   {.directory = folder.path(),
                                    .notice = [&](const std::string& line) { notices.push_back(line); },
                                    .network = kQuick});
  CHECK(result.downloaded);
  CHECK(result.sha256 == hash_of(kBody));
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(names_in(folder.path()) == kFetched);
  REQUIRE(server.seen().size() == 2);
  CHECK(field(server.seen()[0], "range").empty());
  // So few bytes are only looked at.
  CHECK(field(server.seen()[1], "range") == (sent < 256 ? "" : "bytes=" + std::to_string(sent) + "-"));
  CHECK(field(server.seen()[1], "if-range") == (sent < 256 ? "" : kTag));
  REQUIRE(notices.size() == 1);
  CHECK(notices[0] == server.url("/w.pth") + ": transfer closed with " + std::to_string(kBody.size() - sent) +
                          " bytes remaining to read. The next attempt is in 0.0 s");
}

TEST_CASE("cut again and again, it still comes to an end") {
  const TemporaryFolder folder;
  const HttpServer server(in_turn({cut_after(100'000), cut_after(99'000), cut_after(50'000), good}));
  CHECK(fetch(weight({server.url("/w.pth")}), {.directory = folder.path(), .network = kQuick}).downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(field(server.seen().back(), "range") == "bytes=249000-");
}

TEST_CASE("the next run goes on from what an earlier one received") {
  Interrupted download(good);
  CHECK(download.go_on().downloaded);
  download.check_fetched();
  CHECK(field(download.server.seen().back(), "range") == "bytes=1000-");
  CHECK(download.notices.empty());
}

TEST_CASE("without an ETag, Last-Modified says whether the file is the same; a weak ETag says nothing") {
  const std::string date = "Sat, 21 Nov 2026 07:00:00 GMT";
  const std::string fields =
      GENERATE_COPY("Last-Modified: " + date + "\r\n", "ETag: W/\"weak\"\r\nLast-Modified: " + date + "\r\n");
  const TemporaryFolder folder;
  const HttpServer server(in_turn({[&](const Request&) { return cut(ok(kBody, fields), 1000); },
                                   [&](const Request& request) { return serve(request, kBody, date); }}));
  CHECK(fetch(weight({server.url("/w.pth")}), {.directory = folder.path(), .network = kQuick}).downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(field(server.seen()[1], "if-range") == date);
  CHECK(field(server.seen()[1], "range") == "bytes=1000-");
}

TEST_CASE("what nobody could recognise again is not kept") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth", cut_short(kBody, 1000)}});
  CHECK(error_of([&] {
          fetch(weight({server.url("/w.pth")}), {.directory = folder.path(), .network = kOnce});
        }).has_value());
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a server that cannot go on sends the whole, and that is taken") {
  SECTION("it knows no ranges") {
    Interrupted download([](const Request&) { return ok(kBody); });
    CHECK(download.go_on().downloaded);
    download.check_fetched();
  }
  SECTION("its file has another ETag now") {
    Interrupted download([](const Request& request) { return serve(request, kBody, "\"two\""); });
    CHECK(download.go_on().downloaded);
    download.check_fetched();
    CHECK(download.server.requests() == 2);
  }
}

TEST_CASE("what does not fit to the part is never added to it: the download starts over, once") {
  const auto range = [](const std::string& place) {
    return "HTTP/1.1 206 Partial Content\r\nContent-Range: " + place + "\r\nContent-Length: 5\r\n\r\nwrong";
  };
  const std::string foreign_tag =
      "HTTP/1.1 206 Partial Content\r\nETag: \"two\"\r\nContent-Range: bytes 1000-300002/300003\r\n\r\nwrong";
  const std::string no_range = "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\nwrong";
  const auto [answer, why] = GENERATE_COPY(table<std::string, std::string>({
      {status("416 Range Not Satisfiable").bytes, "the server has no bytes after 1000"},
      {range("bytes 999-1003/300003"), "the server sends another part than the one asked for"},
      {range("bytes 1000-1004/300004"), "the server sends another part than the one asked for"},
      {range("bytes 1004-1000/300003"), "the server sends another part than the one asked for"},
      {range("pages 1-2/3"), "the server sends another part than the one asked for"},
      {no_range, "the server sends another part than the one asked for"},
      {foreign_tag, "the file has changed"},
  }));
  Interrupted download(in_turn({[bytes = answer](const Request&) { return Answer{.bytes = bytes}; }, good}));
  CHECK(download.go_on().downloaded);
  download.check_fetched();
  CHECK(download.notices ==
        std::vector<std::string>{download.server.url("/w.pth") + ": " + why + "; it is downloaded anew"});
  CHECK(field(download.server.seen().back(), "range").empty());
}

TEST_CASE("a server that never has the right part is given up") {
  Interrupted download([](const Request& request) {
    return field(request, "range").empty() ? cut(good(request), 2000) : status("416 Range Not Satisfiable");
  });
  ZOO_CHECK_ERROR(
      download.go_on(), ErrorCode::network,
      download.server.url("/w.pth") + ": the server has no bytes after 2000, even after a new start");
  CHECK(names_in(download.folder.path()).empty());
}

TEST_CASE("a part is sent though nothing was asked for: refused") {
  const TemporaryFolder folder;
  const HttpServer server({{"/w.pth",
                            {.bytes = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/300003\r\n"
                                      "Content-Length: 5\r\n\r\nwrong"}}});
  const std::string url = server.url("/w.pth");
  ZOO_CHECK_ERROR(fetch(weight({url}), {.directory = folder.path(), .network = kQuick}), ErrorCode::network,
                  url + ": sends a part, though the whole was asked for");
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("the whole file is hashed after a resume: a part that somebody changed is found out") {
  Interrupted download(good);
  write_text(download.folder / "w.pth.part", std::string(1000, 'x'));
  CHECK(download.go_on().downloaded);
  download.check_fetched();
  CHECK(download.notices == std::vector<std::string>{download.server.url("/w.pth") +
                                                     ": what was received earlier does not fit the rest; it "
                                                     "is downloaded anew"});
}

TEST_CASE("wrong bytes of the right length are refused after one new start") {
  std::string wrong = kBody;
  wrong[200'000] = 'x';
  Interrupted download([=](const Request& request) { return serve(request, wrong, kTag); });
  const auto error = error_of([&] { download.go_on(); });
  CHECK(message_of(error) == download.server.url("/w.pth") + ": SHA-256 is " + hash_of(wrong) +
                                 ", expected " + hash_of(kBody) +
                                 ". These are not the published bytes; nothing was kept.");
  CHECK(download.server.requests() == 3);
  CHECK(names_in(download.folder.path()).empty());
}

TEST_CASE("a failure on the way back leaves what was received") {
  const auto [answer, what] = GENERATE(table<Answer, std::string>({
      {ok("<!DOCTYPE html><title>Log in</title>", "Content-Type: text/html\r\n"),
       "a web page came instead of the file. Is a login, a proxy or a moved address in the way?"},
      {ok(std::string(5000, 'w')),
       "the server announces 5000 bytes, expected 300003. These are not the published bytes."},
      {ok(kBody, "Content-Encoding: gzip\r\n"),
       "comes in the content encoding 'gzip', which was not asked for. Use another copy: these would not be "
       "the published bytes."},
      {status("404 Not Found"), "the server answers 404 Not Found"},
  }));
  Interrupted download([bytes = answer](const Request&) { return bytes; });
  const auto error = error_of([&] { download.go_on(); });
  CHECK(message_of(error) == download.server.url("/w.pth") + ": " + what);
  CHECK(names_in(download.folder.path()) == kPart);
  CHECK(read_text(download.folder / "w.pth.part") == kBody.substr(0, 1000));
}

TEST_CASE("a part that lacks only its name is hashed and named without a request") {
  Interrupted download(good);
  write_text(download.folder / "w.pth.part", kBody);
  const bool recognised = GENERATE(true, false);
  if (!recognised) fs::remove(download.folder / "w.pth.part.source");
  CHECK(download.go_on().downloaded);
  download.check_fetched();
  CHECK(download.server.requests() == 1);
}

TEST_CASE("bytes of unknown source are not gone on from") {
  Interrupted download(good);
  SECTION("nobody knows of what they are") {
    fs::remove(download.folder / "w.pth.part.source");
  }
  SECTION("whoever noted it was killed meanwhile") {
    write_text(download.folder / "w.pth.part.source", download.server.url("/w.pth") + "\n" + kTag + "\n30");
  }
  CHECK(download.go_on().downloaded);
  download.check_fetched();
  CHECK(field(download.server.seen().back(), "range").empty());
}
