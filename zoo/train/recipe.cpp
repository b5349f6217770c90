#include "zoo/train/recipe.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "zoo/base/error.h"

namespace zoo {
namespace {

void require(bool condition, const std::string& field, double value, const std::string& expected) {
  if (condition) return;
  std::string text = std::to_string(value);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  throw Error(ErrorCode::usage, field, "got " + text + ", expected " + expected + ".");
}

}  // namespace

double learning_rate(const Recipe& recipe, int64_t step, int64_t total_steps, int64_t steps_per_epoch) {
  const double warmup = recipe.warmup_epochs * static_cast<double>(steps_per_epoch);
  const auto position = static_cast<double>(step);
  if (position < warmup) return recipe.lr * std::min(1.0, (position + 1) / warmup);
  const double progress = (position - warmup) / (static_cast<double>(total_steps) - warmup);
  return recipe.lr * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

void validate(const Recipe& recipe) {
  // Written so that NaN fails every one of them.
  require(recipe.epochs >= 1, "epochs", static_cast<double>(recipe.epochs), "1 or more");
  require(recipe.batch_size >= 1, "batch_size", static_cast<double>(recipe.batch_size), "1 or more");
  require(recipe.lr > 0 && std::isfinite(recipe.lr), "lr", recipe.lr, "a number above 0");
  require(recipe.momentum >= 0 && recipe.momentum < 1, "momentum", recipe.momentum,
          "0 or more and less than 1");
  require(recipe.weight_decay >= 0 && std::isfinite(recipe.weight_decay), "weight_decay", recipe.weight_decay,
          "0 or more");
  require(recipe.warmup_epochs >= 0 && recipe.warmup_epochs <= static_cast<double>(recipe.epochs),
          "warmup_epochs", recipe.warmup_epochs, "0 to the number of epochs");
  require(recipe.label_smoothing >= 0 && recipe.label_smoothing < 1, "label_smoothing",
          recipe.label_smoothing, "0 or more and less than 1");
  if (recipe.nesterov && recipe.momentum == 0)
    throw Error(ErrorCode::usage, "nesterov", "there is no momentum to look ahead with.",
                "Give momentum a value above 0.");
}

}  // namespace zoo
