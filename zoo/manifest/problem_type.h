// What a model's scores mean: transformers' problem_type.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace zoo {

enum class ProblemType {
  regression,                   // each output is a number
  single_label_classification,  // a softmax over all outputs: one of them
  multi_label_classification    // a sigmoid of each output: any of them
};

// "regression", "single_label_classification", "multi_label_classification".
std::string_view to_string(ProblemType type);
// Nothing for another word.
std::optional<ProblemType> parse_problem_type(std::string_view text);

// What it is where nobody says: a single output is a yes or no, several are one of several, as transformers'
// pipelines take them.
ProblemType usual_problem_type(int64_t outputs);

}  // namespace zoo
