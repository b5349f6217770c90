#include "zoo/train/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr std::array<std::string_view, 7> kNames{"cosine",    "linear",      "polynomial", "constant",
                                                 "multistep", "exponential", "one_cycle"};

// From `start` at 0 to `end` at 1.
double along_cosine(double start, double end, double share) {
  return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * share));
}

double one_cycle(const Schedule& schedule, double step, double total_steps) {
  constexpr double kRise = 0.3, kStart = 25, kEnd = 1e4;
  const double start = schedule.lr / kStart, top = kRise * total_steps - 1, last = total_steps - 1;
  if (step <= top) return along_cosine(start, schedule.lr, step / top);
  return along_cosine(schedule.lr, start / kEnd, (step - top) / (last - top));
}

}  // namespace

std::string_view to_string(ScheduleKind kind) {
  return kNames.at(static_cast<size_t>(kind));
}

ScheduleKind parse_schedule(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found != kNames.end()) return static_cast<ScheduleKind>(found - kNames.begin());
  std::string known;
  for (const std::string_view name : kNames) known += (known.empty() ? "" : ", ") + std::string(name);
  throw Error(ErrorCode::usage, "schedule", "'" + std::string(text) + "' is none", "Known: " + known + ".");
}

double learning_rate(const Schedule& schedule, int64_t step, int64_t total_steps, int64_t steps_per_epoch) {
  const auto position = static_cast<double>(step), total = static_cast<double>(total_steps);
  const double lr = schedule.lr, min = schedule.min_lr;
  if (schedule.kind == ScheduleKind::one_cycle) return one_cycle(schedule, position, total);
  const double warmup = schedule.warmup_epochs * static_cast<double>(steps_per_epoch);
  if (position < warmup) return lr * std::min(1.0, (position + 1) / warmup);
  const double way = (position - warmup) / (total - warmup);
  const int64_t epoch = step / steps_per_epoch;
  switch (schedule.kind) {
    case ScheduleKind::cosine:
      return min + (lr - min) * 0.5 * (1 + std::cos(std::numbers::pi * way));
    case ScheduleKind::linear:
      return min + (lr - min) * (1 - way);
    case ScheduleKind::polynomial:
      return min + (lr - min) * std::pow(1 - way, schedule.power);
    case ScheduleKind::multistep: {
      const auto over =
          std::ranges::count_if(schedule.milestones, [&](int64_t milestone) { return milestone <= epoch; });
      return lr * std::pow(schedule.gamma, static_cast<double>(over));
    }
    case ScheduleKind::exponential:
      return lr * std::pow(schedule.gamma, static_cast<double>(epoch));
    default:
      return lr;
  }
}

}  // namespace zoo
