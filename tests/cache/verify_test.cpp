#include "zoo/cache/cache.h"

#include <catch2/catch.hpp>

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

TEST_CASE("verify believes the project's lock file too") {
  const TemporaryFolder folder, project;
  const fs::path path = folder / "w.pth", lock = lock_path(project.path());
  write_text(path, kBody);
  const auto size = static_cast<int64_t>(kBody.size());
  const WeightRecord record = prefix_only({"https://example.org/w.pth"});
  write_lock_file(lock, {{"w.pth", {.sha256 = hash_of(kBody), .bytes = size}}});
  CHECK(verify_file(record, path, lock).verdict == Verdict::ok);
  CHECK(verify_file(record, path).verdict == Verdict::ok_prefix_only);

  const std::string other = hash_of(kBody).substr(0, 8) + std::string(56, '0');
  write_lock_file(lock, {{"w.pth", {.sha256 = other, .bytes = size}}});
  CHECK(verify_file(record, path, lock).verdict == Verdict::wrong_hash);
  CHECK(verify_file(record, path, lock).expected == other);
  CHECK(error_of([&] { verify_file(weight({"https://example.org/w.pth"}), path, lock); })->code() ==
        ErrorCode::hash_mismatch);
}
