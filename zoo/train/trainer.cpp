#include "zoo/train/trainer.h"

#include <chrono>
#include <cmath>
#include <exception>
#include <new>
#include <string>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/isfinite.h>
#include <c10/util/Exception.h>

#include "zoo/base/error.h"
#include "zoo/models/autocast.h"
#include "zoo/models/load.h"
#include "zoo/train/sgd.h"

namespace zoo {
namespace {

using Clock = std::chrono::steady_clock;
constexpr const char* kSlowDown = "Use a smaller learning rate, a longer warm-up, or fp32.";
constexpr int64_t kNothingIgnored = -100;  // torch.nn.CrossEntropyLoss's default; labels are 0 or more
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// Without those of frozen stages, which never have a gradient.
std::vector<at::Tensor> learning(std::vector<at::Tensor> parameters) {
  std::erase_if(parameters, [](const at::Tensor& parameter) { return !parameter.requires_grad(); });
  return parameters;
}

class TrainingRun {
 public:
  TrainingRun(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
              const TrainSinks& sinks, const std::function<bool()>& stop)
      : model_(model),
        recipe_(recipe),
        train_(train_batches),
        val_(val_batches),
        sinks_(sinks),
        stop_(stop),
        sgd_(learning(recipe.freeze_backbone ? model->fc->parameters() : model->parameters()),
             {recipe.momentum, recipe.nesterov, recipe.weight_decay}) {}

  // Foreign exceptions get the place where they arose, and become the library's own.
  void run() try {
    require_finite("the model to begin with", "Take other weights.");
    for (int64_t epoch = 0; epoch < recipe_.epochs; ++epoch) {
      const auto start = Clock::now();
      EpochReport report = train_epoch(epoch);
      require_finite("epoch " + std::to_string(epoch + 1) + ", behind its last step", kSlowDown);
      if (sinks_.on_learnt) sinks_.on_learnt(epoch);
      report.val = evaluate_epoch();
      if (!std::isfinite(report.val.loss)) {
        if (sinks_.on_diverged) sinks_.on_diverged(epoch);
        throw Error(ErrorCode::mismatch, place(),
                    "the loss is not finite (" + std::to_string(report.val.loss) + ").", kSlowDown);
      }
      report.wall_s = seconds_since(start);
      for (const BatchSource* source : {&train_, &val_})
        if (source->left_out) report.bad_images += source->left_out();
      report.best = report.val.top1 > best_top1_;
      if (report.best) best_top1_ = report.val.top1;
      if (sinks_.on_epoch) sinks_.on_epoch(report);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw out_of_memory("");
  } catch (const c10::Error& error) {
    const std::string text = first_line(error.what_without_backtrace());
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
        text.find("allocate memory") != std::string::npos ||
        text.find("not enough memory") != std::string::npos)
      throw out_of_memory(text);
    throw Error(ErrorCode::mismatch, place(), "LibTorch: " + text);
  } catch (const std::exception& error) {
    throw Error(ErrorCode::mismatch, place(), first_line(error.what()));
  }

 private:
  // Sums over the epoch so far.
  struct Tally {
    double loss = 0;
    int64_t correct = 0, images = 0, skipped = 0;
    double mean_loss() const { return loss / static_cast<double>(images); }
    double top1() const { return 100.0 * static_cast<double>(correct) / static_cast<double>(images); }
  };

  EpochReport train_epoch(int64_t epoch) {
    const auto start = Clock::now();
    model_->train(!recipe_.freeze_backbone);
    epoch_ = epoch;
    EpochReport report;
    report.epoch = epoch;
    Tally tally;
    train_.start_epoch(epoch);
    for (int64_t step = 0;; ++step) {
      step_ = step;
      const auto asked = Clock::now();
      const auto batch = train_.next();
      report.data_wait_s += seconds_since(asked);
      if (!batch) break;
      look_for_stop();
      report.lr = learning_rate(recipe_, epoch * train_.batches_per_epoch + step,
                                recipe_.epochs * train_.batches_per_epoch, train_.batches_per_epoch);
      learn(*batch, report.lr, tally);
      if (tally.images == 0) continue;
      report.images_per_s = static_cast<double>(tally.images) / seconds_since(start);
      if (sinks_.on_step)
        sinks_.on_step({epoch, step, train_.batches_per_epoch, tally.mean_loss(), tally.top1(), report.lr,
                        report.images_per_s, seconds_left(epoch, step)});
    }
    if (tally.images == 0)
      throw Error(ErrorCode::mismatch, "epoch " + std::to_string(epoch + 1),
                  "there was no picture to learn from.",
                  tally.skipped == 0 ? "" : "Use a larger batch: batch norm needs more than one picture.");
    report.train_s = seconds_since(start);
    report.train_loss = tally.mean_loss();
    report.train_top1 = tally.top1();
    report.skipped_images = tally.skipped;
    return report;
  }

  void learn(const TrainBatch& batch, double lr, Tally& tally) {
    const TrainBatch placed = place_batch(batch, model_, recipe_.precision);
    const int64_t images = placed.images.size(0);
    if (!recipe_.freeze_backbone &&
        lone_picture(images, placed.images.size(2), placed.images.size(3), model_->spec())) {
      tally.skipped += images;
      return;
    }
    sgd_.zero_grad();
    const at::Tensor logits = forward(placed.images);
    const at::Tensor& target = placed.mixed_labels.defined() ? placed.mixed_labels : placed.labels;
    const at::Tensor loss = at::cross_entropy_loss(logits, target, {}, at::Reduction::Mean, kNothingIgnored,
                                                   recipe_.label_smoothing);
    const auto value = loss.item<double>();
    if (!std::isfinite(value))
      throw Error(ErrorCode::mismatch, place(),
                  "the loss is no longer finite (" + std::to_string(value) + ").", kSlowDown);
    loss.backward();
    sgd_.step(lr);
    tally.loss += value * static_cast<double>(images);
    tally.correct += logits.argmax(1).eq(placed.labels).sum().item<int64_t>();
    tally.images += images;
  }

  // -> fp32 logits.
  at::Tensor forward(const at::Tensor& images) {
    const AutocastScope autocast(recipe_.precision, images.device().type());
    if (!recipe_.freeze_backbone) return model_->forward(images).to(at::kFloat);
    at::Tensor features;
    {
      const at::NoGradGuard no_grad;
      features = model_->forward_features(images);
    }
    return model_->forward_head(features).to(at::kFloat);
  }

  EvalResult evaluate_epoch() {
    step_ = train_.batches_per_epoch;
    BatchSource source{val_.start_epoch,
                       [this] {
                         look_for_stop();
                         return val_.next();
                       },
                       val_.batches_per_epoch};
    return evaluate(model_, source, Precision::fp32);
  }

  void require_finite(const std::string& where, const char* remedy) const {
    for (const auto& [name, tensor] : state_dict(model_))
      if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>())
        throw Error(ErrorCode::mismatch, where, "tensor '" + name + "' holds numbers that are not finite.",
                    remedy);
  }

  void look_for_stop() const {
    if (stop_ && stop_()) throw Error(ErrorCode::interrupted, place(), "stopped.");
  }

  Error out_of_memory(const std::string& detail) const {
    return {ErrorCode::io, place(), "not enough memory" + (detail.empty() ? "." : " (" + detail + ")."),
            "Use smaller batches or pictures, or fewer workers."};
  }

  std::string place() const {
    const std::string name = "epoch " + std::to_string(epoch_ + 1);
    if (step_ >= train_.batches_per_epoch) return name + ", evaluation";
    return name + ", step " + std::to_string(step_ + 1) + " of " + std::to_string(train_.batches_per_epoch);
  }

  double seconds_left(int64_t epoch, int64_t step) const {
    const auto done = static_cast<double>(epoch * train_.batches_per_epoch + step + 1);
    const auto total = static_cast<double>(recipe_.epochs * train_.batches_per_epoch);
    return seconds_since(start_) * (total - done) / done;
  }

  ResNet& model_;
  const Recipe& recipe_;
  BatchSource& train_;
  BatchSource& val_;
  const TrainSinks& sinks_;
  const std::function<bool()>& stop_;
  Sgd sgd_;
  Clock::time_point start_ = Clock::now();
  int64_t epoch_ = 0, step_ = 0;  // where it is: steps past the last are those of the evaluation
  double best_top1_ = -1;
};

}  // namespace

bool lone_picture(int64_t batch_size, int64_t height, int64_t width, const ArchSpec& arch) {
  return batch_size == 1 && height <= arch.reduction() && width <= arch.reduction();
}

void train(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
           const TrainSinks& sinks, const std::function<bool()>& stop) {
  validate(recipe);
  if (model->options().num_classes == 0)
    throw Error(ErrorCode::mismatch, "model", "it has no head to train.",
                "Give it one with reset_head(classes).");
  model->to_channels_last();
  TrainingRun(model, recipe, train_batches, val_batches, sinks, stop).run();
}

}  // namespace zoo
