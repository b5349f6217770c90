// The file that keeps a split: written once, read by every later run as a data set with two parts.
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/json_node.h"
#include "zoo/base/json_string.h"
#include "zoo/base/text.h"
#include "zoo/datasets/split.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kVersion = 1;
constexpr int kMostSplits = 8;         // of a split of a split ...; two that name each other would never end
constexpr size_t kLongestPath = 1000;  // bytes of one in a message
constexpr std::array<const char*, 2> kParts{"train", "val"};

class SplitPictures : public Dataset {
 public:
  SplitPictures(std::shared_ptr<const Dataset> whole, std::vector<int64_t> indices,
                std::vector<int32_t> sides, std::vector<std::string> left_out)
      : whole_(std::move(whole)), indices_(std::move(indices)), sides_(std::move(sides)) {
    classes_ = whole_->classes();
    parts_ = {kParts.begin(), kParts.end()};
    left_out_ = std::move(left_out);
    notes_ = whole_->notes();
  }
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  std::span<const int32_t> labels(int64_t index) const override { return whole_->labels(at(index)); }
  bool multi_label() const override { return whole_->multi_label(); }
  int32_t part(int64_t index) const override { return sides_[static_cast<size_t>(index)]; }
  std::string name(int64_t index) const override { return whole_->name(at(index)); }
  StoredPicture fetch(int64_t index) const override { return whole_->fetch(at(index)); }
  std::filesystem::path file(int64_t index) const override { return whole_->file(at(index)); }
  bool is_present(int64_t index) const override { return whole_->is_present(at(index)); }

 private:
  int64_t at(int64_t index) const { return indices_[static_cast<size_t>(index)]; }

  std::shared_ptr<const Dataset> whole_;
  std::vector<int64_t> indices_;
  std::vector<int32_t> sides_;  // index of kParts
};

// The sides of the names that the file lists.
std::unordered_map<std::string, int32_t> sides_by_name(const JsonNode& root) {
  std::unordered_map<std::string, int32_t> sides;
  for (size_t side = 0; side < kParts.size(); ++side) {
    for (const JsonNode& item : root[kParts[side]].items()) {
      const auto [known, is_new] = sides.emplace(item.text(), static_cast<int32_t>(side));
      if (!is_new && known->second != static_cast<int32_t>(side)) {
        item.refuse("'" + excerpt(known->first) + "' is in both parts", "Make the split again.");
      }
    }
  }
  return sides;
}

void append_names(std::string& text, const Dataset& dataset, const std::vector<int64_t>& indices) {
  const char* separator = "\n    ";
  for (const int64_t index : indices) {
    const std::string name = dataset.name(index);
    if (!is_utf8(name)) {
      throw Error(ErrorCode::unsupported, excerpt(name), "the name is not UTF-8, which JSON needs",
                  "Rename the file.");
    }
    text += separator + json_string(name);
    separator = ",\n    ";
  }
}

}  // namespace

void write_split(const fs::path& file, const Dataset& dataset, const fs::path& root,
                 const SplitRecord& record) {
  const fs::path data = fs::absolute(root).lexically_normal().lexically_relative(
      fs::absolute(file).lexically_normal().parent_path());
  if (!is_utf8(data.native())) {
    throw Error(ErrorCode::unsupported, root.string(), "the path is not UTF-8, which JSON needs");
  }
  std::string text =
      "{\n  \"zoo_split\": " + std::to_string(kVersion) + ",\n  \"data\": " + json_string(data.native());
  std::array<char, 32> number{};  // as short as it comes back
  const char* const end = std::to_chars(number.data(), number.data() + number.size(), record.fraction).ptr;
  text += ",\n  \"fraction\": ";
  text.append(number.data(), static_cast<size_t>(end - number.data()));
  text += ",\n  \"seed\": " + std::to_string(record.seed);
  text += ",\n  \"train\": [";
  append_names(text, dataset, record.split.train);
  text += "\n  ],\n  \"val\": [";
  append_names(text, dataset, record.split.val);
  write_text(file, text + "\n  ]\n}\n");
}

SplitNames read_split(std::string_view text, const std::string& where) {
  const JsonTree tree(text, where);
  const JsonNode root(tree, where);
  root["zoo_split"].integer(kVersion, kVersion);
  const std::string data = root["data"].text();
  if (data.find('\0') != std::string::npos) root["data"].refuse("holds a NUL");
  SplitNames names{.where = where, .data = data, .sides = sides_by_name(root)};
  if (root.has("fraction")) names.fraction = root["fraction"].number(0, 1);
  if (root.has("seed")) names.seed = static_cast<uint64_t>(root["seed"].integer(0, JsonNode::kAny));
  return names;
}

std::unique_ptr<Dataset> divide(std::shared_ptr<const Dataset> whole, SplitNames names) {
  std::vector<int64_t> indices;
  std::vector<int32_t> found_sides;
  std::vector<std::string> left_out = whole->left_out();
  constexpr int32_t kFound = 2;  // added to the side of a name that the data has
  for (int64_t i = 0; i < whole->size(); ++i) {
    const std::string name = whole->name(i);
    const auto side = names.sides.find(name);
    if (side == names.sides.end()) {
      left_out.push_back(name + ": not in the split");
      continue;
    }
    indices.push_back(i);
    found_sides.push_back(side->second % kFound);
    side->second = side->second % kFound + kFound;
  }
  const auto is_missing = [](const auto& side) { return side.second < kFound; };
  const auto missing = std::ranges::find_if(names.sides, is_missing);
  if (missing != names.sides.end()) {
    throw Error(ErrorCode::mismatch, names.where,
                std::to_string(std::ranges::count_if(names.sides, is_missing)) + " of its " +
                    std::to_string(names.sides.size()) + " pictures are not in " +
                    excerpt(names.data.native(), kLongestPath) + ", one of them '" + excerpt(missing->first) +
                    "'",
                "Put them back, or make the split again with 'zoo data'.");
  }
  return std::make_unique<SplitPictures>(std::move(whole), std::move(indices), std::move(found_sides),
                                         std::move(left_out));
}

std::unique_ptr<Dataset> open_split(const fs::path& file, const DatasetOptions& options) {
  SplitNames names = read_split(read_text(file), file.string());
  if (options.splits == kMostSplits) {
    throw Error(ErrorCode::mismatch, names.where,
                "is one of more than " + std::to_string(kMostSplits) + " splits, each of the next",
                "Make the split of the data itself.");
  }
  if (names.data.is_relative()) names.data = file.parent_path() / names.data;
  std::error_code error;
  if (fs::equivalent(names.data, file, error)) {
    throw Error(ErrorCode::corrupt, names.where + ":/data", "is this file itself");
  }
  DatasetOptions inner = options;
  ++inner.splits;
  std::shared_ptr<const Dataset> whole = open_dataset(names.data, inner);
  return divide(std::move(whole), std::move(names));
}

}  // namespace zoo
