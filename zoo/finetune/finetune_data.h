// Which pictures a training learns from, and by which it is judged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "zoo/datasets/dataset.h"
#include "zoo/datasets/split.h"

namespace zoo {

struct FinetuneData {
  std::shared_ptr<const Dataset> train, val;  // of the same classes
  // Equal where the data was split, or says itself what is for what.
  std::filesystem::path train_root, val_root;
  std::string val_part;                  // of the data at val_root; empty: all of it, or what was split off
  std::optional<double> split;           // share of each class that went to val
  std::shared_ptr<const Dataset> whole;  // that was split, and how
  SplitRecord record;
};

struct FinetuneDataOptions {
  std::filesystem::path data;
  // Pictures to judge by: other data, a part of `data`, or the share of each class of `data` (of its part
  // "train", where it has parts but none to judge by) that is set apart, exact copies on one side. Empty:
  // the part "val", else "test"; of data that does not say, a fifth.
  std::string val = {};
  DatasetOptions source = {};  // of both
  uint64_t seed = 0;           // of what is set apart and chosen
  // That the weights are from: where a share is to be set apart of data that it has learnt, its own split is
  // kept, or that is refused; unless new_split.
  std::optional<std::filesystem::path> run = std::nullopt;
  bool new_split = false;
  // Learn from so many, chosen by the seed, of each class its share.
  std::optional<int64_t> max_train_samples = std::nullopt;
};

// Called with one line for whoever trains: what was assumed, left out or is odd.
using NoteSink = std::function<void(const std::string&)>;

// A class that is learnt and not judged is a note. Throws Error: no such data, no pictures, several
// labels a picture, parts of which none is called train, a class to judge by that is not learnt, more
// classes than pictures where labels are numbers that nobody has named, a share outside (0, 1), pictures to
// judge by that were learnt before.
FinetuneData open_finetune_data(const FinetuneDataOptions& options, const NoteSink& note);

// "3 classes (ant, bee, cat)"; of many the first.
std::string classes_text(const std::vector<std::string>& classes);

// The split, if there was one, as RUN/split.json, which --data and 'zoo data' read.
void keep_split(const FinetuneData& data, const std::filesystem::path& run);

}  // namespace zoo
