// A user's own manifest, laid over the one that ships with zoo.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/environment_setting.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/manifest/manifest.h"

using namespace zoo;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path kShipped = fs::path(ZOO_SOURCE_DIR) / "weights.json";

json own_record(const std::string& name) {
  return {{"name", name},
          {"source", "torchvision"},
          {"dataset", "insects"},
          {"num_classes", 10},
          {"labels", "cifar10"},
          {"files", {{{"urls", {"mine.pth"}}, {"name", "mine.pth"}, {"layout", "torchvision"}}}},
          {"preprocess", "torchvision_256"},
          {"params", 1},
          {"macs", 1}};
}

json own_manifest(const std::vector<json>& records) {
  return {{"version", 1},
          {"sources", json::object()},
          {"label_sets", json::object()},
          {"preprocess", json::object()},
          {"weights", records}};
}

struct Users {
  test::TemporaryFolder folder;
  fs::path path = folder / "mine.json";

  explicit Users(const json& document) { write_text(path, document.dump()); }
  Manifest load() const { return Manifest::load(kShipped, path); }
};

}  // namespace

TEST_CASE("a user's weights stand beside the shipped ones and may use their tables") {
  const Users users(own_manifest({own_record("resnet18.mine")}));
  const Manifest manifest = users.load();
  CHECK(manifest.records().size() == Manifest::load(kShipped).records().size() + 1);
  const WeightRecord& mine = manifest.get("resnet18.mine");
  CHECK(mine.place == users.path.string() + ":/weights/0");
  CHECK(mine.shadows.empty());
  CHECK(mine.file().urls.front() == "file://" + (users.folder / "mine.pth").string());
  CHECK(manifest.label_set(mine.labels).names.size() == 10);
  CHECK(manifest.get("resnet18").name == "resnet18.tv_in1k");
}

TEST_CASE("a user's record of a shipped name takes its place, and says so") {
  const Users users(own_manifest({own_record("resnet18.tv_in1k")}));
  const Manifest manifest = users.load();
  CHECK(manifest.records().size() == Manifest::load(kShipped).records().size());
  const WeightRecord& mine = manifest.get("resnet18.tv_in1k");
  CHECK(mine.dataset == "insects");
  CHECK(mine.shadows == "resnet18.tv_in1k");
  CHECK(&manifest.get("resnet18") == &mine);
  CHECK(manifest.find_by_file_name("resnet18-f37072fd.pth") == nullptr);
}

TEST_CASE("a user's default takes the place of the shipped one, and says so") {
  json record = own_record("resnet18.mine");
  record["default"] = true;
  const Users users(own_manifest({record}));
  const Manifest manifest = users.load();
  CHECK(manifest.get("resnet18").name == "resnet18.mine");
  CHECK(manifest.get("resnet18").shadows == "resnet18.tv_in1k");
  CHECK(manifest.get("resnet18.tv_in1k").dataset == "imagenet-1k");
}

TEST_CASE("what must be there once may not be in both manifests") {
  const auto complaint = [](const json& document) {
    const Users users(document);
    const auto error = test::error_of([&] { users.load(); });
    REQUIRE(error.has_value());
    const std::string message = error->what();
    REQUIRE(message.starts_with(users.path.string() + ":"));
    return message.substr(users.path.string().size() + 1);
  };
  json record = own_record("resnet18.mine");
  SECTION("the file of another weight: it would be taken for that one in the cache") {
    record["files"][0]["name"] = "resnet18-f37072fd.pth";
    CHECK(complaint(own_manifest({record}))
              .starts_with("/weights/0/files/0/name: file 'resnet18-f37072fd.pth'"));
  }
  SECTION("an alias") {
    record["aliases"] = {"ResNet18_Weights.DEFAULT"};
    CHECK(complaint(own_manifest({record}))
              .starts_with("/weights/0/aliases/0: name 'ResNet18_Weights.DEFAULT'"));
  }
  SECTION("a name, twice in the user's") {
    const std::string message =
        complaint(own_manifest({own_record("resnet18.tv_in1k"), own_record("resnet18.tv_in1k")}));
    CHECK(message == "/weights/1/name: name 'resnet18.tv_in1k' is already at /weights/0/name");
  }
  SECTION("a label set") {
    json document = own_manifest({record});
    document["label_sets"]["cifar10"] = {{"file", "labels.txt"}, {"classes", 10}};
    CHECK(complaint(document) == "/label_sets/cifar10: a label set of this name ships with zoo");
  }
}

TEST_CASE("environment variables say where the manifests are") {
  const test::TemporaryFolder folder;
  CHECK(Manifest::shipped_path() == kShipped);
  {
    const test::Setting config("XDG_CONFIG_HOME", folder.path().string());
    CHECK(Manifest::users_path() == folder / "zoo" / "weights.json");
    CHECK(Manifest::load_default().find("resnet18") != nullptr);  // it need not be there
    fs::create_directory(folder / "zoo");
    write_text(folder / "zoo" / "weights.json", own_manifest({own_record("resnet18.mine")}).dump());
    CHECK(Manifest::load_default().find("resnet18.mine") != nullptr);
  }
  {
    const test::Setting own("ZOO_MANIFEST", (folder / "none.json").string());
    CHECK(Manifest::users_path() == folder / "none.json");
    ZOO_CHECK_ERROR(Manifest::load_default(), ErrorCode::not_found,
                    (folder / "none.json").string() + ": no such file");
  }
  {
    const test::Setting data("ZOO_DATA", folder.path().string());
    ZOO_CHECK_ERROR(Manifest::load_default(), ErrorCode::not_found,
                    (folder / "weights.json").string() +
                        ": the manifest of published weights is not there. " +
                        "Set ZOO_DATA to the folder of the weights.json that came with zoo, or unset it.");
  }
}
