// What becomes of the files that are there before a run and after it, however it ends.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/apps/finetune_runs.h"
#include "tests/base/failing_system.h"
#include "tests/environment_setting.h"
#include "tests/temporary_folder.h"
#include "tests/wait_until.h"
#include "transforms/random/random.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/checkpoint/checkpoint.h"

namespace zoo::test {
namespace {

const Flags kScratch{"--arch", "resnet20_cifar"};

Flags with(Flags flags, const Flags& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// The models of the folder are whole.
void check_models(const fs::path& run) {
  for (const char* name : {"best", "last"})
    if (fs::exists(run / name)) {
      CHECK(Checkpoint::open(run / name / "model.safetensors").tensors().size() == 116);
      CHECK(read_json(run / name / "config.json")["label_names"] == Flags{"low", "middle", "top"});
    }
}

// The weights of the run are the same whatever else is different.
std::string model_in(const fs::path& run) {
  return sha256_file(run / "last" / "model.safetensors");
}

}  // namespace

TEST_CASE("a picture whose header is broken ends it before the first step, wherever it is used") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const std::string part = GENERATE("train", "val");
  draw_data(folder / "parts" / "train");
  draw_data(folder / "parts" / "val");
  const fs::path broken = folder / "parts" / part / "low" / "0.png";
  std::ofstream(broken) << "not a picture";
  const ProgramResult result = finetune(
      small_run(folder / "parts", folder / "run", {"--arch", "resnet20_cifar", "--batch-size", "24"}));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Catch::Contains(broken.string()) && !Catch::Contains("epoch 1"));
  CHECK_FALSE(fs::exists(folder / "run"));
}

TEST_CASE("a picture to judge by that is cut off behind its header does not cost the epoch") {
  const TemporaryFolder folder;
  draw_data(folder / "parts" / "train");
  draw_data(folder / "parts" / "val");
  const fs::path broken = folder / "parts" / "val" / "low" / "0.png", run = folder / "run";
  fs::resize_file(broken, fs::file_size(broken) / 2);
  const ProgramResult result = finetune(small_run(folder / "parts", run, {"--arch", "resnet20_cifar"}));
  CHECK(result.status == 1);
  CHECK_THAT(result.err,
             Catch::Contains(broken.string()) &&
                 Catch::Contains(
                     "Epoch 1, without its line in metrics.jsonl, is kept: go on from it with --weights " +
                     (run / "last").string() + "."));
  CHECK(Checkpoint::open(run / "last" / "model.safetensors").tensors().size() == 116);
  CHECK_FALSE(fs::exists(run / "best"));
}

TEST_CASE("an --out that holds a run is refused, and replaced with --overwrite") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run", last = run / "last" / "model.safetensors";
  Flags flags = small_run(draw_data(folder / "data"), run, {"--arch", "resnet20_cifar", "--epochs", "1"});
  REQUIRE(finetune(flags).status == 0);
  const std::string first = sha256_file(last);
  const ProgramResult refused = finetune(flags);
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, Catch::Contains("holds a training run"));

  const auto keeps = [&](Flags more, int status, const std::string& message) {
    more.insert(more.begin(), flags.begin(), flags.end());
    more.insert(more.end(), {"--overwrite", "--seed", "9"});
    const ProgramResult result = finetune(more);
    INFO(result.err);
    CHECK(result.status == status);
    CHECK_THAT(result.err, Catch::Contains(message));
    CHECK(sha256_file(last) == first);
  };
  flags[1] = (run / "split.json").string();
  keeps({}, 2, "--data: '" + flags[1] + "' lies in " + run.string() + ", which --overwrite replaces");
  const fs::path beside = folder / "run.new" / "split.json";
  fs::create_directory(beside.parent_path());
  fs::copy_file(run / "split.json", beside);
  flags[1] = beside.string();
  keeps({}, 2, "--data: '" + flags[1] + "' lies in " + beside.parent_path().string());
  CHECK(fs::remove(beside));
  fs::remove(beside.parent_path());
  flags[1] = (folder / "data").string();
  fs::create_directory_symlink(run / "last", folder / "link");
  keeps({"--weights", (folder / "link").string()}, 2, "--weights: ");
  keeps({"--cache", "disk", "--cache-dir", (folder / "typo").string()}, 1, "typo");
  keeps({"--lr", "1e6", "--warmup-epochs", "0"}, 1, "not finite");
  keeps({"--new-split"}, 2, "--new-split: has no effect");
  CHECK_FALSE(fs::exists(folder / "run.new"));

  flags.insert(flags.end(), {"--overwrite", "--seed", "9"});
  CHECK(finetune(flags).status == 0);
  CHECK(sha256_file(last) != first);
  std::ofstream(run / "notes.txt") << "mine";
  CHECK(finetune(flags).status == 2);
  CHECK(read_text(run / "notes.txt") == "mine");
}

TEST_CASE("what a new run is made from is not taken for the remains of a run that was killed") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run", dead = folder / "dead";
  const Flags more{"--arch", "resnet20_cifar", "--epochs", "1"};
  REQUIRE(finetune(small_run(draw_data(folder / "data"), run, more)).status == 0);
  fs::create_directory(dead);
  for (const char* name : {"zoo_run.json", "recipe.json", "split.json"})
    fs::copy_file(run / name, dead / name);
  const ProgramResult result = finetune(small_run(dead / "split.json", dead, more));
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Catch::Contains("lies in " + dead.string() + ", where the new run is made"));
  CHECK(fs::exists(dead / "split.json"));
}

TEST_CASE("room for the models is made sure of before the first step") {
  const TemporaryFolder folder;
  Flags flags = command(small_run(draw_data(folder / "data"), folder / "run", kScratch));
  // 512 or 1024 bytes a block, and the model has a megabyte.
  flags.insert(flags.begin(), {"sh", "-c", "ulimit -f 1000 && exec \"$0\" \"$@\""});
  const ProgramResult result = run_program(flags);
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Catch::Contains("has no room for 3 models of 10") && !Catch::Contains("epoch 1"));
  CHECK_FALSE(fs::exists(folder / "run"));
}

TEST_CASE("a model that diverges is neither last nor best, and the run says where") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const ProgramResult result =
      finetune(small_run(draw_data(folder / "data"), run,
                         {"--arch", "resnet20_cifar", "--epochs", "9", "--batch-size", "24", "--lr", "100",
                          "--warmup-epochs", "0", "--momentum", "0"}));
  INFO(result.err);
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Catch::Contains("finite"));
  const std::string metrics = read_text(run / "metrics.jsonl");
  const auto judged = std::count(metrics.begin(), metrics.end(), '\n');
  REQUIRE(judged > 0);
  CHECK(metrics.find("null") == std::string::npos);
  CHECK_THAT(result.err, Catch::Contains("Epoch " + std::to_string(judged) + " is kept"));
  for (const char* name : {"best", "last"}) {
    const Checkpoint model = Checkpoint::open(run / name / "model.safetensors");
    for (const auto& [key, tensor] : model.tensors()) {
      if (tensor.dtype != DType::f32) continue;
      std::vector<float> numbers(tensor.storage.size() / sizeof(float));
      std::memcpy(numbers.data(), tensor.storage.data(), tensor.storage.size());
      CHECK(std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); }));
    }
  }
}

TEST_CASE("Ctrl-C, SIGTERM and the terminal's end keep what was finished and say how to start from it") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  Flags flags =
      small_run(draw_data(folder / "data"), run, {"--arch", "resnet20_cifar", "--epochs", "1000000"});
  Program program(command(flags));
  wait_until([&] { return fs::exists(run / "metrics.jsonl") || !program.is_running(); });
  const ProgramResult second = finetune(flags);
  CHECK(second.status == 2);
  CHECK_THAT(second.err, Catch::Contains("another training is at work there"));
  program.send(signal);
  const ProgramResult result = program.wait();
  CHECK(result.status == 130);
  CHECK_THAT(result.err,
             Catch::Contains("stopped.") && Catch::Contains("--weights " + (run / "last").string()));
  for (const char* name : {"best", "last"})
    CHECK(Checkpoint::open(run / name / "model.safetensors").tensors().size() == 116);
  for (const auto& entry : fs::directory_iterator(run))
    CHECK(entry.path().filename().native().front() != '.');
}

TEST_CASE("who goes on from a run judges by pictures that it has not learnt") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), first = folder / "first";
  REQUIRE(finetune(small_run(data, first, with(kScratch, {"--epochs", "1"}))).status == 0);
  const auto go_on = [&](const fs::path& from, const Flags& more) {
    fs::remove_all(folder / "next");
    return finetune(
        small_run(from, folder / "next",
                  with({"--weights", (first / "last").string(), "--epochs", "1", "--seed", "7"}, more)));
  };
  const auto val_in = [](const fs::path& run) { return read_json(run / "split.json")["val"]; };

  const ProgramResult kept = go_on(data, {});
  INFO(kept.err);
  REQUIRE(kept.status == 0);
  CHECK_THAT(kept.err, Catch::Contains("the split of " + first.string() + " is kept"));
  CHECK(val_in(folder / "next") == val_in(first));
  // Copied elsewhere it is the same data.
  fs::copy(data, folder / "copy", fs::copy_options::recursive);
  CHECK_THAT(go_on(folder / "copy", {}).err, Catch::Contains("is kept"));

  const ProgramResult other = go_on(data, {"--val", "0.5"});
  CHECK(other.status == 1);
  CHECK_THAT(other.err, Catch::Contains(" of the 12 pictures to judge by are ones that " + first.string()) &&
                            Catch::Contains("--data " + (first / "split.json").string()) &&
                            Catch::Contains("--new-split"));
  CHECK_FALSE(fs::exists(folder / "next"));
  CHECK(go_on(data, {"--val", "0.5", "--new-split"}).status == 0);
  CHECK(val_in(folder / "next").size() == 12);

  // A copy that has lost pictures, pictures to judge by that are a copy, or another split file: all are
  // known.
  fs::remove(folder / "copy" / "low" / "1.png");
  CHECK(go_on(folder / "copy", {}).status == 1);
  CHECK(go_on(data, {"--val", (folder / "copy").string()}).status == 1);
  const fs::path split = folder / "other.json";
  fs::copy_file(first / "split.json", split);
  Json sides = read_json(split);
  std::swap(sides["train"], sides["val"]);
  sides["data"] = data.string();
  std::ofstream(split) << sides.dump();
  CHECK(go_on(split, {}).status == 1);
  // Other pictures may have the same names, as long as those that were learnt are there to tell.
  const std::vector<std::string> names{"low", "middle", "top"};
  for (size_t i = 0; i < names.size(); ++i)
    draw_class(folder / "twins" / names[i], static_cast<int>(i + 1) % 3, 8);
  CHECK(go_on(folder / "twins", {"--val", "0.5"}).status == 0);

  draw_class(data / "low", 0, 9);  // one more
  CHECK(go_on(data, {}).status == 1);
  CHECK(go_on(first / "split.json", {}).status == 0);
  CHECK(val_in(first).size() == 6);
  // Of other pictures nothing was learnt.
  draw_class(folder / "others" / "a", 3, 8);
  draw_class(folder / "others" / "b", 4, 8);
  CHECK(go_on(folder / "others", {}).status == 0);
}

TEST_CASE("a run that was stopped goes on to the same bits, killed at any instant") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data");
  const auto run_of = [&](const std::string& name) {
    return small_run(
        data, folder / name,
        with(kScratch, {"--epochs", "3", "--opt", "adamw", "--lr", "0.001", "--ema", "0.9", "--drop", "0.2",
                        "--mixup", "0.2", "--accumulate", "2", "--batch-size", "4", "--save-every", "1"}));
  };
  REQUIRE(finetune(run_of("whole")).status == 0);
  const auto hashes = [&](const std::string& name) {
    return sha256_file(folder / name / "last" / "model.safetensors") +
           sha256_file(folder / name / "best" / "model.safetensors");
  };
  RandomStream random(77, 0, 0, 0);
  const bool is_long = std::getenv("ZOO_LONG") != nullptr;
  for (int round = 0; round < (is_long ? 100 : 20); ++round) {
    const std::string name = "round " + std::to_string(round);
    const auto state = folder / name / "state.safetensors";
    ProgramResult result;
    int64_t kills = 1 + random.below(3);
    do {
      const bool goes_on = fs::exists(state) || fs::exists(state.string() + ".before");
      const Flags flags = goes_on ? Flags{"--resume", (folder / name).string()} : run_of(name);
      if (kills > 0) {
        const Setting loaded("LD_PRELOAD", ZOO_BINARY_DIR "/tests/libfailing_system.so");
        const Setting killed(
            kFailingCall, failing_call(SystemCall::step, static_cast<int>(20 + random.below(300)), kKilled));
        result = finetune(flags);
      } else {
        result = finetune(flags);
      }
    } while (kills-- > 0 && result.status != 0);
    INFO(name << ": " << result.err);
    REQUIRE(result.status == 0);
    CHECK(hashes(name) == hashes("whole"));
    CHECK(read_text(folder / name / "metrics.jsonl").size() > 0);
  }
}

TEST_CASE("a run goes on with its own data and flags alone") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), run = folder / "run";
  CHECK_THAT(finetune({"--resume", run.string()}).err, Catch::Contains("recipe.json"));
  REQUIRE(finetune(small_run(data, run, with(kScratch, {"--epochs", "1"}))).status == 0);
  const ProgramResult done = finetune({"--resume", run.string()});
  CHECK(done.status == 0);
  CHECK_THAT(finetune({"--resume", run.string(), "--lr", "1"}).err,
             Catch::Contains("--lr: cannot be given with --resume"));
  fs::rename(data / "low" / "1.png", data / "low" / "renamed.png");
  const ProgramResult other = finetune({"--resume", run.string()});
  CHECK(other.status == 1);
  CHECK_THAT(other.err, Catch::Contains("split.json"));
  fs::rename(data / "low" / "renamed.png", data / "low" / "1.png");
  for (const char* name : {"state.safetensors", "state.safetensors.before"})
    if (fs::exists(run / name)) write_text(run / name, read_text(run / name).substr(0, 1000));
  CHECK_THAT(finetune({"--resume", run.string()}).err, Catch::Contains("state.safetensors"));
}

TEST_CASE("what a run has learnt is known by what it shows, under whatever name") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), first = folder / "first";
  REQUIRE(finetune(small_run(data, first, with(kScratch, {"--epochs", "1"}))).status == 0);
  const auto next = [&](const fs::path& other) {
    return finetune(small_run(other, folder / "next", {"--weights", first.string(), "--seed", "9"}));
  };
  std::string list = "path,label\n";
  for (const char* kind : {"low", "middle", "top"})
    for (int i = 0; i < 8; ++i)
      list += "data/" + std::string(kind) + "/" + std::to_string(i) + ".png," + kind + "\n";
  write_text(folder / "all.csv", list);
  CHECK_THAT(next(folder / "all.csv").err, Catch::Contains("pictures to judge by are ones that"));
  fs::create_directories(folder / "wrapped");
  fs::copy(data, folder / "wrapped" / "train", fs::copy_options::recursive);
  fs::copy(data, folder / "wrapped" / "val", fs::copy_options::recursive);
  CHECK_THAT(next(folder / "wrapped").err, Catch::Contains("pictures to judge by are ones that"));
}

TEST_CASE("weights that are reached by a link into the run are not lost with it") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), run = folder / "run", linked = folder / "linked";
  REQUIRE(finetune(small_run(data, run, with(kScratch, {"--epochs", "1"}))).status == 0);
  fs::create_directories(linked);
  fs::copy_file(run / "best" / "config.json", linked / "config.json");
  fs::create_symlink(run / "best" / "model.safetensors", linked / "model.safetensors");
  const std::string before = read_text(run / "best" / "model.safetensors");
  const auto result =
      finetune(small_run(data, run, {"--weights", linked.string(), "--overwrite", "--new-split"}));
  CHECK(result.status == 2);
  CHECK(read_text(run / "best" / "model.safetensors") == before);
}

TEST_CASE("a run that was told what to learn from has learnt all of that") {
  const TemporaryFolder folder;
  draw_data(folder / "parts" / "train");
  draw_data(folder / "parts" / "val");
  REQUIRE(finetune(small_run(folder / "parts", folder / "first", with(kScratch, {"--epochs", "1"}))).status ==
          0);
  const Flags from_first{"--weights", (folder / "first").string(), "--epochs", "1"};
  const ProgramResult again = finetune(small_run(folder / "parts" / "train", folder / "next", from_first));
  CHECK(again.status == 1);
  CHECK_THAT(again.err, Catch::Contains("6 of the 6 pictures to judge by"));
  CHECK(finetune(small_run(folder / "parts", folder / "next", from_first)).status == 0);
}

TEST_CASE("a name that is not UTF-8 is refused before the first step, and said") {
  const TemporaryFolder folder;
  const std::string odd = "odd\xff";
  Flags flags;
  SECTION("of a class") {
    flags = small_run(draw_data(folder / "data", {"low", odd}), folder / "run", kScratch);
  }
  SECTION("of a picture") {
    const fs::path data = draw_data(folder / "data");
    fs::rename(data / "low" / "1.png", data / "low" / (odd + ".png"));
    flags = small_run(data, folder / "run", kScratch);
  }
  SECTION("of the data") {
    flags = small_run(draw_data(folder / odd), folder / "run", kScratch);
  }
  const ProgramResult result = finetune(flags);
  INFO(result.err);
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Catch::Contains("odd\\xff") && Catch::Contains("not UTF-8") &&
                             !Catch::Contains("epoch 1") && !Catch::Contains("json.exception"));
  CHECK_FALSE(fs::exists(folder / "run"));
}

TEST_CASE("a run's folder may have any name") {
  const TemporaryFolder folder;
  const fs::path run = folder / "odd\xff";
  const ProgramResult result =
      finetune(small_run(draw_data(folder / "data"), run, with(kScratch, {"--epochs", "1", "--json"})));
  INFO(result.err);
  CHECK(result.status == 0);
  CHECK(Json::parse(result.out)["last_epoch"] == 1);
  CHECK(fs::exists(run / "best"));
}

// The whole program, loaded together with tests/base/failing_system.h.
TEST_CASE("zoo finetune killed at a step: whole models, and the same command goes then") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), run = folder / "run";
  const bool all = std::getenv("ZOO_LONG") != nullptr;
  const Flags flags = small_run(data, run, with(kScratch, {"--overwrite"}));
  ProgramResult result;
  for (int n = all ? 1 : 20; result.status == 0 || n == (all ? 1 : 20) || result.status == 128 + SIGKILL;
       n += all ? 1 : 25) {
    INFO("step " << n);
    fs::remove_all(run);
    {
      const Setting loaded("LD_PRELOAD", ZOO_BINARY_DIR "/tests/libfailing_system.so");
      const Setting killed(kFailingCall, failing_call(SystemCall::step, n, kKilled));
      result = finetune(flags);
    }
    if (result.status == 0) break;
    REQUIRE(result.status == 128 + SIGKILL);
    check_models(run);
    CHECK(finetune(flags).status == 0);
    check_models(run);
  }
  CHECK(result.status == 0);
}

TEST_CASE("a file system that cannot exchange names, and a full one, in the whole program") {
  const TemporaryFolder folder;
  const fs::path data = draw_data(folder / "data"), run = folder / "run";
  Flags flags = small_run(data, run, with(kScratch, {"--overwrite"}));
  REQUIRE(finetune(flags).status == 0);
  const std::string first = model_in(run);
  flags.insert(flags.end(), {"--seed", "5"});
  const auto failing = [&](SystemCall call, int n, int error) {
    const Setting loaded("LD_PRELOAD", ZOO_BINARY_DIR "/tests/libfailing_system.so");
    const Setting how(kFailingCall, failing_call(call, n, error));
    return finetune(flags);
  };
  const ProgramResult full = failing(SystemCall::make_folder, 1, ENOSPC);
  CHECK(full.status == 1);
  CHECK_THAT(full.err, Catch::Contains("No space left on device"));
  CHECK(model_in(run) == first);
  const ProgramResult other_way = failing(SystemCall::exchange, 1, EINVAL);
  INFO(other_way.err);
  CHECK(other_way.status == 0);
  check_models(run);
  CHECK(model_in(run) != first);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2);
}

}  // namespace zoo::test
