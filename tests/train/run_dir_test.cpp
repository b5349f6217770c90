#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"
#include "tests/train/hash_fill.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/models/load.h"
#include "zoo/train/run_dir.h"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

namespace zoo::test {
namespace {

namespace fs = std::filesystem;

const ModelCard kCard{.arch = "resnet20_cifar", .labels = {"ant", "bee"}, .preprocess = {}};

std::string refusal(const fs::path& path, bool overwrite) {
  try {
    RunDirectory::create(path, overwrite, "{}");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a run has a recipe, a line an epoch, and two models that load with the same bits") {
  const TemporaryFolder folder;
  RunDirectory run = RunDirectory::create(folder.path() / "deep" / "run", false, "{\"a\": 1}\n");
  CHECK(read_text(run.path() / "recipe.json") == "{\"a\": 1}\n");

  EpochReport report;
  report.train_loss = 0.5;
  report.val = {.loss = 0.25, .top1 = 75, .top5 = 100, .images = 4};
  run.append_metrics(report);
  report.epoch = 1;
  run.append_metrics(report);
  std::ifstream lines(run.path() / "metrics.jsonl");
  std::string line;
  for (int epoch = 1; epoch <= 2; ++epoch) {
    REQUIRE(std::getline(lines, line));
    const auto json = nlohmann::json::parse(line);
    CHECK(json["epoch"] == epoch);
    CHECK(json["val_top1"] == 75.0);
    for (const char* key :
         {"train_loss", "train_top1", "val_loss", "val_top5", "lr", "images_per_s", "wall_s", "data_wait_s"})
      CHECK(json.contains(key));
  }
  CHECK_FALSE(std::getline(lines, line));

  const ResNet model = hash_filled("resnet20_cifar", 2);
  run.save_best(model, kCard);
  run.save_last(model, kCard);
  for (const char* name : {"best", "last"}) {
    ResNet loaded(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
    load(loaded, Checkpoint::open(run.path() / name / "model.safetensors"));
    const auto expected = state_dict(model), actual = state_dict(loaded);
    REQUIRE(expected.size() == actual.size());
    for (size_t i = 0; i < expected.size(); ++i) CHECK(expected[i].second.equal(actual[i].second));
    CHECK(parse_config_json(read_text(run.path() / name / "config.json"), name).card.labels == kCard.labels);
  }
}

TEST_CASE("a saved model replaces the one before, as a whole and without remains") {
  const TemporaryFolder folder;
  RunDirectory run = RunDirectory::create(folder.path(), false, "{}");
  for (const int64_t classes : {2, 3}) {
    const ResNet model = hash_filled("resnet20_cifar", classes);
    run.save_last(model, {"resnet20_cifar", std::vector<std::string>(static_cast<size_t>(classes), "x"), {}});
  }
  CHECK(parse_config_json(read_text(run.path() / "last" / "config.json"), "").num_classes == 3);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(run.path())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"last", "recipe.json"});
}

TEST_CASE("a folder with a run is refused without overwrite, and cleared with it") {
  const TemporaryFolder folder;
  {
    RunDirectory run = RunDirectory::create(folder.path(), false, "{}");
    run.append_metrics({});
    run.save_best(hash_filled("resnet20_cifar", 2), kCard);
  }
  CHECK_THAT(refusal(folder.path(), false),
             Catch::Contains("holds a training run. Give --out another folder"));
  CHECK(fs::exists(folder.path() / "best" / "model.safetensors"));
  CHECK(refusal(folder.path(), true).empty());
  CHECK_FALSE(fs::exists(folder.path() / "best"));
  CHECK_FALSE(fs::exists(folder.path() / "metrics.jsonl"));
}

TEST_CASE("files that are not a run's are never removed") {
  const TemporaryFolder folder;
  const std::string file = GENERATE("notes.txt", "best/notes.txt", "data/cat/1.png");
  const bool with_run = GENERATE(false, true);
  if (with_run) RunDirectory::create(folder.path(), false, "{}");
  fs::create_directories((folder.path() / file).parent_path());
  std::ofstream(folder.path() / file) << "mine";
  CHECK_THAT(refusal(folder.path(), true), Catch::Contains("not part of a training run"));
  CHECK_FALSE(refusal(folder.path(), false).empty());
  CHECK(read_text(folder.path() / file) == "mine");
}

TEST_CASE("a run cannot start in a file or below one") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  CHECK_THAT(refusal(folder.path() / "file", true), Catch::Contains("is not a folder"));
  CHECK_THROWS_AS(RunDirectory::create(folder.path() / "file" / "run", false, "{}"), Error);
}

}  // namespace zoo::test
