// What is tried again, when, and what is not.
#include <catch2/catch.hpp>

#include "tests/fetch/interrupted.h"
#include "zoo/fetch/backoff.h"

using namespace zoo;
using namespace zoo::test;
using Kind = DownloadError::Kind;

namespace {

Handler always(Answer answer) {
  return [answer = std::move(answer)](const Request&) { return answer; };
}

}  // namespace

TEST_CASE("the pause doubles, chance takes up to a half of it, and it has an end") {
  const NetworkOptions network{.first_pause_ms = 1000, .longest_pause_s = 60};
  const DownloadError cut(Kind::passing, "", "cut");
  const auto pause_ms = [&](int64_t failures, double chance) {
    return pause_before_retry(network, failures, cut, chance)->count();
  };
  CHECK(pause_ms(1, 0) == 1000);
  CHECK(pause_ms(1, 1) == 500);
  CHECK(pause_ms(2, 0) == 2000);
  CHECK(pause_ms(4, 0.5) == 6000);
  CHECK(pause_ms(10, 0) == 60'000);
  CHECK(pause_ms(1'000'000'000'000, 0) == 60'000);
}

TEST_CASE("a server's wish is granted up to the longest pause") {
  const NetworkOptions network{.first_pause_ms = 1000, .longest_pause_s = 60};
  const auto pause = [&](int64_t retry_after_s) {
    return pause_before_retry(network, 1, DownloadError(Kind::passing, "", "", "", 429, retry_after_s), 0.0);
  };
  CHECK(pause(0)->count() == 1000);
  CHECK(pause(7)->count() == 7000);
  CHECK(pause(60)->count() == 60'000);
  CHECK_FALSE(pause(61).has_value());
}

TEST_CASE("a server that is overloaded is asked again") {
  const std::string line = GENERATE("429 Too Many Requests", "500 Internal Server Error", "502 Bad Gateway",
                                    "503 Service Unavailable", "504 Gateway Timeout", "408 Request Timeout");
  const TemporaryFolder folder;
  const HttpServer server(in_turn({always(status(line)), always(status(line)), always(ok(kBody))}));
  std::vector<std::string> notices;
  CHECK(fetch(weight({server.url("/w.pth")}),
              {.directory = folder.path(),
               .notice = [&](const std::string& text) { notices.push_back(text); },
               .network = kQuick})
            .downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  REQUIRE(notices.size() == 2);
  CHECK(notices[0] ==
        server.url("/w.pth") + ": the server answers " + line + ". The next attempt is in 0.0 s");
}

TEST_CASE("it is not asked again sooner than it wishes, and the pause can be interrupted") {
  const auto [fields, pause] =
      GENERATE(table<std::string, std::string>({{"Retry-After: 299\r\n", "299.0 s"}, {"", "0.0 s"}}));
  const TemporaryFolder folder;
  const HttpServer server(always(status("429 Too Many Requests", fields)));
  std::vector<std::string> notices;
  const FetchOptions options{.directory = folder.path(),
                             .progress =
                                 [&](int64_t, int64_t) {
                                   if (!notices.empty()) throw Error(ErrorCode::interrupted, "", "stopped");
                                 },
                             .notice = [&](const std::string& text) { notices.push_back(text); },
                             .network = kQuick};
  ZOO_CHECK_ERROR(fetch(weight({server.url("/w.pth")}), options), ErrorCode::interrupted, "stopped");
  CHECK(server.requests() == 1);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].ends_with("The next attempt is in " + pause));
}

TEST_CASE("a wish for a long wait, and failures without end, are told") {
  const TemporaryFolder folder;
  const auto fails_with = [&](const Answer& answer, const std::string& what, int requests) {
    const HttpServer server(always(answer));
    const std::string url = server.url("/w.pth");
    ZOO_CHECK_ERROR(fetch(weight({url}), {.directory = folder.path(), .network = kQuick}), ErrorCode::network,
                    url + ": " + what);
    CHECK(server.requests() == requests);
    CHECK(names_in(folder.path()).empty());
  };
  fails_with(status("503 Service Unavailable", "Retry-After: 3600\r\n"),
             "the server answers 503 Service Unavailable and asks to wait 3600 s", 1);
  fails_with(status("503 Service Unavailable"), "the server answers 503 Service Unavailable", 5);
  fails_with(status("599 Odd"), "the server answers 599", 5);
}

TEST_CASE("what would fail again is not tried again") {
  const auto [line, remedy] = GENERATE(table<std::string, std::string>({
      {"401 Unauthorized", ". The server wants to know who asks: is a token needed?"},
      {"403 Forbidden", ". Does the publisher ask for an agreement or a token, or is a proxy in the way?"},
      {"404 Not Found", ""},
      {"410 Gone", ""},
  }));
  const TemporaryFolder folder;
  const HttpServer server(always(status(line)));
  const std::string url = server.url("/w.pth");
  ZOO_CHECK_ERROR(fetch(weight({url}), {.directory = folder.path()}), ErrorCode::network,
                  url + ": the server answers " + line + remedy);
  CHECK(server.requests() == 1);
}

TEST_CASE("an address where nobody answers is told at once") {
  const TemporaryFolder folder;
  std::vector<std::string> notices;  // one for each further attempt
  const auto error = error_of([&] {
    fetch(weight({"http://127.0.0.1:1/w.pth"}),
          {.directory = folder.path(), .notice = [&](const std::string& text) { notices.push_back(text); }});
  });
  CHECK(message_of(error).starts_with("http://127.0.0.1:1/w.pth: Failed to connect to 127.0.0.1 port 1"));
  CHECK(notices.empty());
}

TEST_CASE("a server that falls silent is left, and asked for the rest") {
  const TemporaryFolder folder;
  const HttpServer server(in_turn({falls_silent, good}));
  std::vector<std::string> notices;
  uintmax_t arrived = 0;  // of the 1000 bytes, before it was left; none where the machine is slow
  CHECK(fetch(weight({server.url("/w.pth")}),
              {.directory = folder.path(),
               .notice =
                   [&](const std::string& text) {
                     notices.push_back(text);
                     arrived = read_text(folder / "w.pth.part").size();
                   },
               .network = {.stall_timeout_s = 1, .attempts = 100, .first_pause_ms = 1}})
            .downloaded);
  CHECK(read_text(folder / "w.pth") == kBody);
  REQUIRE_FALSE(notices.empty());
  for (const std::string& notice : notices)
    CHECK(notice.starts_with(server.url("/w.pth") + ": Operation too slow."));
  CHECK(field(server.seen().back(), "range") ==
        (arrived > 0 ? "bytes=" + std::to_string(arrived) + "-" : ""));
}
