#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/temporary_folder.h"
#include "tests/train/hash_fill.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/models/load.h"
#include "zoo/train/run_dir.h"
#include "zoo/train/run_folder.h"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

namespace zoo::test {
namespace {

namespace fs = std::filesystem;

const ModelCard kCard{.arch = "resnet20_cifar", .labels = {"ant", "bee"}, .preprocess = {}};

// Fits the card, and all its numbers are `value`.
ResNet model_of(float value) {
  ResNet model(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_dict(model)) tensor.fill_(value);
  return model;
}

RunDirectory start(const fs::path& path, bool overwrite = false) {
  return RunDirectory::create(path, overwrite, "{}", model_of(0), kCard);
}

EpochReport judged(int64_t epoch, bool best = true) {
  EpochReport report;
  report.epoch = epoch;
  report.best = best;
  return report;
}

// A whole run of one epoch whose weights are `value`.
void make_run(const fs::path& path, float value) {
  RunDirectory run = start(path);
  run.save_learnt(model_of(value), 0);
  run.save_judged(model_of(value), judged(0));
}

// The number that all weights of the folder's model are.
float value_of(const fs::path& folder) {
  ResNet model(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
  load(model, Checkpoint::open(folder / "model.safetensors"));
  CHECK(parse_config_json(read_text(folder / "config.json"), "").card.labels == kCard.labels);
  return model->fc->weight[0][0].item<float>();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}
using Names = std::vector<std::string>;
const Names kWhole{"best", "last", "metrics.jsonl", "recipe.json", "zoo_run.json"};

std::string refusal(const fs::path& path, bool overwrite) {
  try {
    start(path, overwrite);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a run has a recipe, a line an epoch, and two models that load with the same bits") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "deep" / "run";
  const ResNet model = hash_filled("resnet20_cifar", 2);
  RunDirectory run = RunDirectory::create(path, false, "{\"a\": 1}\n", model, kCard);
  CHECK(read_text(path / "recipe.json") == "{\"a\": 1}\n");

  EpochReport report = judged(0);
  report.train_loss = 0.5;
  report.val = {.loss = 0.25, .top1 = 75, .top5 = 100, .images = 4};
  for (report.epoch = 0; report.epoch < 2; ++report.epoch) {
    run.save_learnt(model, report.epoch);
    run.save_judged(model, report);
  }
  CHECK(names_in(path) == kWhole);
  std::ifstream lines(path / "metrics.jsonl");
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

  for (const char* name : {"best", "last"}) {
    CHECK(names_in(path / name) == Names{"config.json", "model.safetensors"});
    ResNet loaded(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
    load(loaded, Checkpoint::open(path / name / "model.safetensors"));
    const auto expected = state_dict(model), actual = state_dict(loaded);
    REQUIRE(expected.size() == actual.size());
    for (size_t i = 0; i < expected.size(); ++i) CHECK(expected[i].second.equal(actual[i].second));
    CHECK(parse_config_json(read_text(path / name / "config.json"), name).card.labels == kCard.labels);
  }
}

TEST_CASE("what was learnt is last/ before it is judged, and what is worth nothing is taken back") {
  const TemporaryFolder folder;
  RunDirectory run = start(folder.path());
  run.save_learnt(model_of(1), 0);
  CHECK(value_of(folder / "last") == 1);
  CHECK(run.last_epoch() == 0);
  CHECK_FALSE(run.judged_epoch());
  SECTION("the first one leaves nothing") {
    run.take_back_learnt();
    CHECK(names_in(folder.path()) == Names{"recipe.json", "zoo_run.json"});
    CHECK_FALSE(run.last_epoch());
  }
  SECTION("another one the one before it") {
    run.save_judged(model_of(1), judged(0));
    run.save_learnt(model_of(2), 1);
    CHECK(value_of(folder / "last") == 2);
    CHECK(value_of(folder / "best") == 1);
    run.take_back_learnt();
    CHECK(value_of(folder / "last") == 1);
    CHECK(run.last_epoch() == 0);
    CHECK(names_in(folder.path()) == kWhole);
    run.save_learnt(model_of(3), 1);
    run.save_judged(model_of(3), judged(1, false));
    CHECK(value_of(folder / "last") == 3);
    CHECK(value_of(folder / "best") == 1);
    CHECK(names_in(folder.path()) == kWhole);
  }
}

TEST_CASE("a run that saved no model leaves nothing behind, and one that was killed then is begun again") {
  const TemporaryFolder folder;
  start(folder / "new");
  CHECK(names_in(folder.path()).empty());
  fs::create_directory(folder / "empty");
  start(folder / "empty");
  CHECK(names_in(folder / "empty").empty());

  fs::create_directory(folder / "killed");
  write_text(folder / "killed" / "zoo_run.json", "");
  write_text(folder / "killed" / "recipe.json", "{}");
  fs::create_directory(folder / "killed" / ".zoo-0123456789abcdef.tmp");
  write_text(folder / "killed" / ".zoo-0123456789abcdef.tmp" / "model.safetensors", "half");
  make_run(folder / "killed", 1);
  CHECK(names_in(folder / "killed") == kWhole);
}

TEST_CASE("a run is replaced when the first epoch of the new one is judged, and not before") {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  make_run(path, 1);
  CHECK_THAT(refusal(path, false), Catch::Contains("holds a training run. Give out = another folder"));
  SECTION("nothing was learnt") {
    {
      const RunDirectory run = start(path, true);
    }
    CHECK(names_in(folder.path()) == Names{"run"});
  }
  SECTION("what was learnt was not judged") {
    {
      RunDirectory run = start(path, true);
      run.save_learnt(model_of(2), 0);
    }
    CHECK(value_of(folder / "run.new" / "last") == 2);
    CHECK_THAT(refusal(path, true), Catch::Contains("run.new: holds an epoch of a new run"));
    CHECK(value_of(folder / "run.new" / "last") == 2);
    fs::remove_all(folder / "run.new");
  }
  SECTION("of a run that was replaced something is left") {
    make_run(folder / "run.new", 2);
    write_text(folder / "run.new" / ".beside", "replaced\n");
  }
  CHECK(value_of(path / "last") == 1);
  CHECK(names_in(path) == kWhole);

  RunDirectory run = start(path, true);
  CHECK(run.is_beside());
  CHECK(run.path() == folder / "run.new");
  run.save_learnt(model_of(3), 0);
  CHECK(value_of(path / "last") == 1);
  run.save_judged(model_of(3), judged(0));
  CHECK_FALSE(run.is_beside());
  CHECK(value_of(path / "last") == 3);
  run.save_learnt(model_of(4), 1);
  run.save_judged(model_of(4), judged(1, false));
  CHECK(value_of(path / "last") == 4);
  CHECK(value_of(path / "best") == 3);
  CHECK(names_in(path) == kWhole);
  CHECK(names_in(folder.path()) == Names{"run"});
}

TEST_CASE("one run at a time is at work in a folder") {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  const bool replaces = GENERATE(false, true);
  if (replaces) make_run(path, 1);
  {
    RunDirectory run = start(path, replaces);
    for (const bool overwrite : {false, true}) {
      CHECK_THAT(refusal(path, overwrite), Catch::Contains("another training is at work there"));
      CHECK_THROWS_WITH(RunDirectory::check(path, overwrite), Catch::Contains("another training is at work"));
    }
    run.save_learnt(model_of(2), 0);
    run.save_judged(model_of(2), judged(0));
    CHECK_THAT(refusal(path, true), Catch::Contains("another training is at work there"));
  }
  CHECK(refusal(path, true).empty());
}

TEST_CASE("files that are not a run's are never removed, nor what a link leads to") {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  const std::string file =
      GENERATE("notes.txt", "best/notes.txt", "data/cat/1.png", ".zoo-mine.tmp", "last.pth");
  const bool with_run = GENERATE(false, true);
  if (with_run) make_run(path, 1);
  fs::create_directories((path / file).parent_path());
  std::ofstream(path / file) << "mine";
  CHECK_THAT(refusal(path, true), Catch::Contains("not part of a training run"));
  CHECK_FALSE(refusal(path, false).empty());
  CHECK(read_text(path / file) == "mine");
}

TEST_CASE("names alone make no run: a folder without the marker is not replaced") {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  make_run(path, 1);
  fs::remove(path / "zoo_run.json");
  for (const bool overwrite : {false, true})
    CHECK_THAT(refusal(path, overwrite), Catch::Contains("no zoo_run.json") && Catch::Contains("yourself"));
  CHECK(value_of(path / "last") == 1);
}

TEST_CASE("a run in which something is a link is not replaced, and one that is reached by a link is") {
  const TemporaryFolder folder;
  const fs::path path = folder / "run", elsewhere = folder / "elsewhere";
  make_run(path, 1);
  const std::string name = GENERATE("best", "recipe.json", "best/model.safetensors");
  fs::rename(path / name, elsewhere);
  fs::create_symlink(elsewhere, path / name);
  CHECK_THAT(refusal(path, true), Catch::Contains("holds '" + name + "', which is not part"));
  CHECK(fs::exists(elsewhere));

  make_run(folder / "other", 1);
  fs::create_directory_symlink("other", folder / "link");
  {
    RunDirectory run = start(folder / "link", true);
    run.save_learnt(model_of(2), 0);
    run.save_judged(model_of(2), judged(0));
  }
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(value_of(folder / "other" / "last") == 2);
}

TEST_CASE("what lies beside a run and is not of a replacing one stays, and stops it") {
  const TemporaryFolder folder;
  make_run(folder / "run", 1);
  SECTION("a run of that name") {
    make_run(folder / "run.new", 2);
  }
  SECTION("a file") {
    write_text(folder / "run.new", "mine");
  }
  SECTION("something in it") {
    fs::create_directory(folder / "run.new");
    write_text(folder / "run.new" / ".beside", "");
    write_text(folder / "run.new" / "mine", "");
  }
  CHECK_THAT(refusal(folder / "run", true), Catch::Contains("run.new: is in the way"));
  CHECK(fs::exists(folder / "run.new"));
  CHECK(value_of(folder / "run" / "last") == 1);
}

TEST_CASE("a foreign file that comes during the first epoch keeps the old run, and the new one beside it") {
  const TemporaryFolder folder;
  make_run(folder / "run", 1);
  RunDirectory run = start(folder / "run", true);
  run.save_learnt(model_of(2), 0);
  write_text(folder / "run" / "notes.txt", "mine");
  CHECK_THROWS_WITH(run.save_judged(model_of(2), judged(0)), Catch::Contains("notes.txt"));
  CHECK(read_text(folder / "run" / "notes.txt") == "mine");
  CHECK(value_of(folder / "run" / "last") == 1);
  CHECK(value_of(folder / "run.new" / "best") == 2);
}

TEST_CASE("a run whose name a killed exchange took away gets it back") {
  const TemporaryFolder folder;
  make_run(folder / "run", 1);
  write_text(folder / "run" / ".beside", "");
  fs::rename(folder / "run", folder / "run.old");
  CHECK_THAT(refusal(folder / "run", false), Catch::Contains("holds a training run"));
  CHECK(value_of(folder / "run" / "last") == 1);
}

TEST_CASE("the run of a model is found from its folder, its models and their files") {
  const TemporaryFolder folder;
  make_run(folder / "run", 1);
  const fs::path path = fs::canonical(folder / "run");
  for (const char* name : {"", "best", "last/", "last/model.safetensors"})
    CHECK(find_run(folder / "run" / name) == path);
  CHECK_FALSE(find_run(folder.path()));
  CHECK_FALSE(find_run(folder / "run" / "nothing"));
  CHECK_FALSE(find_run("resnet18"));
}

TEST_CASE("a label that JSON cannot hold is refused before anything is written") {
  const TemporaryFolder folder;
  const ModelCard card{.arch = "resnet20_cifar", .labels = {"ant", "b\xff"}, .preprocess = {}};
  CHECK_THROWS_WITH(RunDirectory::create(folder / "run", false, "{}", model_of(0), card),
                    Catch::Contains("b\\xff") && Catch::Contains("UTF-8"));
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("the name of a link or of a mounted file system does not pass to another folder") {
  const TemporaryFolder folder;
  fs::create_directory_symlink(folder.path(), folder / "link");
  CHECK(has_fixed_name(folder / "link"));
  CHECK(has_fixed_name("/proc"));
  CHECK_FALSE(has_fixed_name(folder.path()));
}

TEST_CASE("a run cannot start in a file or below one") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  CHECK_THAT(refusal(folder.path() / "file", true), Catch::Contains("is not a folder"));
  CHECK_THROWS_AS(start(folder.path() / "file" / "run"), Error);
}

}  // namespace zoo::test
