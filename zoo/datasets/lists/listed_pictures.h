// Data sets that are lists of picture files with their labels: what CSV, JSON lines and annotation lists have
// in common once they are parsed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "zoo/datasets/dataset.h"
#include "zoo/datasets/lists/label_table.h"

namespace zoo {

// Takes the lines of a list, one by one. Labels are texts: class names or, where all of them are, indices.
class PictureList {
 public:
  // Paths begin at the folder that the options say, else at the list's; classes are those of the options'
  // file, else of the classes.txt in the list's folder, else what the labels say. Throws Error{not_found, io,
  // corrupt, mismatch}.
  PictureList(std::filesystem::path list, const DatasetOptions& options);

  // `line`: where it stands, for messages. A part goes by its usual name: "Training" is "train"; words of
  // other kinds are what they are. Backslashes in paths become slashes unless the first one is a file's own.
  // Throws Error{corrupt} for a path that is no path, and for more parts than a data set has.
  void add(std::string_view path, const std::vector<std::string>& labels, std::string_view part,
           int64_t line);
  // How something in the list is taken, or that it is not used, for Dataset::notes().
  void note(const std::string& what) { notes_.push_back(what); }
  // Unless the options' file does.
  void name_classes(std::vector<std::string> classes);
  // Also where classes are called "1", "2", ...
  void take_labels_as_indices() { labels_are_indices_ = true; }

  // Throws Error{mismatch} as LabelTable::settle does.
  std::unique_ptr<Dataset> finish(bool multi_label) &&;

  // "list.csv:17"; after name_places("/data_list/") "list.json:/data_list/17".
  std::string place(int64_t line) const;
  std::string file() const { return list_.string(); }
  void name_places(std::string word) { place_word_ = std::move(word); }

 private:
  friend class ListedPictures;

  int32_t part_number(std::string_view part, int64_t line);
  std::string_view path_at(size_t index) const;
  // Where the list names no parts: those that folders in all of the paths say, "train/1.jpg" and
  // "test/2.jpg".
  void take_parts_of_paths();

  std::filesystem::path list_, picture_root_;
  bool may_have_one_class_ = false;
  std::string place_word_;
  bool classes_are_settled_ = false, labels_are_indices_ = false;
  std::vector<std::string> classes_, parts_, notes_;
  std::unordered_map<std::string, int32_t> known_parts_;
  LabelTable labels_;
  std::string paths_;  // one behind the other
  std::vector<uint64_t> path_ends_;
  std::vector<int32_t> sample_parts_;
  std::optional<bool> has_backslashes_;  // of the first path that holds one: is it Windows's separator?
};

// What stands in a list that is called as `list` says. Throw Error{corrupt, mismatch} with the line.
std::unique_ptr<Dataset> read_csv(std::string_view text, PictureList list);
std::unique_ptr<Dataset> read_json_lines(std::string_view text, PictureList list);
std::unique_ptr<Dataset> read_annotation_lines(std::string_view text, PictureList list);
std::unique_ptr<Dataset> read_openmmlab_json(std::string_view text, PictureList list);

}  // namespace zoo
