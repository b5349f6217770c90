#include "zoo/manifest/problem_type.h"

#include <algorithm>
#include <array>

namespace zoo {
namespace {

// In the enum's order.
constexpr std::array<std::string_view, 3> kNames{"regression", "single_label_classification",
                                                 "multi_label_classification"};

}  // namespace

std::string_view to_string(ProblemType type) {
  return kNames[static_cast<size_t>(type)];
}

std::optional<ProblemType> parse_problem_type(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ProblemType>(found - kNames.begin());
}

ProblemType usual_problem_type(int64_t outputs) {
  return outputs == 1 ? ProblemType::multi_label_classification : ProblemType::single_label_classification;
}

}  // namespace zoo
