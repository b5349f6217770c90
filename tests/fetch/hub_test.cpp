// The hub: what is a name there, what its word is worth, and who sees the token.
#include "zoo/fetch/hub.h"

#include <set>

#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/error_matchers.h"
#include "tests/fetch/fake_hub.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/cache/lockfile.h"
#include "zoo/fetch/unlisted.h"

using namespace zoo;
using namespace zoo::test;

namespace {

const HubName kName{.owner = "o", .repository = "r"};
const std::string kConfig = "{\"architecture\": \"resnet18\"}";
const std::string kSecret = "hf_secret123";

std::map<std::string, std::string> model_files() {
  return {{"model.safetensors", kBody}, {"config.json", kConfig}};
}

bool has_token(const HttpServer& server) {
  return std::ranges::any_of(server.seen(),
                             [](const Request& request) { return request.fields.contains("authorization"); });
}

}  // namespace

TEST_CASE("names on the hub are owner, repository and perhaps revision") {
  const HubName plain = parse_hub_name("hf:microsoft/resnet-50");
  CHECK(plain.owner == "microsoft");
  CHECK(plain.repository == "resnet-50");
  CHECK(plain.revision == "main");
  CHECK(plain.text() == "hf:microsoft/resnet-50");
  const HubName pinned = parse_hub_name("hf:timm/resnet50.a1_in1k@refs/pr/1");
  CHECK(pinned.revision == "refs/pr/1");
  CHECK(pinned.text() == "hf:timm/resnet50.a1_in1k@refs/pr/1");
}

TEST_CASE("what could mean another place is no name on the hub") {
  const std::string text =
      GENERATE(as<std::string>(), "hf:", "hf:resnet", "hf:o/", "hf:/r", "hf:o/r/x", "hf:../r", "hf:o/..",
               "hf:o/r@", "hf:o/r@..", "hf:o/r@a/../b", "hf:o/r@/a", "hf:o/r@a/", "hf:o/r@-x", "hf:o/r?x",
               "hf:o/r#x", "hf:o/a b", "hf:o/r@a b", "hf:.o/r", "hf:o/a--b", "hf:o/r%2e", "hf:o\\r/r",
               std::string("hf:o/r\0x", 8), "hf:o/r@" + std::string(300, 'a'));
  const auto error = error_of([&] { parse_hub_name(text); });
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::usage);
}

TEST_CASE("each revision has a folder of its own in the cache") {
  const auto folder = [](const std::string& revision) {
    return hub_cache_folder(parse_hub_name("hf:o/r@" + revision));
  };
  CHECK(folder("main") == "hf/o--r/main/");
  CHECK(folder("v1.0-rc") == "hf/o--r/v1.0-rc/");
  CHECK(folder("refs/pr/1") == "hf/o--r/refs%2Fpr%2F1/");
  const std::vector<std::string> alike{"a/b", "a--b", "a/-b", "a---b", "a-/b", "a----b", "a-b"};
  std::set<std::string> folders{"hf/o--r/a--b/"};  // which older versions made for a/b or for a--b
  size_t valid = 0;
  for (const std::string& revision : alike) {
    if (error_of([&] { folder(revision); })) continue;
    ++valid;
    folders.insert(folder(revision));
  }
  CHECK(valid >= 6);
  CHECK(folders.size() == valid + 1);
}

TEST_CASE("a URL of the hub is one of its files, other URLs are not") {
  const auto hub = parse_hub_url("https://huggingface.co/o/r/resolve/main/sub/model.bin");
  REQUIRE(hub.has_value());
  CHECK(hub->name.text() == "hf:o/r");
  CHECK(hub->file == "sub/model.bin");
  CHECK_FALSE(parse_hub_url("https://huggingface.co.example.org/o/r/resolve/main/model.bin"));
  CHECK_FALSE(parse_hub_url("http://huggingface.co/o/r/resolve/main/model.bin"));
  CHECK_FALSE(parse_hub_url("https://huggingface.co/o/r/resolve/main/../../../model.bin"));
  CHECK_FALSE(parse_hub_url("https://huggingface.co/o/r/tree/main"));
}

TEST_CASE("the hub says commit, hash and size of a file, and its own server is not asked for them") {
  const FakeHub hub(model_files());
  const Setting endpoint("HF_ENDPOINT", hub.endpoint() + "/");
  const HubFile file = look_up(kName, "model.safetensors", {});
  CHECK(file.commit == FakeHub::kCommit);
  CHECK(file.sha256 == hash_of(kBody));
  CHECK(file.bytes == static_cast<int64_t>(kBody.size()));
  CHECK(file.url == hub.hub.url("/o/r/resolve/" + FakeHub::kCommit + "/model.safetensors"));
  CHECK(hub.content.requests() == 0);
  CHECK(look_up({.owner = "old", .repository = "name"}, "model.safetensors", {}).sha256 == file.sha256);
  CHECK(hub_license(kName, {}) == "cc-by-nc-4.0");
}

TEST_CASE("a hash that another server names is not the hub's") {
  const HttpServer other([](const Request&) {
    return ok(kBody,
              "X-Repo-Commit: " + FakeHub::kCommit + "\r\nX-Linked-Etag: \"" + hash_of(kBody) + "\"\r\n");
  });
  const HttpServer hub(
      [&](const Request&) { return status("302 Found", "Location: " + other.url("/x") + "\r\n"); });
  const Setting endpoint("HF_ENDPOINT", hub.url(""));
  const auto error = error_of([&] { look_up(kName, "model.safetensors", {}); });
  CHECK(message_of(error).find("the answer names no commit") != std::string::npos);
}

TEST_CASE("the token goes to the hub and not to the server that it redirects to") {
  FakeHub hub(model_files());
  hub.wanted_token = kSecret;
  const TemporaryFolder folder;
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  {
    const auto error = error_of([&] { fetch_hub_model(kName, {.directory = folder.path()}); });
    CHECK(message_of(error) ==
          "hf:o/r: the hub does not show it (401). Is the name right? If it is private or gated, set "
          "HF_TOKEN to your token.");
  }
  const Setting token("HF_TOKEN", kSecret + "\n");
  CHECK(fetch_hub_model(kName, {.directory = folder.path()}).weights.downloaded);
  CHECK(hub.content.requests() > 0);
  CHECK(has_token(hub.hub));
  CHECK_FALSE(has_token(hub.content));
}

TEST_CASE("the token is not sent to another host, nor shown where it is wrong") {
  const HttpServer server({{"/w.pth", ok(kBody)}});
  const TemporaryFolder folder;
  SECTION("another host") {
    const Setting token("HF_TOKEN", kSecret);
    fetch(weight({server.url("/w.pth")}), {.directory = folder.path()});
    CHECK(server.requests() == 1);
    CHECK_FALSE(has_token(server));
  }
  SECTION("the hub over http on another machine") {
    const Setting endpoint("HF_ENDPOINT", "http://hub.example.org");
    const Setting token("HF_TOKEN", kSecret);
    CHECK(with_hub_token({}).headers.empty());
    CHECK_FALSE(is_hub_secure());
  }
  SECTION("a host whose name begins like this machine's") {
    const Setting endpoint("HF_ENDPOINT", "http://127.0.0.1.example.org");
    const Setting token("HF_TOKEN", kSecret);
    CHECK(with_hub_token({}).headers.empty());
  }
  SECTION("a refused token") {
    FakeHub hub(model_files());
    hub.wanted_token = "another";
    const Setting endpoint("HF_ENDPOINT", hub.endpoint());
    const Setting token("HF_TOKEN", kSecret);
    const auto error = error_of([&] { fetch_hub_model(kName, {.directory = folder.path()}); });
    CHECK(message_of(error).find("(401)") != std::string::npos);
    CHECK(message_of(error).find(kSecret) == std::string::npos);
  }
  SECTION("a token that would add a header") {
    const Setting token("HF_TOKEN", kSecret + "\r\nX-Other: 1");
    ZOO_CHECK_ERROR(with_hub_token({}), ErrorCode::usage, "HF_TOKEN: holds characters that no token has");
  }
}

TEST_CASE("HF_ENDPOINT must be the address of a hub") {
  const std::string address =
      GENERATE(as<std::string>(), "huggingface.co", "ftp://huggingface.co", "https://",
               "https://user:word@huggingface.co", "https://huggingface.co/?x=1");
  const Setting endpoint("HF_ENDPOINT", address);
  ZOO_CHECK_ERROR(
      hub_endpoint(), ErrorCode::usage,
      "HF_ENDPOINT: is not the address of a hub. Expected something like https://huggingface.co.");
}

TEST_CASE("a model of the hub is fetched with its configuration, recorded, and then found without the hub") {
  const TemporaryFolder folder;
  auto hub = std::make_unique<FakeHub>(model_files());
  const Setting endpoint("HF_ENDPOINT", hub->endpoint());
  const HubModel first = fetch_hub_model(kName, {.directory = folder.path()});
  CHECK(first.folder == folder / "hf/o--r/main/");
  CHECK(read_text(first.folder / "model.safetensors") == kBody);
  CHECK(read_text(first.folder / "config.json") == kConfig);
  CHECK(first.weights.note == "of commit " + FakeHub::kCommit + "; the SHA-256 that the hub gives, " +
                                  hash_of(kBody) + ", is recorded in " + lock_path(folder.path()).string());
  CHECK(read_lock(folder.path(), "hf/o--r/main/model.safetensors")->sha256 == hash_of(kBody));
  const int asked = hub->hub.requests();
  CHECK_FALSE(fetch_hub_model(kName, {.directory = folder.path()}).weights.downloaded);
  CHECK(hub->hub.requests() == asked);
  hub.reset();
  CHECK_FALSE(fetch_hub_model(kName, {.directory = folder.path(), .offline = true}).weights.downloaded);
}

TEST_CASE("what the cache has of a model of the hub is hashed before it is used") {
  const TemporaryFolder folder;
  FakeHub hub(model_files());
  hub.files["preprocessor_config.json"] = "{}";
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const Setting hugging_face("HF_HUB_CACHE", (folder / "none").string());
  const FetchOptions options{.directory = folder.path()};
  const HubModel first = fetch_hub_model(kName, options);
  const std::string file = GENERATE("model.safetensors", "config.json", "preprocessor_config.json");
  std::string content = read_text(first.folder / file);
  const std::string right = content;
  content[0] = 'X';
  write_text(first.folder / file, content);
  FetchOptions offline = options;
  offline.offline = true;
  const auto error = error_of([&] { fetch_hub_model(kName, offline); });
  REQUIRE(error.has_value());
  CHECK(message_of(error).find("--offline forbids to fetch it") != std::string::npos);
  fetch_hub_model(kName, options);
  CHECK(read_text(first.folder / file) == right);
  CHECK_NOTHROW(fetch_hub_model(kName, offline));
}

TEST_CASE("a preprocessing that somebody laid beside a downloaded model is not its own") {
  const TemporaryFolder folder;
  const FakeHub hub(model_files());
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const HubModel model = fetch_hub_model(kName, {.directory = folder.path()});
  write_text(model.folder / "preprocessor_config.json", "{}");
  ZOO_CHECK_ERROR(fetch_hub_model(kName, {.directory = folder.path()}), ErrorCode::hash_mismatch,
                  (folder / "hf/o--r/main/preprocessor_config.json").string() +
                      ": was not downloaded by zoo. Delete it.");
}

TEST_CASE("other bytes than the hub announces are refused, and so is what changed since the first use") {
  const TemporaryFolder folder;
  FakeHub hub(model_files());
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const auto refused = [&] {
    const auto error = error_of([&] { fetch_hub_model(kName, {.directory = folder.path()}); });
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::hash_mismatch);
    CHECK_FALSE(std::filesystem::exists(folder / "hf/o--r/main/model.safetensors"));
    return std::string(error->what());
  };
  SECTION("the content server lies") {
    hub.announced_sha256 = std::string(64, '7');
    CHECK(refused().find("SHA-256 is " + hash_of(kBody)) != std::string::npos);
  }
  SECTION("the model changed") {
    fetch_hub_model(kName, {.directory = folder.path()});
    std::filesystem::remove(folder / "hf/o--r/main/model.safetensors");
    hub.files["model.safetensors"] = "other";
    CHECK(refused().find("is recorded with SHA-256 " + hash_of(kBody)) != std::string::npos);
  }
  SECTION("the configuration changed") {
    fetch_hub_model(kName, {.directory = folder.path()});
    std::filesystem::remove_all(folder / "hf");
    hub.files["config.json"] = "{}";
    CHECK(refused().find("the hub now has another one") != std::string::npos);
  }
}

TEST_CASE("the hub's own hash is taken for a listed weight of which nobody has published one") {
  const TemporaryFolder folder;
  FakeHub hub(model_files());
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  WeightRecord record = prefix_only({"https://huggingface.co/o/r/resolve/main/model.safetensors"});
  record.files[0].sha256_prefix.clear();
  const FetchOptions options{.directory = folder.path()};
  SECTION("which is recorded at first use and binding then") {
    const FetchResult result = fetch(record, options);
    CHECK(result.path == folder / "w.pth");
    CHECK(result.downloaded);
    CHECK(read_text(result.path) == kBody);
    CHECK(result.note == "of commit " + FakeHub::kCommit + "; the SHA-256 that the hub gives, " +
                             hash_of(kBody) + ", is recorded in " + lock_path(folder.path()).string());
    CHECK_FALSE(fetch(record, options).downloaded);
    std::filesystem::remove(result.path);
    hub.files["model.safetensors"] = "other";
    CHECK(error_of([&] { fetch(record, options); })->code() == ErrorCode::hash_mismatch);
  }
  SECTION("and other bytes than it announces are refused") {
    hub.announced_sha256 = std::string(64, '7');
    const auto error = error_of([&] { fetch(record, options); });
    CHECK(message_of(error).find("SHA-256 is " + hash_of(kBody)) != std::string::npos);
    CHECK(names_in(folder.path()).empty());
  }
  SECTION("unless it is asked in a way that anybody can change") {
    const Setting insecure("HF_ENDPOINT", "http://hub.example.org");
    const auto error = error_of([&] { fetch(record, options); });
    CHECK(message_of(error).find("no SHA-256 of it is published") != std::string::npos);
  }
}

TEST_CASE("a repository without the file, and an answer without a commit, are errors that say so") {
  const TemporaryFolder folder;
  const FakeHub hub({{"config.json", kConfig}, {"model.safetensors", kBody}});
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const auto error = error_of([&] { look_up(kName, "pytorch_model.bin", {}); });
  CHECK(message_of(error) ==
        "hf:o/r: the hub has no such repository, no such revision or no pytorch_model.bin in it. "
        "Its page is " +
            hub.hub.url("/o/r") + ".");
}
