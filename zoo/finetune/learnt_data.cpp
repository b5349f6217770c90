#include "zoo/finetune/learnt_data.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/file_bytes.h"
#include "zoo/datasets/folders/part_names.h"
#include "zoo/datasets/stored_picture.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr int32_t kTrainSide = 0;  // of SplitNames

std::optional<SplitNames> read_split_file(const fs::path& file) {
  SplitNames names = read_split(read_text(file), file.string());
  if (names.data.is_relative()) names.data = file.parent_path() / names.data;
  return names;
}

std::optional<SplitNames> read_run_split(const fs::path& run) {
  std::error_code error;
  const fs::path file = run / "split.json";
  return fs::exists(file, error) ? read_split_file(file) : std::nullopt;
}

// The folder or file that the run learnt from, all of it or a part.
fs::path data_of(const fs::path& run) {
  const auto recipe = nlohmann::json::parse(read_text(run / "recipe.json"), nullptr, false);
  const auto path = nlohmann::json::json_pointer("/data/train");
  return recipe.is_object() && recipe.contains(path) && recipe[path].is_string()
             ? fs::path(recipe[path].get<std::string>())
             : fs::path();
}

// The split that the run made, or was given.
std::optional<SplitNames> split_that_was_used(const fs::path& run) {
  if (auto own = read_run_split(run)) return own;
  const fs::path data = data_of(run);
  std::error_code error;
  if (!fs::is_regular_file(data, error)) return std::nullopt;
  try {
    return read_split_file(data);
  } catch (const Error&) {
    return std::nullopt;  // a list, an archive
  }
}

enum class Sameness { same, other, unknown };

// Of a sample and the picture that the run's data has under its name.
Sameness compare(const fs::path& learnt, const Dataset& dataset, int64_t index) {
  std::error_code error;
  if (!fs::is_regular_file(learnt, error)) return Sameness::unknown;
  try {
    const StoredPicture picture = dataset.fetch(index);
    const auto* const encoded = std::get_if<EncodedPicture>(&picture);
    if (encoded == nullptr) return Sameness::unknown;
    return std::ranges::equal(read_bytes(learnt).bytes, encoded->bytes) ? Sameness::same : Sameness::other;
  } catch (const Error&) {
    return Sameness::unknown;  // a picture that cannot be read is met, and told of, where it is judged
  }
}

// What the run has learnt, as far as it is still in its place, under whatever name.
class LearntFiles {
 public:
  explicit LearntFiles(const SplitNames& run) {
    std::error_code error;
    const fs::path root = fs::is_directory(run.data, error) ? run.data : run.data.parent_path();
    for (const auto& [name, side] : run.sides) {
      if (side != kTrainSide) continue;
      const uintmax_t bytes = fs::file_size(root / name, error);
      if (!error) by_size_.emplace(bytes, root / name);
    }
  }

  bool hold(const Dataset& dataset, int64_t index) const {
    std::error_code error;
    const fs::path file = dataset.file(index);
    const uintmax_t bytes = fs::file_size(file, error);
    if (file.empty() || error) return false;
    const auto [begin, end] = by_size_.equal_range(bytes);
    return std::any_of(begin, end, [&](const auto& learnt) {
      return compare(learnt.second, dataset, index) == Sameness::same;
    });
  }

 private:
  std::multimap<uintmax_t, fs::path> by_size_;
};

// By names, and where the run's data is still in its place by what stands under them: other data may have the
// same names. Of data that has gone from its place most names have to agree.
int64_t count_learnt(const SplitNames& run, const Dataset& val, const fs::path& root) {
  std::error_code error;
  const bool same_place = fs::equivalent(run.data, root, error);
  const LearntFiles files(run);
  int64_t known = 0, same = 0, unknown = 0;
  for (int64_t i = 0; i < val.size(); ++i) {
    const auto side = run.sides.find(val.name(i));
    if (side == run.sides.end()) {
      if (files.hold(val, i)) ++same;
      continue;
    }
    ++known;
    if (side->second != kTrainSide) continue;
    const Sameness found = same_place ? Sameness::same : compare(run.data / val.name(i), val, i);
    if (found == Sameness::same) ++same;
    if (found == Sameness::unknown) ++unknown;
  }
  return same + (2 * known >= val.size() ? unknown : 0);
}

// Of a run that split nothing: it learnt all of its data, or the part train.
bool has_learnt_all(const fs::path& data, const fs::path& root, const std::string& part) {
  if (!lies_in(root, data)) return false;
  std::error_code error;
  const fs::path below = fs::relative(root, data, error);
  const std::string_view called = below == "." ? part_called(part) : part_called(below.begin()->native());
  return called.empty() || called == "train";
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

void refuse_learnt(const fs::path& run, const Dataset& val, const fs::path& root, const std::string& part) {
  const std::optional<SplitNames> names = split_that_was_used(run);
  const int64_t learnt = names                                      ? count_learnt(*names, val, root)
                         : has_learnt_all(data_of(run), root, part) ? val.size()
                                                                    : 0;
  if (learnt == 0) return;
  const bool has_split = read_run_split(run).has_value();
  throw Error(ErrorCode::mismatch, root.string(),
              std::to_string(learnt) + " of the " + std::to_string(val.size()) +
                  " pictures to judge by are ones that " + run.string() +
                  " has learnt, whose weights this run is to start from",
              (has_split ? "Keep its split with data = " + (run / "split.json").string() + ", name"
                         : std::string("Name")) +
                  " other pictures with val = ..., or say new_split = true if that is what you want.");
}

}  // namespace zoo
