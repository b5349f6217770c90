// kill -9 at every moment of a download.
#include <set>

#include <catch2/catch.hpp>

#include "tests/fetch/interrupted.h"
#include "tests/run_program.h"
#include "tests/wait_until.h"
#include "zoo/cache/lockfile.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> fetch_once(const HttpServer& server, const fs::path& cache) {
  return {ZOO_BINARY_DIR "/tests/fetch_once", server.url("/w.pth"), hash_of(kBody),
          std::to_string(kBody.size()), cache.string()};
}

}  // namespace

TEST_CASE("a download is killed at each of its changes: nothing is corrupted, nothing that arrived is lost") {
  const TemporaryFolder folder;
  const fs::path cache = folder / "cache";
  const HttpServer server(good);
  const std::vector<std::string> whole = fetch_once(server, cache);
  const std::set<std::string> known{"w.pth", "w.pth.part", "w.pth.part.source", "weights.lock.json",
                                    "weights.lock.json.part"};
  int resumed = 0, published = 0, killed = 0;
  for (;; ++killed) {
    INFO("killed at change " << killed + 1);
    fs::remove_all(cache);
    std::vector<std::string> command = whole;
    command.push_back(std::to_string(killed + 1));
    const ProgramResult result = run_program(command);
    INFO(result.err);
    if (result.status == 0) break;
    REQUIRE(result.status == 128 + SIGKILL);
    for (const std::string& name : names_in(cache)) CHECK(known.contains(name));
    const auto entry = read_lock(cache, "w.pth");
    if (entry) CHECK(entry->sha256 == hash_of(kBody));
    std::string part;
    if (fs::exists(cache / "w.pth")) {
      ++published;
      REQUIRE(read_text(cache / "w.pth") == kBody);
      REQUIRE(entry.has_value());
    } else if (fs::exists(cache / "w.pth.part")) {
      part = read_text(cache / "w.pth.part");
      REQUIRE(kBody.starts_with(part));
    }
    const int before = server.requests();
    CHECK(run_program(whole).status == 0);
    CHECK(read_text(cache / "w.pth") == kBody);
    CHECK(names_in(cache) == kFetched);
    if (part.empty()) continue;
    // What is whole is hashed, what is not is gone on from.
    CHECK(server.requests() == before + (part == kBody ? 0 : 1));
    if (part == kBody) continue;
    CHECK(field(server.seen().back(), "range") == "bytes=" + std::to_string(part.size()) + "-");
    ++resumed;
  }
  CHECK(read_text(cache / "w.pth") == kBody);
  CHECK(resumed > 1);
  CHECK(killed > resumed + published);
}

TEST_CASE("a file whose holder was killed is free for the next at once") {
  const TemporaryFolder folder;
  const HttpServer server(in_turn({falls_silent, good}));
  const std::vector<std::string> command = fetch_once(server, folder.path());
  const fs::path part = folder / "w.pth.part";
  Program holder(command);
  wait_until([&] { return fs::exists(part) && fs::file_size(part) == 1000; });
  Program waiting(command);
  wait_until([&] { return !waiting.out_so_far().empty(); });
  holder.send(SIGKILL);
  CHECK(holder.wait().status == 128 + SIGKILL);
  CHECK(waiting.wait().status == 0);
  CHECK(read_text(folder / "w.pth") == kBody);
  CHECK(server.requests() == 2);
  CHECK(server.seen().back().fields.at("range") == "bytes=1000-");
}
