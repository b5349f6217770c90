// The learning rate as a pure function of the step.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace zoo {

enum class ScheduleKind { cosine, linear, polynomial, constant, multistep, exponential, one_cycle };
std::string_view to_string(ScheduleKind kind);
// Throws Error{usage} that lists what is possible.
ScheduleKind parse_schedule(std::string_view text);

struct Schedule {
  ScheduleKind kind = ScheduleKind::cosine;
  double lr = 0.01;   // the highest, at the end of the warm-up
  double min_lr = 0;  // what cosine, linear and polynomial end at
  double warmup_epochs =
      1;  // a linear rise from lr / its steps; may be a fraction of an epoch. None with one_cycle
  std::vector<int64_t> milestones = {};  // of multistep: after these epochs the rate is multiplied by gamma
  double gamma = 0.1;                    // of multistep; of exponential: once an epoch
  double power = 0.9;                    // of polynomial
};

// Of step `step` (0-based) of `total_steps`. With w = warmup_epochs * steps_per_epoch: lr * (step + 1) / w
// (at most lr) while step < w. Then, with t = (step - w) / (total_steps - w), which would be 1 one step after
// the last:
//   cosine      min + (lr - min) / 2 * (1 + cos(pi * t))         (torch's CosineAnnealingLR, by step)
//   linear      min + (lr - min) * (1 - t)
//   polynomial  min + (lr - min) * (1 - t)^power                 (torch's PolynomialLR)
//   multistep   lr * gamma^(number of milestones that are over)  (torch's MultiStepLR)
//   exponential lr * gamma^(epochs that are over)                (torch's ExponentialLR)
//   one_cycle   from lr / 25 up to lr over 0.3 of the steps and down to lr / 250,000, both along a cosine
//               (torch's OneCycleLR; fastai's)
double learning_rate(const Schedule& schedule, int64_t step, int64_t total_steps, int64_t steps_per_epoch);

}  // namespace zoo
