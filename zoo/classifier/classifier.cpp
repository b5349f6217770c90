#include "zoo/classifier/classifier.h"

#include <utility>

#include <ATen/ops/cat.h>
#include <c10/core/Device.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include "zoo/base/error.h"
#include "zoo/models/autocast.h"
#include "zoo/models/weights.h"

namespace zoo {
namespace {

c10::Device parse_device(const std::string& text) try {
  return c10::Device(text);
} catch (const c10::Error&) {
  throw Error(ErrorCode::usage, "device", "'" + text + "' is no device", "Give cpu, cuda or cuda:1.");
}

}  // namespace

struct Classifier::State {
  ResolvedWeights weights;
  mutable ResNet model;  // forward() is no const member, though in evaluation mode it changes nothing
  c10::Device device;
  Precision precision;
  bool allow_truncated;

  at::Tensor prepare(const Picture& picture) const {
    return load_picture(picture, weights.preprocess, allow_truncated);
  }
  // [N, 3, H, W] -> [N, classes], or [N, features], in fp32 on the CPU.
  at::Tensor run(const at::Tensor& pictures, bool with_head) const {
    const c10::InferenceMode inference;
    const AutocastScope autocast(precision, device.type());
    const at::Tensor input = pictures.to(device);
    const at::Tensor output = with_head ? model->forward(input) : model->forward_pooled(input);
    return output.to(at::kCPU, at::kFloat).contiguous();
  }
};

namespace {

std::vector<float> numbers_of(const at::Tensor& row) {
  const auto* first = row.const_data_ptr<float>();
  return {first, first + row.numel()};
}

}  // namespace

Classifier::Classifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

Classifier Classifier::open(const std::string& weights, const ClassifierOptions& options) {
  ResolveOptions resolve;
  if (!options.arch.empty()) resolve.arch = options.arch;
  resolve.fetch = environment_fetch_options();
  resolve.fetch.offline = options.offline;
  return open(resolve_weights(weights, Manifest::load_default(), resolve), options);
}

Classifier Classifier::open(const ResolvedWeights& weights, const ClassifierOptions& options) {
  require_picture_classifier(weights);
  ResolvedWeights used = weights;
  used.labels = class_names(std::move(used.labels), used.num_classes);
  if (options.preprocess) used.preprocess = *options.preprocess;
  const c10::Device device = parse_device(options.device);
  ResNet model = build_model(used);
  model->to(device);
  return Classifier(std::make_unique<State>(
      State{std::move(used), std::move(model), device, options.precision, options.allow_truncated}));
}

std::vector<float> Classifier::logits(const at::Tensor& picture) const {
  return numbers_of(state_->run(picture, /*with_head=*/true));
}

std::vector<float> Classifier::logits(const Picture& picture) const {
  return logits(state_->prepare(picture));
}

std::vector<float> Classifier::features(const Picture& picture) const {
  return numbers_of(state_->run(state_->prepare(picture), /*with_head=*/false));
}

std::vector<Prediction> Classifier::classify(const Picture& picture, int64_t top) const {
  return top_predictions(logits(picture), labels(), top, problem_type());
}

std::vector<std::vector<Prediction>> Classifier::classify(std::span<const Picture> pictures,
                                                          int64_t top) const {
  std::vector<at::Tensor> inputs;
  for (const Picture& picture : pictures) inputs.push_back(state_->prepare(picture));
  std::vector<std::vector<Prediction>> answers;
  // Without a crop pictures may differ in size: what is alike and side by side goes together.
  for (size_t begin = 0, end = 0; begin < inputs.size(); begin = end) {
    while (end < inputs.size() && inputs[end].sizes() == inputs[begin].sizes()) ++end;
    const at::Tensor scores = state_->run(
        at::cat(at::TensorList(inputs).slice(begin, end - begin)).contiguous(at::MemoryFormat::ChannelsLast),
        /*with_head=*/true);
    for (int64_t row = 0; row < scores.size(0); ++row)
      answers.push_back(top_predictions(numbers_of(scores[row]), labels(), top, problem_type()));
  }
  return answers;
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
