#include "zoo/train/recipe.h"

#include <algorithm>
#include <cmath>

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

void require_share(double value, const std::string& field) {
  require(value >= 0 && value < 1, field, value, "0 or more and less than 1");
}

void validate(const OptimizerOptions& optimizer) {
  require_share(optimizer.momentum, "momentum");
  require_share(optimizer.beta1, "beta1");
  require_share(optimizer.beta2, "beta2");
  require_share(optimizer.alpha, "alpha");
  require(optimizer.eps > 0 && std::isfinite(optimizer.eps), "eps", optimizer.eps, "a number above 0");
  if (optimizer.nesterov && optimizer.momentum == 0)
    throw Error(ErrorCode::usage, "nesterov", "there is no momentum to look ahead with.",
                "Give momentum a value above 0.");
  if (optimizer.nesterov && optimizer.kind != OptimizerKind::sgd)
    throw Error(ErrorCode::usage, "nesterov",
                "is a form of SGD, not of " + std::string(to_string(optimizer.kind)), "Leave it out.");
}

void validate(const Schedule& schedule, int64_t epochs) {
  require(schedule.lr > 0 && std::isfinite(schedule.lr), "lr", schedule.lr, "a number above 0");
  require(schedule.min_lr >= 0 && schedule.min_lr <= schedule.lr, "min_lr", schedule.min_lr, "0 to lr");
  require(schedule.warmup_epochs >= 0 && schedule.warmup_epochs <= static_cast<double>(epochs),
          "warmup_epochs", schedule.warmup_epochs, "0 to the number of epochs");
  require(schedule.gamma > 0 && schedule.gamma <= 1, "gamma", schedule.gamma, "above 0, 1 at most");
  require(schedule.power > 0 && std::isfinite(schedule.power), "power", schedule.power, "a number above 0");
  for (const int64_t milestone : schedule.milestones)
    require(milestone > 0 && milestone < epochs, "milestones", static_cast<double>(milestone),
            "epochs after the first and before the end");
  if (schedule.kind == ScheduleKind::multistep && schedule.milestones.empty())
    throw Error(ErrorCode::usage, "milestones", "are missing", "Say after which epochs the rate falls.");
}

}  // namespace

void validate(const Recipe& recipe) {
  // Written so that NaN fails every one of them.
  require(recipe.epochs >= 1, "epochs", static_cast<double>(recipe.epochs), "1 or more");
  require(recipe.batch_size >= 1, "batch_size", static_cast<double>(recipe.batch_size), "1 or more");
  require(recipe.accumulate >= 1, "accumulate", static_cast<double>(recipe.accumulate), "1 or more");
  validate(recipe.optimizer);
  validate(recipe.schedule, recipe.epochs);
  require(recipe.weight_decay >= 0 && std::isfinite(recipe.weight_decay), "weight_decay", recipe.weight_decay,
          "0 or more");
  require(recipe.layer_decay > 0 && recipe.layer_decay <= 1, "layer_decay", recipe.layer_decay,
          "above 0, 1 at most");
  require(recipe.head_lr_scale > 0 && std::isfinite(recipe.head_lr_scale), "head_lr_scale",
          recipe.head_lr_scale, "a number above 0");
  require(recipe.clip_norm >= 0 && std::isfinite(recipe.clip_norm), "clip_norm", recipe.clip_norm,
          "0 or more");
  require_share(recipe.ema_decay, "ema_decay");
  require_share(recipe.label_smoothing, "label_smoothing");
}

}  // namespace zoo
