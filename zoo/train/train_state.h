// All that a training needs to go on as if it had never been stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace zoo {

struct TrainState {
  int64_t epoch = 0;    // the one that it is in, or that comes next
  int64_t batches = 0;  // of that epoch, taken already
  // Of that epoch so far; exact.
  double loss_sum = 0, data_wait_s = 0, train_s = 0;
  int64_t correct = 0, images = 0, skipped = 0;
  double best_top1 = -1;
  int64_t best_epoch = -1;
  double seconds = 0;  // of all that was done before
  int64_t optimizer_steps = 0;
  // "model.conv1.weight", "optimizer.momentum.0", "ema.conv1.weight"; on the CPU, of nobody else.
  std::vector<std::pair<std::string, at::Tensor>> tensors = {};
  // What whoever saves it wants back: "config", "fingerprint", ...
  std::map<std::string, std::string> notes = {};
};

// Atomically, with a checksum; what was there before is kept as PATH.before until the new one is safe, and
// after it. Throws Error{io}.
void write_state(const std::filesystem::path& path, const TrainState& state);

// PATH, or where that is missing or damaged PATH.before, of which `note` gets a line. Throws Error{not_found}
// where neither is there, Error{corrupt} where none is whole.
TrainState read_state(const std::filesystem::path& path, std::string* note = nullptr);

// The name of the one before.
std::filesystem::path state_before(std::filesystem::path path);

}  // namespace zoo
