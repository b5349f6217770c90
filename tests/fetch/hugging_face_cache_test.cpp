// Hugging Face's own cache, as huggingface_hub lays it out, and what its variables forbid.
#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/error_matchers.h"
#include "tests/fetch/fake_hub.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/base/url.h"
#include "zoo/cache/known_caches.h"
#include "zoo/cache/lockfile.h"
#include "zoo/fetch/hub.h"
#include "zoo/fetch/unlisted.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

const HubName kName{.owner = "o", .repository = "r"};
const std::string kConfig = R"({"architecture": "resnet18"})";
const std::string kCommit = FakeHub::kCommit;

// models--o--r of the cache in `hub`, with one commit.
struct KnownCache {
  explicit KnownCache(const fs::path& hub) : repository(hub / "models--o--r") {
    fs::create_directories(repository / "blobs");
    fs::create_directories(repository / "refs");
    fs::create_directories(snapshot());
    write_text(repository / "refs" / "main", kCommit);
  }
  fs::path snapshot() const { return repository / "snapshots" / kCommit; }
  // `name` links to a blob, which is called by SHA-256 if it is large, else by git's hash.
  void add(const std::string& name, const std::string& content, bool large) const {
    const std::string blob = large ? hash_of(content) : hash_of(content).substr(0, 40);
    write_text(repository / "blobs" / blob, content);
    fs::create_symlink("../../blobs/" + blob, snapshot() / name);
  }
  fs::path repository;
};

}  // namespace

TEST_CASE("Hugging Face's cache is where its variables say") {
  const Setting home("HF_HOME", "/home/hf");
  CHECK(hugging_face_folder() == "/home/hf/hub");
  const Setting old_name("HUGGINGFACE_HUB_CACHE", "/old/hub");
  CHECK(hugging_face_folder() == "/old/hub");
  const Setting name("HF_HUB_CACHE", "/new/hub");
  CHECK(hugging_face_folder() == "/new/hub");
}

TEST_CASE("offline, a model of Hugging Face's own cache is used where it lies") {
  const TemporaryFolder folder;
  const Setting hub("HF_HUB_CACHE", (folder / "hub").string());
  const Setting endpoint("HF_ENDPOINT", "http://127.0.0.1:1");
  const KnownCache known(folder / "hub");
  const std::string file = GENERATE("model.safetensors", "pytorch_model.bin");
  known.add(file, kBody, true);
  known.add("config.json", kConfig, false);
  HubName name = kName;
  const bool by_commit = GENERATE(true, false);
  if (by_commit) name.revision = kCommit;
  FetchOptions options{.directory = folder / "cache", .offline = true};
  SECTION("with --offline") {}
  SECTION("with HF_HUB_OFFLINE") {
    options.offline = false;
  }
  const Setting forbidden("HF_HUB_OFFLINE", options.offline ? "0" : "1");
  const HubModel model = fetch_hub_model(name, options);
  CHECK(model.folder == known.snapshot());
  CHECK(model.weights.path == known.snapshot() / file);
  CHECK(model.weights.sha256 == hash_of(kBody));
  CHECK(model.weights.note ==
        model.weights.path.string() + ", of Hugging Face's own cache, is used where it lies");
  CHECK_FALSE(fs::exists(folder / "cache"));

  const std::string url = hub_endpoint() + "/o/r/resolve/" + name.revision + "/" + file;
  CHECK(fetch_unlisted(url, file_of_url(url, options), options).path == model.weights.path);
}

TEST_CASE("a branch whose name has a slash is one of Hugging Face's cache") {
  const TemporaryFolder folder;
  const Setting hub("HF_HUB_CACHE", (folder / "hub").string());
  const KnownCache known(folder / "hub");
  fs::create_directories(known.repository / "refs/refs/pr");
  write_text(known.repository / "refs/refs/pr/1", kCommit);
  CHECK(hugging_face_snapshot({.owner = "o", .repository = "r", .revision = "refs/pr/1"}) ==
        known.snapshot());
  CHECK_FALSE(hugging_face_snapshot({.owner = "o", .repository = "r", .revision = "other"}));
  CHECK_FALSE(hugging_face_snapshot({.owner = "o", .repository = "other"}));
  write_text(known.repository / "refs/main", "../../../../etc");
  CHECK_FALSE(hugging_face_snapshot(kName));
}

TEST_CASE("bytes that are not those by whose hash they go are refused there") {
  const TemporaryFolder folder;
  const Setting hub("HF_HUB_CACHE", (folder / "hub").string());
  const KnownCache known(folder / "hub");
  known.add("config.json", kConfig, false);
  const FetchOptions options{.directory = folder / "cache", .offline = true};
  SECTION("a whole file") {
    known.add("model.safetensors", kBody, true);
    write_text(known.repository / "blobs" / hash_of(kBody), std::string(kBody.size(), 'x'));
  }
  SECTION("a shard") {
    known.add("model.safetensors.index.json", "{}", false);
    known.add("model-00001-of-00001.safetensors", kBody, true);
    write_text(known.repository / "blobs" / hash_of(kBody), std::string(kBody.size(), 'x'));
  }
  SECTION("a file that the project's lock file knows otherwise") {
    known.add("model.safetensors", kBody, true);
    write_lock_file(folder / "lock", {{"hf/o--r/main/config.json", {.sha256 = hash_of("{}"), .bytes = 2}}});
    FetchOptions locked = options;
    locked.project_lock = folder / "lock";
    CHECK(error_of([&] { fetch_hub_model(kName, locked); })->code() == ErrorCode::hash_mismatch);
    CHECK_NOTHROW(fetch_hub_model(kName, options));
    return;
  }
  CHECK(error_of([&] { fetch_hub_model(kName, options); })->code() == ErrorCode::hash_mismatch);
}

TEST_CASE("HF_HUB_OFFLINE keeps from the hub, and from nobody else") {
  const TemporaryFolder folder;
  const FakeHub hub({{"model.safetensors", kBody}, {"config.json", kConfig}});
  const HttpServer other({{"/w.pth", ok(kBody)}});
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const Setting empty("HF_HUB_CACHE", (folder / "hub").string());
  const Setting variable(GENERATE("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"),
                         GENERATE("1", "ON", "yes", "True"));
  const FetchOptions options{.directory = folder / "cache"};
  CHECK(message_of(error_of([&] { fetch_hub_model(kName, options); })).find("HF_HUB_OFFLINE") !=
        std::string::npos);
  CHECK(message_of(error_of([&] { look_up(kName, "model.safetensors", {}); })).find("HF_HUB_OFFLINE") !=
        std::string::npos);
  CHECK(hub_license(kName, {}).empty());
  const std::string on_hub = hub.endpoint() + "/o/r/resolve/main/model.safetensors";
  CHECK(message_of(error_of([&] {
          fetch(weight({on_hub}), options);
        })).find("and HF_HUB_OFFLINE forbids to fetch it") != std::string::npos);
  CHECK(hub.hub.requests() == 0);
  CHECK(fetch(weight({on_hub, other.url("/w.pth")}), options).downloaded);
  CHECK(hub.hub.requests() == 0);
}

TEST_CASE("a cache that cannot be written does not stop what is on this machine") {
  const TemporaryFolder folder;
  write_text(folder / "file", "");
  const Setting home("ZOO_HOME", (folder / "file" / "cache").string());  // below a file nobody makes a folder
  const Setting torch("TORCH_HOME", (folder / "torch").string());
  const Setting hugging_face("HF_HUB_CACHE", (folder / "hub").string());
  const fs::path own = folder / "own #1.pth";
  const fs::path copy = torch_hub_folder() / "w.pth";
  fs::create_directories(torch_hub_folder());
  const WeightRecord record = weight({file_url(own)});
  const fs::path path = GENERATE(true, false) ? own : copy;
  write_text(path, kBody);
  const FetchResult result = fetch(record, {.offline = true});
  CHECK(result.path == path);
  CHECK(result.sha256 == hash_of(kBody));
  CHECK(result.note.starts_with(path.string() + " is used where it lies ("));

  write_text(path, std::string(kBody.size(), 'x'));
  CHECK(error_of([&] { fetch(record, {.offline = true}); }).has_value());
  write_text(path, kBody);
  CHECK(error_of([&] { fetch(record, {.directory = folder / "file" / "cache", .offline = true}); })->code() ==
        ErrorCode::io);
}
