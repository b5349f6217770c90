// Servers that stop half-way, and a download that one of them interrupted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/fetch/fetch.h"

namespace zoo::test {

inline const std::string kTag = "\"one\"";
inline const Names kPart{"w.pth.part", "w.pth.part.source"};

inline const NetworkOptions kQuick{.first_pause_ms = 1};
inline const NetworkOptions kOnce{.attempts = 1};

inline Answer good(const Request& request) {
  return serve(request, kBody, kTag);
}

inline Handler cut_after(size_t bytes) {
  return [=](const Request& request) { return cut(good(request), bytes); };
}

// After 1000 bytes.
inline Answer falls_silent(const Request& request) {
  Answer answer = cut(good(request), 1000);
  answer.stalls = true;
  return answer;
}

inline std::string field(const Request& request, const std::string& name) {
  const auto found = request.fields.find(name);
  return found == request.fields.end() ? "" : found->second;
}

// A folder in which 1000 bytes of the weight have arrived, whatever the server does from then on.
struct Interrupted {
  explicit Interrupted(Handler then)
      : server(in_turn({cut_after(1000), std::move(then)})), record(weight({server.url("/w.pth")})) {
    REQUIRE(error_of([&] { fetch(record, {.directory = folder.path(), .network = kOnce}); }).has_value());
    REQUIRE(names_in(folder.path()) == kPart);
    REQUIRE(read_text(folder / "w.pth.part") == kBody.substr(0, 1000));
  }
  FetchResult go_on() {
    return fetch(record, {.directory = folder.path(),
                          .notice = [this](const std::string& line) { notices.push_back(line); },
                          .network = kQuick});
  }
  void check_fetched() const {
    CHECK(read_text(folder / "w.pth") == kBody);
    CHECK(names_in(folder.path()) == kFetched);
  }

  TemporaryFolder folder;
  HttpServer server;
  WeightRecord record;
  std::vector<std::string> notices;
};

}  // namespace zoo::test
