#include "zoo/classifier/prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "zoo/base/error.h"

namespace zoo {

namespace {

// The numbers themselves, by their indices.
std::vector<Prediction> all_numbers(std::span<const float> logits, const std::vector<std::string>& labels) {
  std::vector<Prediction> numbers;
  for (size_t i = 0; i < logits.size(); ++i)
    numbers.push_back({labels[i], static_cast<int64_t>(i), logits[i]});
  return numbers;
}

double sigmoid(double score) {
  return 1 / (1 + std::exp(-score));
}

}  // namespace

std::vector<Prediction> top_predictions(std::span<const float> logits, const std::vector<std::string>& labels,
                                        int64_t top, ProblemType problem) {
  if (logits.size() != labels.size())
    throw Error(
        ErrorCode::mismatch, "labels",
        std::to_string(labels.size()) + " class names for " + std::to_string(logits.size()) + " scores");
  if (!std::all_of(logits.begin(), logits.end(), [](float score) { return std::isfinite(score); }))
    throw Error(ErrorCode::mismatch, "model", "its scores are not finite numbers",
                "The checkpoint holds damaged or diverged weights.");
  if (logits.empty()) return {};
  if (problem == ProblemType::regression) return all_numbers(logits, labels);

  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(order.size(), static_cast<size_t>(std::max<int64_t>(top, 0)));
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](size_t a, size_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });

  const double greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float score : logits) sum += std::exp(score - greatest);
  std::vector<Prediction> predictions;
  for (size_t rank = 0; rank < count; ++rank) {
    const size_t index = order[rank];
    const double probability = problem == ProblemType::multi_label_classification
                                   ? sigmoid(logits[index])
                                   : std::exp(logits[index] - greatest) / sum;
    predictions.push_back({labels[index], static_cast<int64_t>(index), static_cast<float>(probability)});
  }
  return predictions;
}

std::vector<std::string> class_names(std::vector<std::string> labels, int64_t num_classes) {
  if (!labels.empty()) return labels;
  for (int64_t index = 0; index < num_classes; ++index) labels.push_back(std::to_string(index));
  return labels;
}

}  // namespace zoo
