#include <map>
#include <string>

#include "tests/train/fixed_batches.h"
#include "tests/train/hash_fill.h"
#include "zoo/base/error.h"
#include "zoo/models/load.h"
#include "zoo/train/seed_scope.h"
#include "zoo/train/trainer.h"

#include <catch2/catch.hpp>

namespace zoo::test {
namespace {

// Two classes that differ in brightness.
TrainBatch bright_and_dark(uint32_t index, int64_t pictures) {
  TrainBatch batch{hash_pictures(index, {pictures, 3, 16, 16}), torch::arange(pictures).remainder(2)};
  batch.images += (batch.labels.to(torch::kFloat) * 2 - 1).view({-1, 1, 1, 1});
  return batch;
}

std::map<std::string, torch::Tensor> snapshot(const ResNet& model) {
  std::map<std::string, torch::Tensor> copy;
  for (const auto& [name, tensor] : state_dict(model)) copy[name] = tensor.clone();
  return copy;
}

ErrorCode code_of(const std::function<void()>& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::usage;
}

}  // namespace

TEST_CASE("a small set is learnt by heart, in either precision") {
  const auto precision = GENERATE(Precision::fp32, Precision::bf16);
  ResNet model = hash_filled("resnet20_cifar", 2);
  BatchSource train_batches = fixed_batches({bright_and_dark(1, 8), bright_and_dark(2, 8)});
  BatchSource val_batches = fixed_batches({bright_and_dark(3, 7)});
  std::vector<EpochReport> epochs;
  int64_t steps = 0;
  train(model, {.epochs = 8, .schedule = {.lr = 0.05}, .precision = precision}, train_batches, val_batches,
        {.on_step = [&](const StepReport& report) { CHECK(report.step == steps++ % 2); },
         .on_epoch = [&](const EpochReport& report) { epochs.push_back(report); }});
  CHECK(steps == 16);
  REQUIRE(epochs.size() == 8);
  CHECK(epochs.back().train_top1 == 100);
  CHECK(epochs.back().train_loss < 0.2);
  CHECK(epochs.back().val.top1 == 100);
  CHECK(epochs.back().val.images == 7);
  CHECK(epochs.front().best);
  double best = -1;
  for (const EpochReport& report : epochs) {
    CHECK(report.best == report.val.top1 > best);
    best = std::max(best, report.val.top1);
    CHECK(report.images_per_s > 0);
  }
}

TEST_CASE("with a frozen backbone the head moves and not one bit of anything else") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  model->to_channels_last();
  const auto before = snapshot(model);
  BatchSource batches = fixed_batches({bright_and_dark(1, 6)});
  train(model, {.epochs = 3, .schedule = {.lr = 0.1}, .weight_decay = 0.1, .freeze_backbone = true}, batches,
        batches, {});
  for (const auto& [name, tensor] : snapshot(model)) {
    INFO(name);
    CHECK(tensor.equal(before.at(name)) == !name.starts_with("fc."));
  }
  for (const auto& parameter : model->named_parameters())
    CHECK(parameter.value().grad().defined() == parameter.key().starts_with("fc."));
}

TEST_CASE("a frozen backbone learns from single pictures of one pixel a map") {
  ResNet model = hash_filled("resnet18", 2);
  BatchSource batches = fixed_batches({bright_and_dark(1, 1)});
  CHECK_NOTHROW(train(model, {.epochs = 1, .freeze_backbone = true}, batches, batches, {}));
}

TEST_CASE("the same seed gives the same training, bit for bit, and leaves the global generator alone") {
  torch::manual_seed(7);
  const auto run = [](uint64_t seed) {
    ResNet model{nullptr};
    {
      const SeedScope scope(seed);
      model = ResNet(get_arch("resnet20_cifar"), ResNetOptions{.num_classes = 2});
    }
    BatchSource batches = fixed_batches({bright_and_dark(1, 4), bright_and_dark(2, 3)});
    train(model, {.epochs = 2, .seed = seed}, batches, batches, {});
    return snapshot(model);
  };
  const auto first = run(1), again = run(1), other = run(2);
  for (const auto& [name, tensor] : first) CHECK(tensor.equal(again.at(name)));
  CHECK_FALSE(first.at("conv1.weight").equal(other.at("conv1.weight")));
  const torch::Tensor drawn = torch::rand({3});
  torch::manual_seed(7);
  CHECK(drawn.equal(torch::rand({3})));
}

TEST_CASE("evaluation counts every picture once, the last partial batch too") {
  ResNet model = hash_filled("resnet20_cifar", 7);
  const torch::Tensor images = hash_pictures(5, {7, 3, 32, 24}), labels = torch::arange(7);
  BatchSource whole = fixed_batches({{images, labels}});
  BatchSource parts = fixed_batches({{images.narrow(0, 0, 3), labels.narrow(0, 0, 3)},
                                     {images.narrow(0, 3, 3), labels.narrow(0, 3, 3)},
                                     {images.narrow(0, 6, 1), labels.narrow(0, 6, 1)}});
  model->train();
  std::vector<torch::Tensor> logits;
  const EvalResult a = evaluate(model, whole);
  const EvalResult b = evaluate(model, parts, Precision::fp32,
                                [&](const torch::Tensor& l, const TrainBatch&) { logits.push_back(l); });
  CHECK_FALSE(model->is_training());
  CHECK(a.images == 7);
  CHECK(b.images == 7);
  CHECK(a.top1 == b.top1);
  CHECK(a.top5 == b.top5);
  CHECK(a.loss == Approx(b.loss).epsilon(1e-6));

  const torch::Tensor all = torch::cat(logits);
  REQUIRE(all.sizes() == torch::IntArrayRef({7, 7}));
  const torch::Tensor own = all.gather(1, labels.unsqueeze(1));
  const torch::Tensor rank = all.gt(own).sum(1);
  CHECK(b.top1 == Approx(100.0 * rank.eq(0).sum().item<int64_t>() / 7));
  CHECK(b.top5 == Approx(100.0 * rank.lt(5).sum().item<int64_t>() / 7));
  CHECK(b.loss ==
        Approx(-(all.log_softmax(1).gather(1, labels.unsqueeze(1))).mean().item<double>()).epsilon(1e-6));
}

TEST_CASE("with fewer than five classes top-5 is 100") {
  ResNet model = hash_filled("resnet20_cifar", 3);
  BatchSource batches =
      fixed_batches({{hash_pictures(1, {4, 3, 16, 16}), torch::tensor({0, 1, 2, 2}, torch::kLong)}});
  CHECK(evaluate(model, batches).top5 == 100);
}

TEST_CASE("a label without a class is an error that names the range") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  const auto label = GENERATE(-1, 2);
  BatchSource batches =
      fixed_batches({{hash_pictures(1, {2, 3, 16, 16}), torch::tensor({0, label}, torch::kLong)}});
  std::string message;
  CHECK(code_of([&] { evaluate(model, batches); }, &message) == ErrorCode::mismatch);
  CHECK_THAT(message, Catch::Contains("the model has 2 classes"));
  CHECK(code_of([&] { train(model, {}, batches, batches, {}); }) == ErrorCode::mismatch);
}

TEST_CASE("nothing to learn from or to evaluate on is an error") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  BatchSource none = fixed_batches({}), some = fixed_batches({bright_and_dark(1, 2)});
  CHECK(code_of([&] { train(model, {}, none, some, {}); }) == ErrorCode::mismatch);
  CHECK(code_of([&] { train(model, {.epochs = 1}, some, none, {}); }) == ErrorCode::mismatch);
  ResNet headless = hash_filled("resnet20_cifar", 0);
  CHECK(code_of([&] { train(headless, {}, some, some, {}); }) == ErrorCode::mismatch);
}

TEST_CASE("a loss that is no longer finite ends the training at its step") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  TrainBatch broken = bright_and_dark(2, 4);
  broken.images[1][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  BatchSource train_batches = fixed_batches({bright_and_dark(1, 4), broken}), val_batches = fixed_batches({});
  std::string message;
  CHECK(code_of([&] { train(model, {}, train_batches, val_batches, {}); }, &message) == ErrorCode::mismatch);
  CHECK_THAT(message, Catch::StartsWith("epoch 1, step 2 of 2: the loss is no longer finite"));
}

TEST_CASE(
    "an epoch is there to be saved before it is judged, and one that is not finite is never called good") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  BatchSource batches = fixed_batches({bright_and_dark(1, 4)});
  TrainBatch broken = bright_and_dark(2, 4);
  broken.images[0][0][0][0] = std::numeric_limits<float>::infinity();
  int64_t judged = 0;  // by pictures that are fine the first time
  BatchSource sound = fixed_batches({bright_and_dark(3, 4)}), unsound = fixed_batches({broken});
  BatchSource val{[&](int64_t epoch, int64_t first) {
                    ++judged;
                    sound.start_epoch(epoch, first);
                    unsound.start_epoch(epoch, first);
                  },
                  [&] { return judged == 1 ? sound.next() : unsound.next(); }, 1};
  std::vector<std::string> calls;
  const auto note = [&](const char* what, int64_t epoch) { calls.push_back(what + std::to_string(epoch)); };
  std::string message;
  const auto run = [&] {
    train(model, {.epochs = 3}, batches, val,
          {.on_learnt = [&](int64_t epoch) { note("learnt ", epoch); },
           .on_epoch = [&](const EpochReport& report) { note("judged ", report.epoch); },
           .on_diverged = [&](int64_t epoch) { note("diverged ", epoch); }});
  };
  CHECK(code_of(run, &message) == ErrorCode::mismatch);
  CHECK_THAT(message, Catch::StartsWith("epoch 2, evaluation: the loss is not finite (") &&
                          Catch::Contains("a smaller learning rate"));
  CHECK(calls == std::vector<std::string>{"learnt 0", "judged 0", "learnt 1", "diverged 1"});
}

TEST_CASE("a tensor that is not finite ends the training by name, before anything is told of it") {
  const std::string name = GENERATE("layer1.0.bn1.running_var", "layer2.1.conv2.weight");
  const bool from_the_start = GENERATE(true, false);
  ResNet model = hash_filled("resnet20_cifar", 2);
  const auto spoil = [&] {
    const torch::NoGradGuard no_grad;
    for (auto& [key, tensor] : state_dict(model))
      if (key == name) tensor[0].fill_(std::numeric_limits<float>::infinity());
  };
  if (from_the_start) spoil();
  BatchSource batches = fixed_batches({bright_and_dark(1, 4)});
  std::string message;
  const auto run = [&] {
    train(model, {.epochs = 1}, batches, batches,
          {.on_step = [&](const StepReport&) { spoil(); },
           .on_learnt = [](int64_t) { FAIL("it was to be saved"); },
           .on_epoch = [](const EpochReport&) { FAIL("it was judged"); }});
  };
  CHECK(code_of(run, &message) == ErrorCode::mismatch);
  CHECK_THAT(message, Catch::StartsWith(from_the_start ? "the model to begin with" : "epoch 1, ") &&
                          Catch::Contains("tensor '" + name + "' holds numbers that are not finite"));
}

TEST_CASE("what LibTorch and the library throw in the middle is an error with its place") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  const auto fails = GENERATE(
      as<std::function<void()>>{}, [] { torch::empty({int64_t{1} << 60}); }, [] { throw std::bad_alloc(); },
      [] { TORCH_CHECK(false, "odd"); }, [] { throw std::runtime_error("odd"); });
  BatchSource none{[](int64_t, int64_t) {},
                   [&]() -> std::optional<TrainBatch> {
                     fails();
                     return std::nullopt;
                   },
                   2};
  std::string message;
  const ErrorCode code = code_of([&] { train(model, {}, none, none, {}); }, &message);
  CHECK_THAT(message, Catch::StartsWith("epoch 1, step 1 of 2: "));
  CHECK(message.find('\n') == std::string::npos);
  if (message.find("odd") == std::string::npos) {
    CHECK(code == ErrorCode::io);
    CHECK_THAT(message, Catch::Contains("not enough memory") && Catch::Contains("smaller batches"));
  }
}

TEST_CASE("one picture with one pixel a map is left out, and counted") {
  CHECK(lone_picture(1, 32, 32, get_arch("resnet18")));
  CHECK_FALSE(lone_picture(1, 33, 32, get_arch("resnet18")));
  CHECK_FALSE(lone_picture(2, 32, 32, get_arch("resnet18")));
  CHECK_FALSE(lone_picture(1, 32, 32, get_arch("resnet20_cifar")));

  ResNet model = hash_filled("resnet18", 2);
  BatchSource lone = fixed_batches({bright_and_dark(1, 1)});
  BatchSource batches = fixed_batches({bright_and_dark(1, 3), bright_and_dark(2, 1)});
  train(model, {.epochs = 1}, batches, lone,
        {.on_epoch = [](const EpochReport& report) { CHECK(report.skipped_images == 1); }});
  CHECK(code_of([&] { train(model, {.epochs = 1}, lone, lone, {}); }) == ErrorCode::mismatch);
}

TEST_CASE("a stop is obeyed before the next step and during the evaluation") {
  ResNet model = hash_filled("resnet20_cifar", 2);
  bool stop = false;
  BatchSource batches = fixed_batches({bright_and_dark(1, 2), bright_and_dark(2, 2)});
  const int64_t last_step = GENERATE(0, 1);
  std::string message;
  const auto run = [&] {
    train(model, {}, batches, batches,
          {.on_step = [&](const StepReport& report) { stop = report.step == last_step; },
           .on_epoch = [](const EpochReport&) { FAIL("an epoch ended"); }},
          [&] { return stop; });
  };
  CHECK(code_of(run, &message) == ErrorCode::interrupted);
  CHECK(message == (last_step == 0 ? "epoch 1, step 2 of 2: stopped." : "epoch 1, evaluation: stopped."));
}

}  // namespace zoo::test
