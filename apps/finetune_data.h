// Which pictures a training learns from, and by which it is judged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "zoo/datasets/dataset.h"

namespace zoo::apps {

struct FinetuneData {
  std::shared_ptr<const Dataset> train, val;   // of the same classes
  std::filesystem::path train_root, val_root;  // equal where one folder was split
  std::optional<double> split;                 // share of each class that went to val
};

// DATA holds train/ and val/, or one folder a class. `val` is a folder, a share of each class, or "":
// DATA/val, else the share 0.2. `max_train_samples` are chosen by the seed, of each class its share. Throws
// Error: no such folder, no pictures, other classes in one than in the other, a share outside (0, 1).
FinetuneData open_finetune_data(const std::filesystem::path& data, const std::string& val, uint64_t seed,
                                std::optional<int64_t> max_train_samples);

}  // namespace zoo::apps
