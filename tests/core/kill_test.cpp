// kill -9 at any moment of a download.
#include <chrono>
#include <random>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/core/interrupted.h"
#include "tests/run_program.h"
#include "zoo/core/lockfile.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

TEST_CASE("two hundred downloads are killed: nothing is corrupted, nothing that arrived is lost") {
  constexpr int kRounds = 200;
  constexpr int kLongest_us = 40'000;
  std::string body;
  for (int i = 0; i < 6; ++i) body += std::to_string(i) + kBody;
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  const HttpServer server([&](const Request& request) {
    Answer answer = serve(request, body, "\"one\"");
    answer.pause_us = 500;
    return answer;
  });
  const std::vector<std::string> command{ZOO_BINARY_DIR "/tests/fetch_once", server.url("/w.pth"),
                                         hash_of(body), std::to_string(body.size()), cache.string()};
  const std::set<std::string> known{"w.pth", "w.pth.part", "w.pth.part.source", "weights.lock.json",
                                    "weights.lock.json.part"};
  std::mt19937 random(4);
  std::uniform_int_distribution<int> delay_us(0, kLongest_us);
  uintmax_t before = 0;
  int grown = 0;
  for (int round = 0; round < kRounds; ++round) {
    Program program(command);
    std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
    program.send(SIGKILL);
    const ProgramResult result = program.wait();
    INFO("round " << round << ": " << result.err);
    CHECK((result.status == 128 + SIGKILL || result.status == 0));
    for (const std::string& name : names_in(cache)) CHECK(known.contains(name));
    const auto entry = read_lock(cache, "w.pth");
    if (entry) CHECK(entry->sha256 == hash_of(body));
    if (fs::exists(cache / "w.pth")) {
      REQUIRE(read_text(cache / "w.pth") == body);
      REQUIRE(entry.has_value());
      fs::remove_all(cache);  // the next round starts anew
      before = 0;
    } else if (fs::exists(cache / "w.pth.part")) {
      const std::string part = read_text(cache / "w.pth.part");
      REQUIRE(body.starts_with(part));
      CHECK(part.size() >= before);
      if (part.size() > before) ++grown;
      before = part.size();
    }
  }
  CHECK(grown > 0);
  CHECK(run_program(command).status == 0);
  CHECK(read_text(cache / "w.pth") == body);
  CHECK(names_in(cache) == kFetched);

  int resumed = 0;
  for (const Request& request : server.seen()) resumed += request.fields.contains("range") ? 1 : 0;
  CHECK(resumed > 0);
}

TEST_CASE("a file whose holder was killed is free for the next at once") {
  const TemporaryFolder folder;
  const HttpServer server(in_turn({falls_silent, good}));
  const std::vector<std::string> command{ZOO_BINARY_DIR "/tests/fetch_once", server.url("/w.pth"),
                                         hash_of(kBody), std::to_string(kBody.size()),
                                         folder.path().string()};
  const fs::path part = folder / "w.pth.part";
  Program holder(command);
  for (int waited = 0; waited < 1000 && (!fs::exists(part) || fs::file_size(part) < 1000); ++waited) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Program waiting(command);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(server.requests() == 1);  // the second waits for the first
  holder.send(SIGKILL);
  CHECK(holder.wait().status == 128 + SIGKILL);
  CHECK(waiting.wait().status == 0);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(server.seen().back().fields.at("range") == "bytes=1000-");
}
