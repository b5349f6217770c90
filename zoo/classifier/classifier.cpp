#include "zoo/classifier/classifier.h"

#include <c10/core/InferenceMode.h>

#include "zoo/base/error.h"
#include "zoo/classifier/picture.h"
#include "zoo/models/weights.h"

namespace zoo {

struct Classifier::State {
  ResolvedWeights weights;
  ResNet model;
};

Classifier::Classifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

Classifier Classifier::open(const std::string& weights, const ClassifierOptions& options) {
  ResolveOptions resolve;
  if (!options.arch.empty()) resolve.arch = options.arch;
  resolve.fetch = environment_fetch_options();
  resolve.fetch.offline = options.offline;
  ResolvedWeights resolved = resolve_weights(weights, Manifest::load_default(), resolve);
  require_picture_classifier(resolved);
  resolved.labels = class_names(std::move(resolved.labels), resolved.num_classes);
  ResNet model = build_model(resolved);
  return Classifier(std::make_unique<State>(State{std::move(resolved), std::move(model)}));
}

std::vector<float> Classifier::logits(const std::filesystem::path& picture) const {
  const c10::InferenceMode inference;
  const at::Tensor scores =
      state_->model->forward(load_picture(picture, state_->weights.preprocess)).contiguous();
  const auto* first = scores.const_data_ptr<float>();
  return {first, first + scores.numel()};
}

std::vector<Prediction> Classifier::classify(const std::filesystem::path& picture, int64_t top) const {
  return top_predictions(logits(picture), labels(), top, problem_type());
}

const std::vector<std::string>& Classifier::labels() const {
  return state_->weights.labels;
}
ProblemType Classifier::problem_type() const {
  return state_->weights.problem();
}
const Preprocess& Classifier::preprocess() const {
  return state_->weights.preprocess;
}

}  // namespace zoo
