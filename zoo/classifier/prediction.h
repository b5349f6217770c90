// From raw scores to named answers. Plain numbers in and out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace zoo {

struct Prediction {
  std::string label;  // the class name, or its index in decimal where nobody names the classes
  int64_t index = 0;
  float probability = 0;  // softmax over all classes
};

// The `top` most probable classes (all, if there are fewer), best first; of equal scores the lower index
// first. `labels` has one name a score. Throws Error{mismatch} if a score is not finite or `labels` has
// another length.
std::vector<Prediction> top_predictions(std::span<const float> logits, const std::vector<std::string>& labels,
                                        int64_t top);

// The names of `num_classes` classes: `labels`, or "0", "1", ... where that is empty.
std::vector<std::string> class_names(std::vector<std::string> labels, int64_t num_classes);

}  // namespace zoo
