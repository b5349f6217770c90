// What `zoo evaluate --per-image` writes: one line a picture, in the order of the data (CSV, RFC 4180).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "zoo/base/file.h"

namespace zoo::apps {

// file,label,predicted,correct,probability,loss: names of the classes, 1 or 0, the softmax of the predicted
// class, the cross entropy of the true one. The file appears with commit(), whole.
class PerImageCsv {
 public:
  // Throws Error{io} at once where nothing can be written.
  PerImageCsv(const std::filesystem::path& path, std::vector<std::string> class_names);
  // `label` is an index into the class names, `logits` has one score for each.
  void add(const std::string& file, int64_t label, std::span<const float> logits);
  void commit();

 private:
  AtomicFile file_;
  std::vector<std::string> class_names_;
};

}  // namespace zoo::apps
