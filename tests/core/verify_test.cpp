#include "zoo/core/cache.h"

#include <catch2/catch.hpp>

#include "tests/core/http_server.h"
#include "tests/core/weight_records.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/core/file.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/url.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

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
