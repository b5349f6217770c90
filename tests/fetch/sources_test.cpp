// Where files come from besides their own URLs: mirrors and other programs' caches; and a project's lock
// file.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/error_matchers.h"
#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/base/url.h"
#include "zoo/cache/known_caches.h"
#include "zoo/cache/lockfile.h"
#include "zoo/fetch/fetch.h"
#include "zoo/fetch/mirrors.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

const std::string kOwn = "http://127.0.0.1:1/models/w.pth";  // nobody is there

std::vector<std::string> urls_of(const std::string& mirror) {
  std::vector<std::string> urls;
  const std::vector<Mirror> mirrors{parse_mirror(mirror)};
  for (const FileSource& source : sources_of(weight({kOwn, "https://example.org/w.pth"}).file(), mirrors)) {
    CHECK(source.own == (source.url == kOwn || source.url == "https://example.org/w.pth"));
    urls.push_back(source.url);
  }
  return urls;
}

ino_t inode(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_ino;
}

const LockEntry kEntry{.sha256 = hash_of(kBody), .bytes = static_cast<int64_t>(kBody.size())};

}  // namespace

TEST_CASE("a mirror stands for the beginning of URLs, or has files by their names") {
  using Urls = std::vector<std::string>;
  CHECK(urls_of("http://127.0.0.1:1=https://m.example/") ==
        Urls{"https://m.example/models/w.pth", kOwn, "https://example.org/w.pth"});
  CHECK(urls_of("https://example.org/=file:///m") ==
        Urls{"file:///m/w.pth", kOwn, "https://example.org/w.pth"});
  CHECK(urls_of("https://m.example/zoo") ==
        Urls{"https://m.example/zoo/w.pth", kOwn, "https://example.org/w.pth"});
  CHECK(urls_of("/media/my stick") ==
        Urls{"file:///media/my%20stick/w.pth", kOwn, "https://example.org/w.pth"});
  CHECK(urls_of("https://example=https://m.example") == Urls{kOwn, "https://example.org/w.pth"});
  CHECK(urls_of("https://example.org=/a=b") ==
        Urls{"file:///a%3Db/w.pth", kOwn, "https://example.org/w.pth"});
}

TEST_CASE("what is no mirror is wrong usage") {
  const std::string text = GENERATE(as<std::string>(), "", "https://example.org=", "ftp://a.example",
                                    "file:///a=/b", "https://example.org=ftp://m.example");
  CHECK(error_of([&] { parse_mirror(text); })->code() == ErrorCode::usage);
}

TEST_CASE("ZOO_MIRROR holds several mirrors") {
  CHECK(environment_mirrors().empty());
  const Setting mirrors("ZOO_MIRROR", " https://a.example  /b ");
  REQUIRE(environment_mirrors().size() == 2);
  CHECK(environment_mirrors()[0].to == "https://a.example");
  CHECK(environment_mirrors()[1].to == "file:///b");
}

TEST_CASE("a folder of downloads serves as a mirror, also offline") {
  const TemporaryFolder folder;
  write_text(folder / "w.pth", kBody);
  const FetchOptions options{
      .directory = folder / "cache", .offline = true, .mirrors = {parse_mirror(folder.path().string())}};
  CHECK(fetch(weight({kOwn}), options).downloaded);
  CHECK(read_text(folder / "cache" / "w.pth") == kBody);
}

TEST_CASE("a mirror's bytes are checked like any other's, and another source is tried then") {
  const TemporaryFolder folder;
  const HttpServer mirror({{"/w.pth", ok(std::string(kBody.size(), 'x'))}});
  const HttpServer own({{"/w.pth", ok(kBody)}});
  CHECK(fetch(weight({own.url("/w.pth")}),
              {.directory = folder.path(), .mirrors = {parse_mirror(mirror.url(""))}})
            .downloaded);
  CHECK(mirror.requests() == 1);
  CHECK(read_text(folder / "w.pth") == kBody);
}

TEST_CASE("a URL that leads to a record by its file name is asked before the record's own") {
  const TemporaryFolder folder;
  const HttpServer given({{"/other/w.pth?x=1", ok(kBody)}});
  const WeightRecord record = weight({kOwn, "http://127.0.0.1:1/w.pth"});
  FetchOptions options{.directory = folder.path()};
  add_given_url(given.url("/other/w.pth?x=1"), record, options.mirrors);
  CHECK(fetch(record, options).downloaded);
  CHECK(given.requests() == 1);
  for (const std::string& name :
       {kOwn, std::string("resnet18.test"), given.url("/v.pth"), std::string("w.pth")}) {
    std::vector<Mirror> none;
    add_given_url(name, record, none);
    CHECK(none.empty());
  }
}

TEST_CASE("a mirror is not believed where only a prefix is published") {
  const TemporaryFolder folder;
  const HttpServer mirror({{"/w.pth", ok(kBody)}});
  FetchOptions options{.directory = folder / "cache", .mirrors = {parse_mirror(mirror.url(""))}};
  const auto error = error_of([&] { fetch(prefix_only({"https://127.0.0.1:1/w.pth"}), options); });
  CHECK(message_of(error).starts_with(
      mirror.url("/w.pth") +
      ": only the first 8 digits of its SHA-256 are published, which is enough only from the publisher. "));
  SECTION("unless the user says so") {
    options.trust_prefix = true;
    CHECK(fetch(prefix_only({"https://127.0.0.1:1/w.pth"}), options).downloaded);
  }
  SECTION("or the project has recorded the whole hash") {
    write_lock_file(folder / "project.json", {{"w.pth", kEntry}});
    options.project_lock = folder / "project.json";
    CHECK(fetch(prefix_only({"https://127.0.0.1:1/w.pth"}), options).downloaded);
  }
}

TEST_CASE("a project's lock file is binding") {
  const TemporaryFolder folder;
  write_text(folder / "w.pth", kBody);
  const std::string other = hash_of(kBody).substr(0, 8) + std::string(56, '0');
  const fs::path lock = folder / "project.json";
  write_lock_file(lock, {{"w.pth", {.sha256 = other, .bytes = kEntry.bytes}}});
  const FetchOptions options{.directory = folder / "cache", .trust_prefix = true, .project_lock = lock};
  SECTION("for what is downloaded") {
    const auto error = error_of([&] { fetch(prefix_only({file_url(folder / "w.pth")}), options); });
    CHECK(message_of(error).find("SHA-256 is " + hash_of(kBody) + ", expected " + other) !=
          std::string::npos);
  }
  SECTION("for what is in the cache already") {
    FetchOptions without = options;
    without.project_lock.clear();
    fetch(prefix_only({file_url(folder / "w.pth")}), without);
    ZOO_CHECK_ERROR(fetch(prefix_only({kOwn}), options), ErrorCode::hash_mismatch,
                    lock.string() + ": 'w.pth' is recorded with SHA-256 " + other + " and 300003 bytes, " +
                        (folder / "cache" / "weights.lock.json").string() + " says " + hash_of(kBody) +
                        " and 300003 bytes. Delete that entry if " +
                        (folder / "cache" / "weights.lock.json").string() + " is the one to believe.");
  }
  SECTION("and says where it contradicts the manifest") {
    CHECK(message_of(error_of([&] {
            fetch(weight({kOwn}), options);
          })).starts_with(lock.string() + ": 'w.pth'"));
  }
  CHECK_FALSE(fs::exists(folder / "cache" / "w.pth.part"));
}

TEST_CASE("a file in torch hub's or Hugging Face's cache is linked, not downloaded") {
  const TemporaryFolder folder;
  const Setting torch("TORCH_HOME", (folder / "torch").string());
  const Setting hugging_face("HF_HUB_CACHE", (folder / "hub").string());
  const fs::path copy = GENERATE(true, false) ? torch_hub_folder() / "any name.pth"
                                              : folder / "hub/models--o--r/blobs" / hash_of(kBody);
  fs::create_directories(copy.parent_path());
  write_text(copy, kBody);
  const FetchResult result = fetch(weight({kOwn}), {.directory = folder / "cache", .offline = true});
  CHECK_FALSE(result.downloaded);
  CHECK(result.note == "taken from " + copy.string());
  CHECK(read_text(result.path) == kBody);
  CHECK(names_in(folder / "cache") == kFetched);
  CHECK(*read_lock(folder / "cache", "w.pth") == kEntry);
  const bool linked = inode(result.path) == inode(copy);
  write_text(copy, "replaced, as programs do");  // by another file of that name
  CHECK(read_text(result.path) == kBody);
  CHECK((linked || fs::hard_link_count(result.path) == 1));
}

TEST_CASE("a link of another program's cache leads to the file itself") {
  const TemporaryFolder folder;
  const Setting torch("TORCH_HOME", (folder / "torch").string());
  fs::create_directories(torch_hub_folder());
  write_text(folder / "elsewhere", kBody);
  fs::create_symlink(folder / "elsewhere", torch_hub_folder() / "w.pth");
  const FetchResult result = fetch(weight({kOwn}), {.directory = folder / "cache", .offline = true});
  CHECK(fs::is_regular_file(fs::symlink_status(result.path)));
}

TEST_CASE("what other caches hold is hashed before it is believed") {
  const TemporaryFolder folder;
  const Setting torch("TORCH_HOME", (folder / "torch").string());
  const Setting hugging_face("HF_HOME", (folder / "hf").string());
  fs::create_directories(torch_hub_folder());
  fs::create_directories(hugging_face_folder() / "models--o--r/blobs");
  const std::string wrong(kBody.size(), 'x');
  write_text(torch_hub_folder() / "w.pth", wrong);
  write_text(hugging_face_folder() / "models--o--r/blobs" / hash_of(kBody), wrong);
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const FetchResult result = fetch(weight({server.url("/w.pth")}), {.directory = folder / "cache"});
  CHECK(result.downloaded);
  CHECK(read_text(result.path) == kBody);
  CHECK(names_in(folder / "cache") == kFetched);
  CHECK(read_text(torch_hub_folder() / "w.pth") == wrong);
}

TEST_CASE("a prefix is not enough for a file of another program's cache") {
  const TemporaryFolder folder;
  const Setting torch("TORCH_HOME", (folder / "torch").string());
  fs::create_directories(torch_hub_folder());
  write_text(torch_hub_folder() / "w.pth", kBody);
  FetchOptions options{.directory = folder / "cache", .offline = true};
  CHECK(error_of([&] { fetch(prefix_only({kOwn}), options); })->code() == ErrorCode::not_found);
  options.trust_prefix = true;
  CHECK(fetch(prefix_only({kOwn}), options).note.starts_with("only the first 8 digits"));
}
