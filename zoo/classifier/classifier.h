// The whole product in one object: a name or file becomes a classifier of pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "zoo/classifier/prediction.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

struct ClassifierOptions {
  std::string arch;      // needed only for files that do not say
  bool offline = false;  // never download
};

// Not thread-safe; one per thread. Predictions are fp32 and equal the publisher's own pipeline.
class Classifier {
 public:
  // A weight's name (downloaded and verified if needed, with the mirrors and the lock file that
  // environment_fetch_options() finds), a checkpoint file, or a run directory. Throws Error.
  static Classifier open(const std::string& weights, const ClassifierOptions& options = {});
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;
  ~Classifier();

  // The `top` most probable classes, best first; what its probabilities are, problem_type() says: of a
  // regression the numbers themselves, all of them. Throws Error with the picture's path.
  std::vector<Prediction> classify(const std::filesystem::path& picture, int64_t top = 5) const;
  // Raw scores of all classes, in class order.
  std::vector<float> logits(const std::filesystem::path& picture) const;

  const std::vector<std::string>& labels() const;
  ProblemType problem_type() const;
  const Preprocess& preprocess() const;

 private:
  struct State;
  explicit Classifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace zoo
