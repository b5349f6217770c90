#include "zoo/finetune/finetune_data.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "transforms/random/random.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/duplicates.h"
#include "zoo/datasets/folders/spelling.h"
#include "zoo/finetune/learnt_data.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultShare = 0.2;
constexpr const char* kTrain = "train";  // the part
constexpr uint32_t kOpChoose = 1000;     // the draw's number, apart from those of zoo/data

void tell_left_out(const Dataset& dataset, const NoteSink& note) {
  constexpr size_t kMost = 10;
  const auto& lines = dataset.left_out();
  for (size_t i = 0; i < std::min(lines.size(), kMost); ++i) note("left out: " + excerpt(lines[i], 500));
  if (lines.size() > kMost) note("left out: " + std::to_string(lines.size() - kMost) + " more files");
  for (const std::string& text : dataset.notes()) note(excerpt(text, 500));
}

std::shared_ptr<const Dataset> open(const fs::path& root, const DatasetOptions& options,
                                    const NoteSink& note) {
  std::shared_ptr<const Dataset> dataset = open_dataset(root, options);
  tell_left_out(*dataset, note);
  if (dataset->multi_label())
    throw Error(ErrorCode::unsupported, root.string(), "its pictures have several labels each",
                "Training learns one label a picture so far.");
  return dataset;
}

double parse_share(const std::string& text) {
  double share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (error == std::errc{} && end == text.data() + text.size() && share > 0 && share < 1) return share;
  throw Error(ErrorCode::usage, "val",
              "'" + text + "' is neither data, nor a part of it, nor a share above 0 and below 1",
              "Name pictures to judge by, or a share such as 0.2.");
}

std::vector<int64_t> count_labels(const Dataset& dataset) {
  std::vector<int64_t> counts(dataset.classes().size());
  for (int64_t i = 0; i < dataset.size(); ++i) ++counts[static_cast<size_t>(dataset.label(i))];
  return counts;
}

std::string and_others(size_t count) {
  return count > 1 ? " (" + std::to_string(count) + " such classes)" : "";
}

// Nobody has named the classes, so they are the numbers up to the largest label: one slip of the pen makes a
// million of them.
bool are_numbers(const std::vector<std::string>& classes) {
  return classes.front() == "0" && classes.back() == std::to_string(classes.size() - 1);
}

// Throws Error{mismatch} for labels that make more classes than there are pictures; classes without a picture
// that somebody has named are a note.
void consider_empty_classes(const FinetuneData& data, const std::vector<int64_t>& learnt,
                            const NoteSink& note) {
  const std::vector<std::string>& classes = data.train->classes();
  const auto empty = std::count(learnt.begin(), learnt.end(), 0);
  if (empty == 0) return;
  const auto first = std::find(learnt.begin(), learnt.end(), 0) - learnt.begin();
  const std::string found = format_count(empty) + " of " + format_count(std::ssize(classes)) +
                            " classes have no picture to learn from, such as '" +
                            excerpt(classes[static_cast<size_t>(first)]) + "'";
  if (are_numbers(classes) && std::ssize(classes) > data.train->size())
    throw Error(ErrorCode::mismatch, data.train_root.string(), found,
                "Number the classes from 0 on without gaps, or name them in a file of classes.");
  note(found);
}

// Gives val the classes of train, by name. Throws Error{mismatch} for a class to judge by of which nothing is
// learnt; one of which nothing is judged is a note.
void join_classes(FinetuneData& data, const NoteSink& note) {
  const std::vector<std::string>& classes = data.train->classes();
  require_one_spelling({classes, data.train_root.string()}, {data.val->classes(), data.val_root.string()});
  const std::unordered_set<std::string_view> known(classes.begin(), classes.end());
  std::vector<std::string> unknown, unlearnt, unjudged;
  for (const std::string& name : data.val->classes())
    if (!known.contains(name)) unknown.push_back(name);
  if (!unknown.empty())
    throw Error(ErrorCode::mismatch, data.train_root.string(),
                "it has no class '" + unknown.front() + "', which " + data.val_root.string() + " has" +
                    and_others(unknown.size()),
                "Training and validation need the same classes.");
  data.val = with_classes(data.val, classes);
  const std::vector<int64_t> learnt = count_labels(*data.train), judged = count_labels(*data.val);
  for (size_t i = 0; i < classes.size(); ++i) {
    if (learnt[i] == 0 && judged[i] > 0) unlearnt.push_back(classes[i]);
    if (learnt[i] > 0 && judged[i] == 0) unjudged.push_back(classes[i]);
  }
  if (!unlearnt.empty())
    throw Error(ErrorCode::mismatch, data.val_root.string(),
                "class '" + unlearnt.front() + "' has pictures to judge by, and none to learn from" +
                    and_others(unlearnt.size()),
                "Training and validation need the same classes.");
  if (!unjudged.empty())
    note("class '" + unjudged.front() + "' has no picture to judge by" + and_others(unjudged.size()));
  consider_empty_classes(data, learnt, note);
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

std::vector<int64_t> samples_of(const Dataset& dataset, const std::string& part) {
  const std::optional<int32_t> wanted = find_part(dataset, part);
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < dataset.size(); ++i)
    if (part.empty() || dataset.part(i) == wanted) indices.push_back(i);
  return indices;
}

// All of the data, or its part to learn from, where it has parts.
std::shared_ptr<const Dataset> learning_part(const std::shared_ptr<const Dataset>& whole,
                                             const fs::path& data) {
  if (whole->parts().empty()) return whole;
  if (find_part(*whole, kTrain)) return take_part(whole, kTrain);
  throw Error(ErrorCode::mismatch, data.string(),
              "it is divided into " + join(whole->parts(), ", ") + ", and none of these is called train",
              "Call the part to learn from train.");
}

// Sets the share apart from the samples of `pool`.
SplitRecord split_anew(const std::shared_ptr<const Dataset>& whole, const std::vector<int64_t>& pool,
                       double share, uint64_t seed, const NoteSink& note) {
  const std::unique_ptr<Dataset> samples = subset(whole, pool);
  const DuplicateGroups copies = find_duplicates(*samples);
  if (!copies.empty())
    note(std::to_string(copies.size()) + (copies.size() == 1 ? " picture is" : " pictures are") +
         " there more than once; copies stay on one side of the split ('zoo data' names them)");
  SplitRecord record{stratified_split(*samples, share, seed, copies), share, seed};
  for (std::vector<int64_t>* side : {&record.split.train, &record.split.val})
    for (int64_t& index : *side) index = pool[static_cast<size_t>(index)];
  return record;
}

// Splits the samples of the part, or all of them. True where that is how the run did it.
bool split(FinetuneData& result, const std::shared_ptr<const Dataset>& whole, const std::string& part,
           const FinetuneDataOptions& options, const NoteSink& note) {
  const std::vector<int64_t> pool = samples_of(*whole, part);
  const bool looks_back = options.run && !options.new_split;
  std::optional<SplitRecord> kept;
  if (looks_back && options.val.empty()) kept = split_of_run(*options.run, *whole, pool);
  if (kept) {
    note("the split of " + options.run->string() + " is kept, which the weights are from");
    result.record = *kept;
  } else {
    const double share = options.val.empty() ? kDefaultShare : parse_share(options.val);
    result.record = split_anew(whole, pool, share, options.seed, note);
  }
  result.split = result.record.fraction;
  result.whole = whole;
  result.train = subset(whole, result.record.split.train);
  result.val = subset(whole, result.record.split.val);
  return kept.has_value();
}

// What the data itself says is for judging, or what --val says of it.
std::string find_judging_part(const Dataset& whole, const FinetuneDataOptions& options) {
  if (const auto named = find_part(whole, options.val)) return whole.parts()[static_cast<size_t>(*named)];
  const std::optional<std::string> part = judging_part(whole);
  if (options.val.empty()) {
    if (part) return *part;
    throw Error(ErrorCode::mismatch, options.data.string(),
                "it says what is for training, but has no part val or test",
                "Name pictures to judge by (val), or set a share of its training part apart: 0.2.");
  }
  parse_share(options.val);
  if (part)
    throw Error(ErrorCode::usage, "val", options.data.string() + " says itself what is for judging",
                "Leave it out, or name other pictures with it.");
  return {};
}

}  // namespace

FinetuneData open_finetune_data(const FinetuneDataOptions& options, const NoteSink& note) {
  FinetuneData result;
  result.train_root = result.val_root = options.data;
  const auto whole = open(options.data, options.source, note);
  result.train = learning_part(whole, options.data);
  const bool is_divided = !whole->parts().empty();
  const bool names_part = is_divided && find_part(*whole, options.val);
  bool keeps_split = false;
  std::error_code ignored;
  if (!options.val.empty() && !names_part && fs::exists(options.val, ignored)) {
    result.val_root = options.val;
    result.val = open(options.val, options.source, note);
  } else {
    if (is_divided) result.val_part = find_judging_part(*whole, options);
    if (result.val_part.empty()) {
      keeps_split = split(result, whole, is_divided ? kTrain : "", options, note);
    } else {
      result.val = take_part(whole, result.val_part);
    }
  }
  if (options.run && !options.new_split && !keeps_split)
    refuse_learnt(*options.run, *result.val, result.val_root, result.val_part);
  join_classes(result, note);
  const std::optional<int64_t>& most = options.max_train_samples;
  if (most && *most < result.train->size())
    result.train = subset(result.train, choose(*result.train, *most, options.seed));
  return result;
}

std::string classes_text(const std::vector<std::string>& classes) {
  constexpr size_t kShown = 10;
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(kShown, classes.size()); ++i) shown.push_back(excerpt(classes[i]));
  return format_count(std::ssize(classes)) + " classes (" + join(shown, ", ") +
         (classes.size() > kShown ? ", ...)" : ")");
}

void keep_split(const FinetuneData& data, const fs::path& run) {
  if (data.split) write_split(run / "split.json", *data.whole, data.train_root, data.record);
}

}  // namespace zoo
