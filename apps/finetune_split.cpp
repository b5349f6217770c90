#include "apps/finetune_split.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/core/file.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

constexpr int32_t kTrainSide = 0;  // of SplitNames

std::optional<SplitNames> read_run_split(const fs::path& run) {
  const fs::path file = run / "split.json";
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  SplitNames names = read_split(read_text(file), file.string());
  if (names.data.is_relative()) names.data = run / names.data;
  return names;
}

// The folder or file that the run learnt from, all of it or a part.
fs::path data_of(const fs::path& run) {
  const auto recipe = nlohmann::json::parse(read_text(run / "recipe.json"), nullptr, false);
  const auto path = nlohmann::json::json_pointer("/data/train");
  return recipe.is_object() && recipe.contains(path) && recipe[path].is_string()
             ? fs::path(recipe[path].get<std::string>())
             : fs::path();
}

int64_t count_learnt(const fs::path& run, const Dataset& whole, const fs::path& root,
                     const std::vector<int64_t>& val) {
  const std::optional<SplitNames> names = read_run_split(run);
  if (!names) return lies_in(root, data_of(run)) ? std::ssize(val) : 0;
  std::unordered_set<std::string> found;
  for (int64_t i = 0; i < whole.size(); ++i) found.insert(whole.name(i));
  const bool has_all =
      std::ranges::all_of(names->sides, [&](const auto& side) { return found.contains(side.first); });
  std::error_code error;
  if (!has_all && !fs::equivalent(names->data, root, error)) return 0;  // other data
  return std::ranges::count_if(val, [&](int64_t index) {
    const auto side = names->sides.find(whole.name(index));
    return side != names->sides.end() && side->second == kTrainSide;
  });
}

}  // namespace

bool lies_in(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::canonical(path, error);
  if (error) return false;
  const fs::path outer = fs::canonical(folder, error);
  return !error && std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

std::optional<SplitRecord> split_of_run(const fs::path& run, const Dataset& whole,
                                        const std::vector<int64_t>& pool) {
  const std::optional<SplitNames> names = read_run_split(run);
  if (!names || names->sides.size() != pool.size()) return std::nullopt;
  SplitRecord record{.split = {}, .fraction = names->fraction, .seed = names->seed};
  for (const int64_t index : pool) {
    const auto side = names->sides.find(whole.name(index));
    if (side == names->sides.end()) return std::nullopt;
    (side->second == kTrainSide ? record.split.train : record.split.val).push_back(index);
  }
  return record;
}

void refuse_learnt(const fs::path& run, const Dataset& whole, const fs::path& root,
                   const std::vector<int64_t>& val) {
  const int64_t learnt = count_learnt(run, whole, root, val);
  if (learnt == 0) return;
  const bool has_split = read_run_split(run).has_value();
  throw Error(ErrorCode::mismatch, root.string(),
              std::to_string(learnt) + " of the " + std::to_string(val.size()) +
                  " pictures to judge by are ones that " + run.string() +
                  " has learnt, whose weights this run is to start from",
              (has_split ? "Keep its split with --data " + (run / "split.json").string() + ", name"
                         : std::string("Name")) +
                  " other pictures with --val, or say --new-split if that is what you want.");
}

}  // namespace zoo::apps
