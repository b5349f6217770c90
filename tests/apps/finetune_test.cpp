// zoo finetune as a user types it, on pictures that the test draws, and on real ones where the corpus is.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include "tests/apps/finetune_runs.h"
#include "tests/corpus.h"
#include "tests/temporary_folder.h"
#include "transforms/decode/decode.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/checkpoint/checkpoint.h"

namespace zoo::test {

TEST_CASE("a run from scratch leaves its recipe, its metrics and two models, and says where") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const ProgramResult result =
      finetune(small_run(draw_data(folder / "data"), run,
                         {"--arch", "resnet20_cifar", "--val", "0.25", "--seed", "5", "--json"}));
  INFO(result.err);
  REQUIRE(result.status == 0);
  const Json summary = Json::parse(result.out);
  CHECK(summary["out"] == run.string());
  CHECK(summary["last_epoch"] == 2);
  CHECK_THAT(result.err, Catch::Contains("epoch 1/2  loss") && Catch::Contains("epoch 2/2  loss"));
  CHECK(result.err.find('\033') == std::string::npos);

  const Json recipe = read_json(run / "recipe.json");
  CHECK(recipe["arch"] == "resnet20_cifar");
  CHECK(recipe["weights"].is_null());
  CHECK(recipe["data"]["classes"] == Flags{"low", "middle", "top"});
  CHECK(recipe["data"]["split"] == 0.25);
  CHECK(recipe["data"]["train_images"] == 18);
  CHECK(recipe["data"]["val_images"] == 6);
  CHECK(recipe["recipe"]["seed"] == 5);
  CHECK(recipe["recipe"]["schedule"]["warmup_epochs"] == 1.0);
  CHECK(recipe["preprocess"]["crop_px"] == 16);
  CHECK(recipe["preprocess"]["resize_px"] == 16);
  CHECK(recipe["preprocess"]["mean"][0] == 0.485);
  CHECK(recipe["machine"]["threads"] == 1);

  std::ifstream metrics(run / "metrics.jsonl");
  std::vector<Json> epochs;
  for (std::string line; std::getline(metrics, line);) epochs.push_back(Json::parse(line));
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[1]["epoch"] == 2);
  CHECK(epochs[1]["val_top1"] == summary["last_val_top1"]);
  CHECK(epochs[summary["best_epoch"].get<size_t>() - 1]["val_top1"] == summary["best_val_top1"]);
  for (const char* name : {"best", "last"}) {
    CHECK(Checkpoint::open(run / name / "model.safetensors").tensors().size() == 116);
    const Json config = read_json(run / name / "config.json");
    CHECK(config["label_names"] == recipe["data"]["classes"]);
    CHECK(config["zoo"]["preprocess"] == recipe["preprocess"]);
  }
}

TEST_CASE("the same seed gives the same model for any number of workers; another seed another one") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const auto model = [&](const std::string& name, const Flags& more) {
    Flags flags{"--arch", "resnet20_cifar", "--epochs", "1"};
    flags.insert(flags.end(), more.begin(), more.end());
    REQUIRE(finetune(small_run(data, folder / name, flags)).status == 0);
    return sha256_file(folder / name / "last" / "model.safetensors");
  };
  const std::string first = model("a", {"--workers", "0", "--seed", "3"});
  CHECK(model("b", {"--workers", "3", "--seed", "3"}) == first);
  CHECK(model("c", {"--workers", "0", "--seed", "4"}) != first);
}

TEST_CASE("a run goes on from another: with its head for the same classes, with a new one for others") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  REQUIRE(finetune(small_run(data, folder / "first", {"--arch", "resnet20_cifar"})).status == 0);

  const Flags from_first{"--weights", (folder / "first" / "last").string(), "--freeze", "backbone"};
  const ProgramResult same = finetune(small_run(data, folder / "same", from_first));
  INFO(same.err);
  REQUIRE(same.status == 0);
  CHECK_THAT(same.err, Catch::Contains("its head is kept"));
  CHECK(read_json(folder / "same" / "recipe.json")["weights"]["head"] == "kept");
  CHECK(read_json(folder / "same" / "recipe.json")["weights"]["sha256"] ==
        sha256_file(folder / "first" / "last" / "model.safetensors"));

  Flags anew = from_first;
  anew.emplace_back("--new-split");
  const ProgramResult other =
      finetune(small_run(draw_data(folder / "two", {"a", "b"}), folder / "other", anew));
  REQUIRE(other.status == 0);
  CHECK_THAT(other.err, Catch::Contains("new head: 2 classes instead of 3"));
}

TEST_CASE("a head is kept for its classes under their other names and in another order") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  REQUIRE(finetune(small_run(data, folder / "first", {"--arch", "resnet20_cifar", "--epochs", "1"})).status ==
          0);
  write_text(folder / "names.txt", "low\tc_low\nmiddle\tb_middle\ntop\ta_top\n");
  const fs::path first = folder / "first" / "last";
  const ProgramResult same =
      finetune(small_run(draw_data(folder / "others", {"c_low", "b_middle", "a_top"}), folder / "same",
                         {"--weights", first.string(), "--labels", (folder / "names.txt").string(), "--lr",
                          "1e-30", "--weight-decay", "0", "--epochs", "1", "--new-split"}));
  INFO(same.err);
  REQUIRE(same.status == 0);
  CHECK_THAT(same.err, Catch::Contains("its head is kept"));
  CHECK(read_json(folder / "same" / "last" / "config.json")["label_names"] ==
        Json({"c_low", "b_middle", "a_top"}));
  const auto head = [](const fs::path& model) {
    const Checkpoint checkpoint = Checkpoint::open(model / "model.safetensors");
    for (const NamedTensor& tensor : checkpoint.tensors()) {
      if (tensor.name == "fc.bias")
        return std::vector<std::byte>(tensor.tensor.storage.begin(), tensor.tensor.storage.end());
    }
    return std::vector<std::byte>();
  };
  CHECK_FALSE(head(first).empty());
  CHECK(head(folder / "same" / "last") == head(first));
}

TEST_CASE(
    "weights for pictures that nobody resizes are fine-tuned at the architecture's own size, with a note") {
  const TemporaryFolder folder;
  const fs::path ten = draw_data(folder / "ten", {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  REQUIRE(finetune(small_run(ten, folder / "first", {"--arch", "resnet20_cifar", "--epochs", "1"})).status ==
          0);
  const fs::path published = folder / "resnet20-12fca82f.th";  // by its name the published one
  fs::copy_file(folder / "first" / "last" / "model.safetensors", published);
  const ProgramResult run =
      finetune({"--weights", published.string(), "--arch", "resnet20_cifar", "--data",
                draw_data(folder / "three").string(), "--out", (folder / "run").string(), "--epochs", "1",
                "--batch-size", "8", "--threads", "1", "--precision", "fp32"});
  INFO(run.err);
  REQUIRE(run.status == 0);
  CHECK_THAT(run.err, Catch::Contains("the model learns from 32 pixels") && Catch::Contains("--image-size"));
  CHECK(read_json(folder / "run" / "best" / "config.json")["zoo"]["preprocess"]["crop_px"] == 32);
}

TEST_CASE("options of the model are in the recipe, and those of inference in the model's config") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const ProgramResult first =
      finetune(small_run(data, folder / "first",
                         {"--arch", "test_resnet", "--epochs", "1", "--image-size", "32", "--gp", "catavgmax",
                          "--output-stride", "16", "--drop", "0.2", "--drop-path", "0.1", "--norm-eval"}));
  INFO(first.err);
  REQUIRE(first.status == 0);
  CHECK(read_json(folder / "first" / "recipe.json")["model"] == Json{{"gp", "catavgmax"},
                                                                     {"output_stride", 16},
                                                                     {"drop", 0.2},
                                                                     {"drop_path", 0.1},
                                                                     {"zero_init_last", true},
                                                                     {"init", "timm"},
                                                                     {"frozen_stages", -1},
                                                                     {"norm_eval", true}});
  const Json config = read_json(folder / "first" / "last" / "config.json");
  CHECK(config["model_args"] == Json{{"global_pool", "catavgmax"}, {"output_stride", 16}});

  // A run that goes on from it has its pool and stride, and its head, but not what is of training alone.
  const Flags go_on{"--weights", (folder / "first" / "last").string(), "--epochs", "1", "--image-size", "32"};
  REQUIRE(finetune(small_run(data, folder / "same", go_on)).status == 0);
  const Json same = read_json(folder / "same" / "recipe.json");
  CHECK(same["model"]["gp"] == "catavgmax");
  CHECK(same["model"]["output_stride"] == 16);
  CHECK(same["model"]["drop"] == 0.0);
  CHECK(same["weights"]["head"] == "kept");
  CHECK(read_json(folder / "same" / "last" / "config.json")["model_args"] == config["model_args"]);

  Flags other = go_on;
  other.insert(other.end(), {"--gp", "max", "--output-stride", "32"});
  const ProgramResult changed = finetune(small_run(data, folder / "other", other));
  INFO(changed.err);
  REQUIRE(changed.status == 0);
  const auto features = config["num_features"].get<int64_t>();
  CHECK_THAT(changed.err, Catch::Contains("new head: 3 classes instead of 3, and the pool max gives it " +
                                          std::to_string(features) + " inputs instead of " +
                                          std::to_string(2 * features)));
  CHECK(read_json(folder / "other" / "last" / "config.json")["model_args"] == Json{{"global_pool", "max"}});
}

TEST_CASE("what is frozen stays as it was, to the bit, and the rest learns") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  REQUIRE(finetune(small_run(data, folder / "first", {"--arch", "resnet20_cifar", "--epochs", "1"})).status ==
          0);
  const fs::path first = folder / "first" / "last";
  REQUIRE(finetune(small_run(data, folder / "next",
                             {"--weights", first.string(), "--epochs", "1", "--frozen-stages", "1"}))
              .status == 0);
  const Checkpoint before = Checkpoint::open(first / "model.safetensors");
  const Checkpoint after = Checkpoint::open(folder / "next" / "last" / "model.safetensors");
  REQUIRE(before.tensors().size() == after.tensors().size());
  for (size_t i = 0; i < before.tensors().size(); ++i) {
    const NamedTensor &one = before.tensors()[i], &other = after.tensors()[i];
    INFO(one.name);
    REQUIRE(one.name == other.name);
    const bool frozen =
        one.name.starts_with("conv1") || one.name.starts_with("bn1") || one.name.starts_with("layer1.");
    CHECK(std::ranges::equal(one.tensor.storage, other.tensor.storage) == frozen);
  }
  CHECK(read_json(folder / "next" / "recipe.json")["model"]["frozen_stages"] == 1);
}

TEST_CASE("each block's last norm starts at 0 for what timm publishes, and where it is asked for") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const auto starts_at_zero = [&](const std::string& name, const Flags& more) {
    // A rate so small that nothing moves.
    Flags flags{"--epochs", "1", "--lr", "1e-30", "--image-size", "32"};
    flags.insert(flags.end(), more.begin(), more.end());
    const ProgramResult result = finetune(small_run(data, folder / name, flags));
    INFO(result.err);
    REQUIRE(result.status == 0);
    const Checkpoint model = Checkpoint::open(folder / name / "last" / "model.safetensors");
    const auto norm = std::ranges::find(model.tensors(), "layer1.0.bn2.weight", &NamedTensor::name);
    REQUIRE(norm != model.tensors().end());
    const std::vector<std::byte> bytes(norm->tensor.storage.begin(), norm->tensor.storage.end());
    float first = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    CHECK(std::abs(first - std::round(first)) < 1e-6F);
    return std::abs(first) < 0.5F;
  };
  CHECK(starts_at_zero("timm", {"--arch", "test_resnet"}));
  CHECK_FALSE(starts_at_zero("timm_off", {"--arch", "test_resnet", "--zero-init-last", "off"}));
  CHECK_FALSE(starts_at_zero("cifar", {"--arch", "resnet20_cifar"}));
  CHECK(starts_at_zero("openmmlab", {"--arch", "resnet20_cifar", "--init", "openmmlab"}));
  CHECK(starts_at_zero("cifar_on", {"--arch", "resnet20_cifar", "--zero-init-last", "on"}));
  CHECK(read_json(folder / "openmmlab" / "recipe.json")["model"]["init"] == "openmmlab");
}

TEST_CASE("wrong usage ends with 2, names the flag and leaves nothing behind") {
  const TemporaryFolder folder;
  const fs::path out = folder / "run";
  const std::vector<std::pair<Flags, std::string>> cases{
      {Flags{}, "--weights and --arch: are both missing"},
      {{"--arch", "resnet18", "--lr", "nan"}, "--lr: "},
      {{"--arch", "resnet18", "--lr", "0"}, "--lr: "},
      {{"--arch", "resnet18", "--lr", "-0.1"}, "--lr: "},
      {{"--arch", "resnet18", "--epochs", "0"}, "--epochs: "},
      {{"--arch", "resnet18", "--epochs", "1.5"}, "--epochs: "},
      {{"--arch", "resnet18", "--batch-size", "many"}, "--batch-size: "},
      {{"--arch", "resnet18", "--momentum", "1"}, "--momentum: "},
      {{"--arch", "resnet18", "--momentum", "0", "--nesterov"}, "--nesterov: "},
      {{"--arch", "resnet18", "--weight-decay", "-1"}, "--weight-decay: "},
      {{"--arch", "resnet18", "--warmup-epochs", "99"}, "--warmup-epochs: "},
      {{"--arch", "resnet18", "--crop-scale", "0.5"}, "--crop-scale: "},
      {{"--arch", "resnet18", "--crop-scale", "0.9,0.3"}, "--crop-scale: "},
      {{"--arch", "resnet18", "--aa", "rand-z9"}, "'z9' is no section of rand"},
      {{"--arch", "resnet18", "--augment", "timm", "--hflip", "0"}, "--hflip: is a part of the recipe"},
      {{"--arch", "resnet18", "--remode", "black"}, "--remode: 'black' is not const, rand or pixel"},
      {{"--arch", "resnet18", "--mixup", "0.2", "--mixup-mode", "row"}, "'row'"},
      {{"--arch", "resnet18", "--smoothing", "1"}, "--smoothing: "},
      {{"--arch", "resnet18", "--bad-images", "drop"}, "'drop' is not stop or skip"},
      {{"--arch", "resnet18", "--cache", "tape"}, "'tape' is not none, ram or disk"},
      {{"--arch", "resnet18", "--freeze", "head"}, "--freeze: "},
      {{"--arch", "resnet18", "--precision", "fp64"}, "--precision: "},
      {{"--arch", "resnet18", "--device", "tpu"}, "--device: "},
      {{"--arch", "resnet18", "--seed", "-1"}, "--seed: "},
      {{"--arch", "resnet18", "--max-train-samples", "0"}, "--max-train-samples: "},
      {{"--arch", "resnet18", "--gp", "mean"}, "--gp: 'mean' is no global pool, expected avg, max"},
      {{"--arch", "resnet18", "--output-stride", "4"}, "--output-stride: '4' is not 8, 16 or 32"},
      {{"--arch", "resnet18", "--drop", "1"}, "--drop: '1' leaves nothing"},
      {{"--arch", "resnet18", "--drop-path", "2"}, "--drop-path: "},
      {{"--arch", "resnet18", "--zero-init-last", "yes"},
       "--zero-init-last: 'yes' is neither 'on' nor 'off'"},
      {{"--weights", "resnet18", "--zero-init-last", "on"}, "--zero-init-last: has no effect with --weights"},
      {{"--arch", "resnet18", "--init", "he"}, "--init: 'he' is neither 'timm' nor 'openmmlab'"},
      {{"--arch", "resnet18", "--frozen-stages", "-2"}, "--frozen-stages: "},
      {{"--arch", "resnet18", "--freeze", "backbone", "--drop", "0.1"},
       "--drop: has no effect with --freeze"},
      {{"--arch", "resnet18", "--epoch", "3"}, "unknown flag '--epoch'. Did you mean '--epochs'"},
      {{"--arch", "resnet18", "pictures"}, "unexpected 'pictures'"},
  };
  for (const auto& [more, message] : cases) {
    // No case gets as far as looking at the data.
    Flags flags{"--data", "data", "--out", out.string()};
    flags.insert(flags.end(), more.begin(), more.end());
    const ProgramResult result = finetune(flags);
    INFO(message);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Catch::Contains(message));
    CHECK(result.out.empty());
    CHECK_FALSE(fs::exists(out));
  }
}

TEST_CASE("--data and --out are demanded") {
  CHECK_THAT(finetune({"--arch", "resnet18", "--out", "run"}).err, Catch::Contains("--data: is missing"));
  CHECK_THAT(finetune({"--arch", "resnet18", "--data", "data"}).err, Catch::Contains("--out: is missing"));
}

TEST_CASE("what training pictures go through is in the recipe, and the recipe repeats it") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const Flags steps{"--arch",  "resnet18", "--aa",     "rand-m5-n1", "--reprob",    "0.5", "--vflip",  "0.1",
                    "--mixup", "0.2",      "--cutmix", "1",          "--smoothing", "0.1", "--epochs", "1"};
  REQUIRE(finetune(small_run(data, folder / "first", steps)).status == 0);
  const Json recipe = read_json(folder / "first" / "recipe.json");
  const Json& written = recipe["pictures"]["augmentation"]["steps"];
  REQUIRE(written.size() == 5);
  CHECK(written[0]["op"] == "RandomResizedCrop");
  CHECK(written[0]["size"] == Json{16, 16});
  CHECK(written[3]["config"] == "rand-m5-n1");
  CHECK(recipe["pictures"]["mix"]["cutmix"] == 1);
  CHECK(recipe["recipe"]["label_smoothing"] == 0.1);
  const fs::path file = folder / "steps.json";
  std::ofstream(file) << recipe["pictures"]["augmentation"].dump();
  const Flags again{"--arch",   "resnet18", "--augment",   file.string(), "--mixup",  "0.2",
                    "--cutmix", "1",        "--smoothing", "0.1",         "--epochs", "1"};
  REQUIRE(finetune(small_run(folder / "first" / "split.json", folder / "second", again)).status == 0);
  CHECK(sha256_file(folder / "first/last/model.safetensors") ==
        sha256_file(folder / "second/last/model.safetensors"));
}

TEST_CASE("a recipe whose pictures have another size than the model's is refused") {
  const TemporaryFolder folder;
  std::ofstream(folder / "steps.json") << R"({"steps": [{"op": "RandomResizedCrop", "size": 20}]})";
  const ProgramResult result =
      finetune(small_run(draw_data(folder / "data"), folder / "run",
                         {"--arch", "resnet18", "--augment", (folder / "steps.json").string()}));
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Catch::Contains("are not all of 16 x 16 pixels"));
  CHECK_FALSE(fs::exists(folder / "run"));
}

TEST_CASE("broken pictures are skipped, counted and named where that is asked for") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  std::ofstream(data / "low" / "broken.png") << "no picture";
  const ProgramResult result =
      finetune(small_run(data, folder / "run",
                         {"--arch", "resnet18", "--epochs", "1", "--bad-images", "skip", "--cache", "disk"}));
  CHECK(result.status == 0);
  CHECK_THAT(result.err, Catch::Contains("1 picture was left out") && Catch::Contains("low/broken.png"));
  CHECK(read_json(folder / "run/metrics.jsonl")["bad_images"] == 1);
  CHECK(read_json(folder / "run/recipe.json").dump().find("\"bad_limit\":0.01") != std::string::npos);
}

TEST_CASE("the tutorial's ants and bees train", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const TemporaryFolder folder;
  const ProgramResult result = finetune(
      {"--arch", "resnet18", "--data", (corpus / "datasets" / "hymenoptera_data").string(), "--epochs", "1",
       "--max-train-samples", "32", "--image-size", "64", "--out", (folder / "run").string(), "--json"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK_THAT(result.err, Catch::Contains("imageNotFound.gif"));
  const Json recipe = read_json(folder / "run" / "recipe.json");
  CHECK(recipe["data"]["train_images"] == 32);
  CHECK(recipe["data"]["val_images"] == 153);
  CHECK(recipe["data"]["classes"] == Flags{"ants", "bees"});
  CHECK(Json::parse(result.out)["last_val_top1"].get<double>() > 30);
}

}  // namespace zoo::test
