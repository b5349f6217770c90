#include "zoo/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/stack.h>
#include <c10/util/Exception.h>

#include "zoo/base/error.h"
#include "zoo/models/autocast.h"
#include "zoo/models/load.h"
#include "zoo/train/optimizer.h"
#include "zoo/train/parameter_groups.h"
#include "zoo/train/seed_scope.h"

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

// The state of the averaged weights follows the model's; counters are copied.
class Average {
 public:
  Average(const ResNet& model, double decay) : decay_(decay) {
    if (decay == 0) return;
    for (const auto& [name, tensor] : state_dict(model)) tensors_.emplace_back(name, tensor.detach().clone());
  }
  bool is_on() const { return decay_ > 0; }
  const std::vector<std::pair<std::string, at::Tensor>>& tensors() const { return tensors_; }
  // After the step of that number, from 1 on.
  void update(const ResNet& model, int64_t step) {
    if (!is_on()) return;
    const at::NoGradGuard no_grad;
    const double decay =
        std::min(decay_, (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step)));
    const auto now = state_dict(model);
    for (size_t i = 0; i < now.size(); ++i) {
      if (now[i].second.is_floating_point())
        tensors_[i].second.lerp_(now[i].second, 1 - decay);
      else
        tensors_[i].second.copy_(now[i].second);
    }
  }
  // Averaged weights into the model, and the model's here; once more, and all is as before.
  void swap(const ResNet& model) {
    const at::NoGradGuard no_grad;
    for (auto& [name, tensor] : state_dict(model)) {
      const auto own = std::ranges::find(tensors_, name, &std::pair<std::string, at::Tensor>::first);
      const at::Tensor before = tensor.detach().clone();
      at::Tensor(tensor).copy_(own->second);
      own->second.copy_(before);
    }
  }

 private:
  double decay_;
  std::vector<std::pair<std::string, at::Tensor>> tensors_;
};

// Of what is drawn in a step.
uint64_t seed_of_step(uint64_t seed, int64_t epoch, int64_t batch) {
  const auto mixed = [](uint64_t x) {  // SplitMix64 (Steele, Lea, Flood, 2014)
    x += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  };
  return mixed(mixed(mixed(seed) + static_cast<uint64_t>(epoch)) + static_cast<uint64_t>(batch));
}

}  // namespace

struct Trainer::Run {
 public:
  Run(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
      const TrainSinks& sinks, std::function<bool()> stop)
      : model_(model),
        recipe_(recipe),
        train_(train_batches),
        val_(val_batches),
        sinks_(sinks),
        stop_(std::move(stop)),
        optimizer_(make_optimizer(parameter_groups(model, recipe), recipe.optimizer)),
        average_(model, recipe.ema_decay) {}

  // Foreign exceptions get the place where they arose, and become the library's own.
  void run() try {
    require_finite("the model to begin with", "Take other weights.");
    while (at_.epoch < recipe_.epochs) {
      const auto start = Clock::now();
      const int64_t epoch = at_.epoch;
      EpochReport report = train_epoch();
      require_finite("epoch " + std::to_string(epoch + 1) + ", after its last step", kSlowDown);
      if (sinks_.on_learnt) sinks_.on_learnt(epoch);
      report.val = evaluate_epoch();
      require_judged(epoch, report.val);
      if (average_.is_on()) {
        average_.swap(model_);
        report.ema = evaluate_epoch();
        average_.swap(model_);
        require_judged(epoch, *report.ema);
      }
      report.wall_s = before_s_ + seconds_since(start);
      for (const BatchSource* source : {&train_, &val_})
        if (source->left_out) report.bad_images += source->left_out();
      report.best_is_ema = report.ema && report.ema->top1 > report.val.top1;
      const double top1 = report.best_is_ema ? report.ema->top1 : report.val.top1;
      report.best = top1 > at_.best_top1;
      if (report.best) at_.best_top1 = top1, at_.best_epoch = epoch;
      tell(report);
      begin_epoch(epoch + 1);
      save_state();
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

  TrainState state() const {
    TrainState state = at_;
    state.seconds = seconds();
    state.optimizer_steps = optimizer_->steps();
    const auto add = [&](const std::string& kind, const auto& tensors) {
      for (const auto& [name, tensor] : tensors)
        state.tensors.emplace_back(kind + name,
                                   tensor.detach().to(at::kCPU, tensor.scalar_type(), false, /*copy=*/true));
    };
    add("model.", state_dict(model_));
    add("optimizer.", optimizer_->state());
    add("ema.", average_.tensors());
    return state;
  }

  void restore(const TrainState& state) {
    std::map<std::string, at::Tensor> given(state.tensors.begin(), state.tensors.end());
    std::vector<std::pair<at::Tensor, at::Tensor>> copies;
    const auto take = [&](const std::string& kind, const auto& tensors) {
      for (const auto& [name, tensor] : tensors) {
        const auto found = given.find(kind + name);
        if (found == given.end() || found->second.sizes() != tensor.sizes() ||
            found->second.scalar_type() != tensor.scalar_type())
          throw Error(ErrorCode::mismatch, "the state of the training",
                      "has no tensor '" + kind + name + "' that fits: it is of another model or recipe");
        copies.emplace_back(tensor, found->second);
        given.erase(found);
      }
    };
    take("model.", state_dict(model_));
    take("optimizer.", optimizer_->state());
    take("ema.", average_.tensors());
    if (!given.empty())
      throw Error(ErrorCode::mismatch, "the state of the training",
                  "has a tensor '" + given.begin()->first + "' too many: it is of another model or recipe");
    const at::NoGradGuard no_grad;
    for (auto& [to, from] : copies) to.copy_(from);
    optimizer_->set_steps(state.optimizer_steps);
    at_ = state;
    at_.tensors.clear();
    at_.notes.clear();
    before_s_ = at_.train_s;
    before_run_s_ = at_.seconds;
    first_step_ = at_.epoch * train_.batches_per_epoch + at_.batches;
  }

 private:
  double mean_loss() const { return at_.loss_sum / static_cast<double>(at_.images); }
  double top1() const { return 100.0 * static_cast<double>(at_.correct) / static_cast<double>(at_.images); }

  void begin_epoch(int64_t epoch) {
    const TrainState before = at_;
    at_ = {.epoch = epoch,
           .best_top1 = before.best_top1,
           .best_epoch = before.best_epoch,
           .seconds = before.seconds};
    before_s_ = 0;
  }

  EpochReport train_epoch() {
    const auto start = Clock::now();
    model_->train(!recipe_.freeze_backbone);
    const int64_t first = at_.images, per_epoch = train_.batches_per_epoch;
    EpochReport report;
    report.epoch = at_.epoch;
    in_evaluation_ = false;
    train_.start_epoch(at_.epoch, at_.batches);
    for (;;) {
      const auto asked = Clock::now();
      const auto batch = train_.next();
      at_.data_wait_s += seconds_since(asked);
      if (!batch) break;
      at_.train_s = before_s_ + seconds_since(start);
      look_for_stop();
      const int64_t step = at_.batches;
      report.lr = learning_rate(recipe_.schedule, at_.epoch * per_epoch + step, recipe_.epochs * per_epoch,
                                per_epoch);
      learn(*batch, report.lr);
      ++at_.batches;
      if (at_.images == 0) continue;
      at_.train_s = before_s_ + seconds_since(start);
      report.images_per_s = static_cast<double>(at_.images - first) / seconds_since(start);
      if (sinks_.on_step)
        sinks_.on_step({at_.epoch, step, per_epoch, mean_loss(), top1(), report.lr, report.images_per_s,
                        seconds_left(at_.epoch, step)});
      if (pending_ == 0 && sinks_.state_due && sinks_.state_due(optimizer_->steps())) save_state();
    }
    if (at_.images == 0)
      throw Error(ErrorCode::mismatch, "epoch " + std::to_string(at_.epoch + 1),
                  "there was no picture to learn from.",
                  at_.skipped == 0 ? "" : "Use a larger batch: batch norm needs more than one picture.");
    report.train_s = before_s_ + seconds_since(start);
    report.data_wait_s = at_.data_wait_s;
    if (report.images_per_s == 0) report.images_per_s = static_cast<double>(at_.images) / report.train_s;
    report.train_loss = mean_loss();
    report.train_top1 = top1();
    report.skipped_images = at_.skipped;
    return report;
  }

  // How many batches the step of this one is made of: at the epoch's end there may be fewer.
  int64_t batches_of_step() const {
    const int64_t first = at_.batches / recipe_.accumulate * recipe_.accumulate;
    return std::min(recipe_.accumulate, train_.batches_per_epoch - first);
  }

  void learn(const TrainBatch& batch, double lr) {
    const TrainBatch placed = place_batch(batch, model_, recipe_.precision);
    const int64_t images = placed.images.size(0);
    const bool is_lone = !recipe_.freeze_backbone &&
                         lone_picture(images, placed.images.size(2), placed.images.size(3), model_->spec());
    const int64_t of_step = batches_of_step();
    if (is_lone) {
      at_.skipped += images;
    } else {
      learn_from(placed, images, of_step);
    }
    if ((at_.batches + 1) % recipe_.accumulate != 0 && at_.batches + 1 < train_.batches_per_epoch) return;
    if (pending_ == 0) return;
    if (recipe_.clip_norm > 0) clip_gradients();
    optimizer_->step(lr);
    average_.update(model_, optimizer_->steps());
    pending_ = 0;
  }

  void learn_from(const TrainBatch& placed, int64_t images, int64_t of_step) {
    if (pending_ == 0) optimizer_->zero_grad();
    const SeedScope draws(seed_of_step(recipe_.seed, at_.epoch, at_.batches));
    const at::Tensor logits = forward(placed.images);
    const at::Tensor& target = placed.mixed_labels.defined() ? placed.mixed_labels : placed.labels;
    const at::Tensor loss = at::cross_entropy_loss(logits, target, {}, at::Reduction::Mean, kNothingIgnored,
                                                   recipe_.label_smoothing);
    const auto value = loss.item<double>();
    if (!std::isfinite(value))
      throw Error(ErrorCode::mismatch, place(),
                  "the loss is no longer finite (" + std::to_string(value) + ").", kSlowDown);
    if (of_step > 1)
      loss.div(static_cast<double>(of_step)).backward();
    else
      loss.backward();
    ++pending_;
    at_.loss_sum += value * static_cast<double>(images);
    at_.correct += logits.argmax(1).eq(placed.labels).sum().item<int64_t>();
    at_.images += images;
  }

  // As torch.nn.utils.clip_grad_norm_.
  void clip_gradients() {
    std::vector<at::Tensor> gradients;
    for (const ParameterGroup& group : optimizer_->groups())
      for (const at::Tensor& parameter : group.parameters)
        if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    std::vector<at::Tensor> norms;
    for (const at::Tensor& gradient : gradients) norms.push_back(at::linalg_vector_norm(gradient));
    const at::Tensor total = at::linalg_vector_norm(at::stack(norms));
    const at::Tensor factor = at::reciprocal(total.add(1e-6)).mul_(recipe_.clip_norm).clamp_max_(1.0);
    for (at::Tensor& gradient : gradients) gradient.mul_(factor);
  }

  void save_state() {
    if (sinks_.on_state) sinks_.on_state(state());
  }

  void tell(const EpochReport& report) {
    if (!sinks_.on_epoch) return;
    if (report.best && report.best_is_ema) average_.swap(model_);
    try {
      sinks_.on_epoch(report);
    } catch (...) {
      if (report.best && report.best_is_ema) average_.swap(model_);
      throw;
    }
    if (report.best && report.best_is_ema) average_.swap(model_);
  }

  void require_judged(int64_t epoch, const EvalResult& val) {
    if (std::isfinite(val.loss)) return;
    if (sinks_.on_diverged) sinks_.on_diverged(epoch);
    throw Error(ErrorCode::mismatch, place(), "the loss is not finite (" + std::to_string(val.loss) + ").",
                kSlowDown);
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
    in_evaluation_ = true;
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

  // Between the batches of one step there is no state to save: then the last one that was.
  void look_for_stop() {
    if (!stop_ || !stop_()) return;
    if (!in_evaluation_ && pending_ == 0 && at_.images > 0) save_state();
    throw Error(ErrorCode::interrupted, place(), "stopped.");
  }

  Error out_of_memory(const std::string& detail) const {
    return {ErrorCode::io, place(), "not enough memory" + (detail.empty() ? "." : " (" + detail + ")."),
            "Use smaller batches or pictures, or fewer workers."};
  }

  std::string place() const {
    const std::string name = "epoch " + std::to_string(at_.epoch + 1);
    if (in_evaluation_) return name + ", evaluation";
    return name + ", step " + std::to_string(at_.batches + 1) + " of " +
           std::to_string(train_.batches_per_epoch);
  }

  double seconds() const { return before_run_s_ + seconds_since(start_); }
  double seconds_left(int64_t epoch, int64_t step) const {
    const auto done = static_cast<double>(epoch * train_.batches_per_epoch + step + 1 - first_step_);
    const auto left = static_cast<double>(recipe_.epochs * train_.batches_per_epoch) - done -
                      static_cast<double>(first_step_);
    return seconds_since(start_) * left / done;
  }

  ResNet& model_;
  const Recipe recipe_;
  BatchSource& train_;
  BatchSource& val_;
  const TrainSinks& sinks_;
  std::function<bool()> stop_;
  std::unique_ptr<Optimizer> optimizer_;
  Average average_;
  Clock::time_point start_ = Clock::now();
  TrainState at_;            // without its tensors
  double before_s_ = 0;      // of this epoch's training, before this run
  double before_run_s_ = 0;  // of all training, before this run
  int64_t first_step_ = 0;   // of this run
  int64_t pending_ = 0;      // batches whose gradients wait for a step
  bool in_evaluation_ = false;
};

bool lone_picture(int64_t batch_size, int64_t height, int64_t width, const ArchSpec& arch) {
  return batch_size == 1 && height <= arch.reduction() && width <= arch.reduction();
}

Trainer::Trainer(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
                 const TrainSinks& sinks, std::function<bool()> stop) {
  validate(recipe);
  if (model->options().num_classes == 0)
    throw Error(ErrorCode::mismatch, "model", "it has no head to train.",
                "Give it one with reset_head(classes).");
  model->to_channels_last();
  run_ = std::make_unique<Run>(model, recipe, train_batches, val_batches, sinks, std::move(stop));
}

Trainer::~Trainer() = default;

void Trainer::restore(const TrainState& state) {
  run_->restore(state);
}

TrainState Trainer::state() const {
  return run_->state();
}

void Trainer::run() {
  run_->run();
}

void train(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
           const TrainSinks& sinks, const std::function<bool()>& stop) {
  Trainer(model, recipe, train_batches, val_batches, sinks, stop).run();
}

}  // namespace zoo
