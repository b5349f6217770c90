// A training that is taken up at any step ends as if it had never been stopped.
#include <catch2/catch.hpp>

#include <ATen/Parallel.h>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "tests/train/fixed_batches.h"
#include "tests/train/hash_fill.h"
#include "zoo/base/file.h"
#include "zoo/models/load.h"
#include "zoo/train/trainer.h"

namespace zoo::test {
namespace {

BatchSource four_batches() {
  std::vector<TrainBatch> batches;
  for (int64_t i = 0; i < 4; ++i)
    batches.push_back({hash_pictures(static_cast<uint32_t>(100 + i), {6, 3, 32, 32}),
                       torch::tensor(std::vector<int64_t>{0, 1, 2, 3, 1, i}, torch::kLong)});
  return fixed_batches(std::move(batches));
}

ResNet small_net(uint32_t seed) {
  ResNetOptions options{.num_classes = 4};
  options.drop_rate = 0.3;
  options.drop_path_rate = 0.2;
  torch::manual_seed(seed);
  return ResNet(get_arch("resnet20_cifar"), options);
}

// Everything that the two hold is the same, bit for bit.
void require_same(const TrainState& a, const TrainState& b) {
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    INFO(a.tensors[i].first);
    REQUIRE(a.tensors[i].first == b.tensors[i].first);
    REQUIRE(a.tensors[i].second.equal(b.tensors[i].second));
  }
  CHECK(a.epoch == b.epoch);
  CHECK(a.batches == b.batches);
  CHECK(a.loss_sum == b.loss_sum);
  CHECK(a.correct == b.correct);
  CHECK(a.best_top1 == b.best_top1);
  CHECK(a.best_epoch == b.best_epoch);
  CHECK(a.optimizer_steps == b.optimizer_steps);
}

}  // namespace

TEST_CASE("a training that is taken up at any step ends with the same bits") {
  at::set_num_threads(GENERATE(1, 2));
  Recipe recipe{.epochs = 2};
  recipe.seed = 5;
  recipe.schedule.lr = 0.01;
  recipe.schedule.warmup_epochs = 0.5;
  SECTION("SGD") {}
  SECTION("without momentum") {
    recipe.optimizer.momentum = 0;
  }
  SECTION("AdamW, averaged, clipped, by groups") {
    recipe.optimizer.kind = OptimizerKind::adamw;
    recipe.ema_decay = 0.9;
    recipe.clip_norm = 1;
    recipe.decay_norms = false;
    recipe.layer_decay = 0.8;
    recipe.head_lr_scale = 3;
  }
  SECTION("Adam, several batches a step") {
    recipe.optimizer.kind = OptimizerKind::adam;
    recipe.accumulate = 3;
  }
  SECTION("RMSprop") {
    recipe.optimizer.kind = GENERATE(OptimizerKind::rmsprop, OptimizerKind::rmsprop_tf);
  }
  SECTION("LAMB in bf16") {
    recipe.optimizer.kind = OptimizerKind::lamb;
    recipe.precision = Precision::bf16;
  }
  SECTION("Lion") {
    recipe.optimizer.kind = OptimizerKind::lion;
    recipe.schedule.lr = 1e-4;
  }
  SECTION("a frozen backbone") {
    recipe.freeze_backbone = true;
  }

  std::vector<TrainState> states;
  ResNet whole = small_net(1);
  BatchSource train_batches = four_batches(), val_batches = four_batches();
  const TrainSinks keep{.on_state = [&](TrainState state) { states.push_back(std::move(state)); },
                        .state_due = [](int64_t) { return true; }};
  train(whole, recipe, train_batches, val_batches, keep);
  REQUIRE(states.size() >= 5);
  CHECK(states.back().epoch == 2);
  const TemporaryFolder folder;
  for (size_t i = 0; i + 1 < states.size(); ++i) {
    INFO("taken up at epoch " << states[i].epoch << ", batch " << states[i].batches);
    write_state(folder / "state", states[i]);
    TrainState last;
    ResNet other = small_net(2);
    const TrainSinks sinks{.on_state = [&](TrainState state) { last = std::move(state); }};
    BatchSource next_train = four_batches(), next_val = four_batches();
    Trainer trainer(other, recipe, next_train, next_val, sinks);
    trainer.restore(read_state(folder / "state"));
    require_same(trainer.state(), states[i]);
    trainer.run();
    require_same(last, states.back());
  }
}

TEST_CASE("a state of another training is refused, and changes nothing") {
  ResNet model = small_net(1), other = small_net(3);
  BatchSource batches = four_batches();
  Trainer sgd(model, Recipe{.epochs = 1}, batches, batches);
  Recipe adam{.epochs = 1};
  adam.optimizer.kind = OptimizerKind::adam;
  Trainer trainer(other, adam, batches, batches);
  const TrainState before = trainer.state();
  CHECK_THROWS_WITH(trainer.restore(sgd.state()), Catch::Contains("is of another model or recipe"));
  require_same(trainer.state(), before);
}

TEST_CASE("a state that is damaged is not taken, the one before it is") {
  const TemporaryFolder folder;
  ResNet model = small_net(1);
  BatchSource batches = four_batches();
  Trainer trainer(model, Recipe{.epochs = 1}, batches, batches);
  TrainState first = trainer.state(), second = trainer.state();
  second.batches = 3;
  second.notes = {{"config", "{}"}};
  const auto path = folder / "state";
  CHECK_THROWS_WITH(read_state(path), Catch::Contains("no state of a training was saved"));
  write_state(path, first);
  write_state(path, second);
  CHECK(read_state(path).batches == 3);
  CHECK(read_state(path).notes == second.notes);
  const std::string whole = read_text(path);
  for (const size_t at : {size_t{20}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_text(path, damaged);
    std::string note;
    CHECK(read_state(path, &note).batches == 0);
    CHECK_THAT(note, Catch::Contains("The state before it is taken."));
  }
  std::filesystem::remove(path);
  CHECK(read_state(path).batches == 0);
}

}  // namespace zoo::test
