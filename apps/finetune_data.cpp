#include "apps/finetune_data.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/flag_values.h"
#include "apps/left_out.h"
#include "transforms/random.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/datasets/duplicates.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultShare = 0.2;
constexpr uint32_t kOpChoose = 1000;  // the draw's number, apart from those of zoo/data

std::shared_ptr<const Dataset> open(const fs::path& root) {
  std::shared_ptr<const Dataset> dataset = open_dataset(root);
  report_left_out(*dataset);
  if (dataset->multi_label())
    throw Error(ErrorCode::unsupported, root.string(), "its pictures have several labels each",
                "zoo finetune learns one label a picture so far.");
  return dataset;
}

double parse_share(const std::string& text) {
  try {
    const double share = parse_number("--val", text, 0, 1);
    if (share > 0 && share < 1) return share;
  } catch (const Error&) {
    // Said below: it might have been meant as a folder.
  }
  throw Error(ErrorCode::usage, "--val", "'" + text + "' is neither a folder nor a share above 0 and below 1",
              "Name a folder of pictures, or write for example --val 0.2.");
}

void require_same_classes(const FinetuneData& data) {
  const auto only_in = [](const Dataset& a, const Dataset& b) {
    std::vector<std::string> names;
    for (const std::string& name : a.classes())
      if (std::find(b.classes().begin(), b.classes().end(), name) == b.classes().end()) names.push_back(name);
    return names;
  };
  const auto complain = [](const fs::path& lacking, const fs::path& other,
                           const std::vector<std::string>& names) {
    if (names.empty()) return;
    throw Error(ErrorCode::mismatch, lacking.string(),
                "it has no class '" + names.front() + "', which " + other.string() + " has" +
                    (names.size() > 1 ? " (" + std::to_string(names.size()) + " such classes)" : ""),
                "Training and validation need the same class folders.");
  };
  complain(data.val_root, data.train_root, only_in(*data.train, *data.val));
  complain(data.train_root, data.val_root, only_in(*data.val, *data.train));
  if (data.train->classes() != data.val->classes())
    throw Error(ErrorCode::mismatch, data.val_root.string(),
                "it has the classes of " + data.train_root.string() + " in another order",
                "Give both the same order: with a classes.txt beside a list, or both as folders.");
}

// Each class's samples in a seeded order at even distances: every prefix holds of each class its share.
std::vector<int64_t> choose(const Dataset& dataset, int64_t count, uint64_t seed) {
  std::map<int64_t, std::vector<std::pair<uint32_t, int64_t>>> by_class;
  for (int64_t i = 0; i < dataset.size(); ++i)
    by_class[dataset.label(i)].emplace_back(
        RandomStream(seed, 0, static_cast<uint64_t>(i), kOpChoose).next_u32(), i);
  std::vector<std::pair<double, int64_t>> ranked;
  for (auto& [label, members] : by_class) {
    std::sort(members.begin(), members.end());
    for (size_t i = 0; i < members.size(); ++i)
      ranked.emplace_back((static_cast<double>(i) + 0.5) / static_cast<double>(members.size()),
                          members[i].second);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(ranked[static_cast<size_t>(i)].second);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// DATA/train and DATA/val rather than class folders of which one happens to be called "train".
bool is_split_already(const fs::path& data) {
  if (!is_folder(data / "train")) return false;
  if (is_folder(data / "val")) return true;
  constexpr std::array<std::string_view, 4> parts{"train", "test", "valid", "validation"};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data, ignored)) {
    const std::string name = entry.path().filename().string();
    if (is_folder(entry.path()) && std::find(parts.begin(), parts.end(), name) == parts.end()) return false;
  }
  return true;
}

// What the data itself says is for training and for judging.
void take_parts(FinetuneData& result, const std::shared_ptr<const Dataset>& whole, bool with_val) {
  result.split.reset();
  result.train = take_part(whole, "train");
  if (!with_val) return;
  const std::optional<std::string> part = judging_part(*whole);
  if (!part)
    throw Error(ErrorCode::mismatch, result.train_root.string(),
                "it says what is for training, but has no part val, valid, validation or test",
                "Name the pictures to judge by with --val.");
  result.val = take_part(whole, *part);
}

void split(FinetuneData& result, const std::shared_ptr<const Dataset>& whole, uint64_t seed) {
  const DuplicateGroups copies = find_duplicates(*whole);
  if (!copies.empty())
    std::cerr << "note: " << copies.size() << (copies.size() == 1 ? " picture is" : " pictures are")
              << " there more than once; copies stay on one side of the split ('zoo data' names them)\n";
  result.whole = whole;
  result.record = {stratified_split(*whole, *result.split, seed, copies), *result.split, seed};
  result.train = subset(whole, result.record.split.train);
  result.val = subset(whole, result.record.split.val);
}

// Roots and share, nothing opened yet.
FinetuneData find_parts(const fs::path& data, const std::string& val) {
  FinetuneData parts;
  parts.train_root = parts.val_root = data;
  if (is_split_already(data)) {
    parts.train_root = data / "train";
    parts.val_root = val.empty() ? data / "val" : fs::path(val);
    const std::string split_train =
        "Give --val DIR, or --data " + parts.train_root.string() + " to set a share of it apart.";
    if (val.empty() && !is_folder(parts.val_root))
      throw Error(ErrorCode::not_found, parts.val_root.string(), "is missing beside train/", split_train);
    if (!is_folder(parts.val_root))
      throw Error(ErrorCode::usage, "--val",
                  "'" + val + "' is not a folder, and " + data.string() + " holds train/", split_train);
  } else if (std::error_code ignored; !val.empty() && fs::exists(val, ignored)) {
    parts.val_root = val;
  } else {
    parts.split = val.empty() ? kDefaultShare : parse_share(val);
  }
  return parts;
}

}  // namespace

FinetuneData open_finetune_data(const fs::path& data, const std::string& val, uint64_t seed,
                                std::optional<int64_t> max_train_samples) {
  FinetuneData result = find_parts(data, val);
  const auto whole = open(result.train_root);
  if (!whole->parts().empty()) {
    if (result.split && !val.empty())
      throw Error(ErrorCode::usage, "--val", data.string() + " says itself what is for judging",
                  "Leave --val out, or name other pictures with it.");
    take_parts(result, whole, val.empty());
  } else if (result.split) {
    split(result, whole, seed);
  } else {
    result.train = whole;
  }
  if (!result.val) result.val = open(result.val_root);
  require_same_classes(result);
  if (max_train_samples && *max_train_samples < result.train->size())
    result.train = subset(result.train, choose(*result.train, *max_train_samples, seed));
  return result;
}

void keep_split(const FinetuneData& data, const fs::path& run) {
  if (data.split) write_split(run / "split.json", *data.whole, data.train_root, data.record);
}

}  // namespace zoo::apps
