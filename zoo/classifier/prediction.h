// From raw scores to named answers. Plain numbers in and out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "zoo/manifest/problem_type.h"

namespace zoo {

struct Prediction {
  std::string label;  // the class name, or its index in decimal where nobody names the classes
  int64_t index = 0;
  // By the model's problem type: the softmax over all classes; the sigmoid of this one; of a model of numbers
  // the number itself.
  float probability = 0;
};

// The `top` most probable classes (all, if there are fewer), best first; of equal scores the lower index
// first. Of a regression all numbers, in the model's order. `labels` has one name a score. Throws
// Error{mismatch} if a score is not finite or `labels` has another length.
std::vector<Prediction> top_predictions(std::span<const float> logits, const std::vector<std::string>& labels,
                                        int64_t top,
                                        ProblemType problem = ProblemType::single_label_classification);

// The names of `num_classes` classes: `labels`, or "0", "1", ... where that is empty.
std::vector<std::string> class_names(std::vector<std::string> labels, int64_t num_classes);

}  // namespace zoo
