// The labels of samples, taken as texts and made indices once all are known.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace zoo {

class LabelTable {
 public:
  // Of the next sample. `place` says where they stand, as a number.
  void add(const std::vector<std::string>& labels, int64_t place);

  struct Settings {
    std::vector<std::string> classes = {};  // those that somebody has named; empty: the labels say which
    bool multi_label = false;
    bool may_have_one_class = false;                 // a part, beside others that have others
    bool labels_are_indices = false;                 // of the given classes, whatever these are called
    std::string where;                               // the list, for messages
    std::function<std::string(int64_t place)> name;  // of a place, for messages
  };
  // Turns texts into indices, and returns the classes: the given ones, of which each label is a name or an
  // index; else "0", "1", ... where all labels are indices; else the names in byte order. Throws
  // Error{mismatch} for no sample, fewer than two classes (of a single-label set), a label that is not among
  // the given classes.
  std::vector<std::string> settle(Settings settings);

  // After settle(): ascending, none twice.
  std::span<const int32_t> of(int64_t sample) const;

 private:
  struct Distinct {
    std::string text;
    int64_t place = 0;  // where it stands first
  };
  std::vector<int32_t> among(const Settings& settings) const;
  std::vector<std::string> own_classes(std::vector<int32_t>& indices) const;
  void replace(const std::vector<int32_t>& indices);

  std::unordered_map<std::string, int32_t> known_;
  std::vector<Distinct> distinct_;
  std::vector<int32_t> labels_;  // of all samples, one behind the other; indices of distinct_ until settle()
  std::vector<uint64_t> ends_;   // by sample; empty where each has one
  int64_t samples_ = 0;
};

}  // namespace zoo
