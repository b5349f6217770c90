// The whole product in one object: a name or file becomes a classifier of pictures.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "zoo/classifier/picture.h"
#include "zoo/classifier/prediction.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/models/precision.h"

namespace zoo {

struct ClassifierOptions {
  std::string arch = {};                                // needed only for files that do not say
  bool offline = false;                                 // never download
  std::string device = "cpu";                           // as LibTorch writes it: "cpu", "cuda", "cuda:1"
  Precision precision = Precision::fp32;                // fp32 gives the publisher's own numbers
  std::optional<Preprocess> preprocess = std::nullopt;  // in the place of the weight's own
  bool allow_truncated = false;                         // of a picture that ends early, what there is
};

// Any number of threads may ask one object at a time. Answers in fp32 equal the publisher's own pipeline.
class Classifier {
 public:
  // A weight's name (downloaded and verified if needed, with the mirrors and the lock file that
  // environment_fetch_options() finds), a checkpoint file, a run or another model's folder. Throws Error.
  static Classifier open(const std::string& weights, const ClassifierOptions& options = {});
  // What resolve_weights() gave, which the caller may have changed. Downloads nothing. Throws Error.
  static Classifier open(const ResolvedWeights& weights, const ClassifierOptions& options = {});
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;
  ~Classifier();

  // The `top` most probable classes, best first; what its probabilities are, problem_type() says: of a
  // regression the numbers themselves, all of them. Throws Error with the picture's path.
  std::vector<Prediction> classify(const Picture& picture, int64_t top = 5) const;
  // Of several at once, in their order. A picture's answer is the same as alone but for rounding. The first
  // picture that cannot be read throws, and there are no answers then.
  std::vector<std::vector<Prediction>> classify(std::span<const Picture> pictures, int64_t top = 5) const;
  // Raw scores of all classes, in class order.
  std::vector<float> logits(const Picture& picture) const;
  // The same of a picture that load_picture() has prepared: float [1, 3, H, W].
  std::vector<float> logits(const at::Tensor& picture) const;
  // What the head reads: the pooled map of the last stage. For comparing pictures with each other.
  std::vector<float> features(const Picture& picture) const;

  const std::vector<std::string>& labels() const;
  ProblemType problem_type() const;
  const Preprocess& preprocess() const;

 private:
  struct State;
  explicit Classifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace zoo
