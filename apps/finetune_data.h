// Which pictures a training learns from, and by which it is judged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "zoo/datasets/dataset.h"
#include "zoo/datasets/split.h"

namespace zoo::apps {

struct FinetuneData {
  std::shared_ptr<const Dataset> train, val;   // of the same classes
  std::filesystem::path train_root, val_root;  // equal where one folder was split
  std::optional<double> split;                 // share of each class that went to val
  std::shared_ptr<const Dataset> whole;        // that was split, and how
  SplitRecord record;
};

// DATA is whatever open_dataset opens. Where it says itself what is for training, that and its "val" (or
// "valid", "validation", else "test") are taken; `val` names other data instead, or, for data that does not
// say, the share of each class (0.2) that is set apart, exact copies on one side. `max_train_samples` are
// chosen by the seed, of each class its share. Throws Error: no such data, no pictures, several labels a
// picture, other classes in one than in the other, a share outside (0, 1).
FinetuneData open_finetune_data(const std::filesystem::path& data, const std::string& val, uint64_t seed,
                                std::optional<int64_t> max_train_samples);

// The split, if there was one, as RUN/split.json, which --data and 'zoo data' read.
void keep_split(const FinetuneData& data, const std::filesystem::path& run);

}  // namespace zoo::apps
