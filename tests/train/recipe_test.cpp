#include "zoo/train/recipe.h"

#include <cmath>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include "zoo/base/error.h"

namespace zoo {

TEST_CASE("the schedule is the one that LambdaLR follows in PyTorch") {
  const auto golden = nlohmann::json::parse(std::ifstream(ZOO_SOURCE_DIR "/tests/golden/train/train.json"));
  for (const auto& schedule : golden["schedules"]) {
    const Schedule own{.lr = schedule["lr"], .warmup_epochs = schedule["warmup_epochs"]};
    const auto steps = schedule["steps_per_epoch"].get<int64_t>();
    const auto total = static_cast<int64_t>(schedule["rates"].size());
    REQUIRE(total == steps * schedule["epochs"].get<int64_t>());
    for (int64_t step = 0; step < total; ++step)
      CHECK(learning_rate(own, step, total, steps) ==
            Approx(schedule["rates"][static_cast<size_t>(step)].get<double>()).epsilon(1e-12).margin(1e-15));
  }
}

TEST_CASE("the rate rises to lr, falls after that and ends above zero") {
  const Schedule recipe{.lr = 0.5, .warmup_epochs = 1.5};
  const int64_t steps = 7, total = 42, warmup = 10;
  for (int64_t step = 1; step < total; ++step) {
    const double before = learning_rate(recipe, step - 1, total, steps);
    const double now = learning_rate(recipe, step, total, steps);
    CHECK((step <= warmup ? now >= before : now < before));
    CHECK(now > 0);
    CHECK(now <= recipe.lr);
  }
}

TEST_CASE("a setting out of range is refused with its name") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto [recipe, flag] = GENERATE_COPY(table<Recipe, std::string>({
      {{.epochs = 0}, "epochs"},
      {{.epochs = -3}, "epochs"},
      {{.batch_size = 0}, "batch_size"},
      {{.schedule = {.lr = 0}}, "lr"},
      {{.schedule = {.lr = -0.1}}, "lr"},
      {{.schedule = {.lr = nan}}, "lr"},
      {{.schedule = {.lr = infinity}}, "lr"},
      {{.optimizer = {.momentum = 1}}, "momentum"},
      {{.optimizer = {.momentum = -0.1}}, "momentum"},
      {{.optimizer = {.momentum = nan}}, "momentum"},
      {{.weight_decay = -1}, "weight_decay"},
      {{.weight_decay = nan}, "weight_decay"},
      {{.schedule = {.warmup_epochs = -1}}, "warmup_epochs"},
      {{.epochs = 2, .schedule = {.warmup_epochs = 3}}, "warmup_epochs"},
      {{.optimizer = {.momentum = 0, .nesterov = true}}, "nesterov"},
      {{.optimizer = {.kind = OptimizerKind::adamw, .nesterov = true}}, "nesterov"},
      {{.optimizer = {.beta2 = 1}}, "beta2"},
      {{.optimizer = {.eps = 0}}, "eps"},
      {{.accumulate = 0}, "accumulate"},
      {{.schedule = {.lr = 0.1, .min_lr = 0.2}}, "min_lr"},
      {{.schedule = {.kind = ScheduleKind::multistep}}, "milestones"},
      {{.schedule = {.milestones = {10}}}, "milestones"},
      {{.layer_decay = 0}, "layer_decay"},
      {{.clip_norm = nan}, "clip_norm"},
      {{.ema_decay = 1}, "ema_decay"},
  }));
  try {
    validate(recipe);
    FAIL("accepted: " + flag);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()).starts_with(flag + ": "));
  }
}

TEST_CASE("the defaults are valid, and so is a run that is all warm-up") {
  CHECK_NOTHROW(validate(Recipe{}));
  CHECK_NOTHROW(validate(Recipe{.epochs = 2, .schedule = {.warmup_epochs = 2}}));
}

}  // namespace zoo
