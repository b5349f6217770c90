#include "apps/finetune/finetune_options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <cxxopts.hpp>

#include "apps/cli/data_options.h"
#include "apps/cli/flag_names.h"
#include "apps/cli/flag_values.h"
#include "apps/cli/loading_options.h"
#include "apps/cli/options.h"
#include "apps/cli/preprocess_options.h"
#include "apps/cli/weights_options.h"
#include "apps/finetune/augment_options.h"
#include "apps/finetune/model_flags.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

constexpr double kLargestNumber = 1e6;  // of rates and decays: more is a slip of the pen

std::string decimal(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

OptimizerOptions read_optimizer(const cxxopts::ParseResult& flags) {
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  OptimizerOptions optimizer;
  optimizer.kind = with_flag_names([&] { return parse_optimizer(text("opt")); });
  if (optimizer.kind == OptimizerKind::lion) optimizer.beta2 = 0.99;      // the paper's
  if (optimizer.kind == OptimizerKind::lamb) optimizer.eps = 1e-6;        // timm's
  if (optimizer.kind == OptimizerKind::rmsprop_tf) optimizer.eps = 1e-3;  // TensorFlow's nets
  optimizer.momentum = parse_number("--momentum", text("momentum"), 0, kLargestNumber);
  optimizer.nesterov = flags.count("nesterov") > 0;
  if (flags.count("betas") > 0) {
    const std::vector<double> betas = parse_numbers("--betas", text("betas"), 2, 0, 1);
    optimizer.beta1 = betas[0];
    optimizer.beta2 = betas[1];
  }
  if (flags.count("eps") > 0) optimizer.eps = parse_number("--eps", text("eps"), 0, 1);
  return optimizer;
}

Schedule read_schedule(const cxxopts::ParseResult& flags) {
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  const auto number = [&](const std::string& name) {
    return parse_number("--" + name, text(name.c_str()), 0, kLargestNumber);
  };
  Schedule schedule;
  schedule.kind = with_flag_names([&] { return parse_schedule(text("sched")); });
  schedule.lr = number("lr");
  schedule.min_lr = number("min-lr");
  schedule.warmup_epochs = number("warmup-epochs");
  schedule.gamma = number("gamma");
  schedule.power = number("power");
  if (flags.count("milestones") == 0) return schedule;
  const std::string list = text("milestones");
  for (const double epoch :
       parse_numbers("--milestones", list, static_cast<size_t>(std::ranges::count(list, ',')) + 1, 1, 1e6))
    schedule.milestones.push_back(static_cast<int64_t>(epoch));
  return schedule;
}

// "30s", "5m", "1h"; a plain number counts steps.
void read_save_times(const std::string& text, FinetuneOptions& options) {
  constexpr std::string_view kUnits = "smh";
  constexpr std::array<double, 3> kSeconds{1, 60, 3600};
  options.save_every_s = 0;
  const size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  if (unit == std::string_view::npos) {
    options.save_every_steps = parse_integer("--save-every", text, 0, 1'000'000'000);
  } else {
    options.save_every_s =
        kSeconds[unit] * parse_number("--save-every", text.substr(0, text.size() - 1), 0, 1e6);
  }
}

}  // namespace

cxxopts::Options declare_finetune_flags() {
  cxxopts::Options options = make_options(
      "zoo finetune", "[--weights NAME|FILE|RUN] [--arch ARCH] --data DATA --out RUN_DIR [OPTION...]",
      "Turns a published model and a folder of pictures into a model of your classes.\n"
      "--arch without --weights trains from scratch. RUN_DIR gets recipe.json,\n"
      "metrics.jsonl, best/ (highest top-1) and last/; each is a model for --weights,\n"
      "timm and transformers.");
  add_weights_options(options);
  add_model_options(options);
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  const auto plain = [] { return cxxopts::value<std::string>(); };
  const Recipe recipe;
  add_data_options(options);
  options.add_options("Data and output")(
      "data", "train/ and val/, one folder of pictures a class, a list, an archive", plain(), "DATA")(
      "val",
      "to judge by: other data, a part of it (test), or the share of each class (0.2) that is set apart",
      plain(), "DATA|PART|SHARE")("new-split",
                                  "going on from a run: set pictures apart anew, even such as it has learnt")(
      "max-train-samples", "learn from so many pictures only", plain(), "N")("out", "the run's new folder",
                                                                             plain(), "RUN_DIR")(
      "resume", "go on with a run that was stopped, to the same bits; all else is as it was begun", plain(),
      "RUN_DIR")("save-every", "save the state between epochs too: 30s, 5m, 1h, or so many steps; 0: do not",
                 text("5m"), "TIME|N")("overwrite", "replace the run that is there")(
      "json", "print the result as one JSON object");
  auto add = options.add_options("Recipe");
  add("epochs", "passes over the pictures", text(std::to_string(recipe.epochs)), "N");
  add("batch-size", "pictures a batch", text(std::to_string(recipe.batch_size)), "N");
  add("accumulate", "batches a step", text("1"), "N");
  add("opt", "sgd, adam, adamw, rmsprop, rmsprop_tf, lamb or lion", text("sgd"), "NAME");
  add("momentum", "of SGD and RMSprop", text(decimal(recipe.optimizer.momentum)), "X");
  add("nesterov", "Nesterov's form of momentum");
  add("betas", "of adam, adamw, lamb: 0.9,0.999; of lion: 0.9,0.99", plain(), "B1,B2");
  add("eps", "of adam, adamw, lamb 1e-8; of rmsprop 1e-8, rmsprop_tf 1e-3", plain(), "X");
  add("sched", "cosine, linear, polynomial, constant, multistep, exponential or one_cycle", text("cosine"),
      "NAME");
  add("lr", "the highest learning rate", text(decimal(recipe.schedule.lr)), "X");
  add("min-lr", "that cosine, linear and polynomial end at", text("0"), "X");
  add("warmup-epochs", "linear rise at the start", text(decimal(recipe.schedule.warmup_epochs)), "X");
  add("milestones", "of multistep: epochs after which the rate falls", plain(), "N,N,...");
  add("gamma", "by which it falls, there or with exponential each epoch",
      text(decimal(recipe.schedule.gamma)), "X");
  add("power", "of polynomial", text(decimal(recipe.schedule.power)), "X");
  add("weight-decay", "of all parameters", text(decimal(recipe.weight_decay)), "X");
  add("no-norm-decay", "but not of norms and biases");
  add("layer-decay", "the rate of each block is that of the next one times this", text("1"), "X");
  add("head-lr", "the head's rate is the others' times this", text("1"), "X");
  add("clip-grad", "largest norm of all gradients together; 0: any", text("0"), "X");
  add("ema", "average the weights with this decay, judge the average too; 0: no", text("0"), "DECAY");
  add("smoothing", "label smoothing: share of the target that all classes have alike",
      text(decimal(recipe.label_smoothing)), "X");
  add("freeze", "'backbone': only the head learns", plain(), "PART");
  add("seed", "of the head, the split, the order and the crops", text(std::to_string(recipe.seed)), "N");
  add_augment_options(options);
  add_loading_options(options);
  add_preprocess_options(options);
  add_torch_options(options, "auto");
  return options;
}

FinetuneFlags read_finetune_flags(const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* name) { return flags.count(name) > 0; };
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  const auto integer = [&](const std::string& name, int64_t minimum, int64_t maximum) {
    return parse_integer("--" + name, text(name.c_str()), minimum, maximum);
  };
  const auto number = [&](const std::string& name) {
    return parse_number("--" + name, text(name.c_str()), 0, kLargestNumber);
  };
  FinetuneFlags result;
  result.torch = read_torch_options(flags);
  FinetuneOptions& options = result.options;
  if (!given("weights") && !given("arch"))
    throw Error(ErrorCode::usage, "--weights and --arch", "are both missing",
                "Give --weights NAME to start from a published model, or --arch ARCH to train from scratch.");
  if (!given("data"))
    throw Error(ErrorCode::usage, "--data", "is missing", "Name a folder or list of pictures.");
  if (!given("out")) throw Error(ErrorCode::usage, "--out", "is missing", "Name a new folder for the run.");
  if (given("weights")) options.weights = text("weights");
  if (given("arch") && !given("weights")) options.arch = text("arch");
  options.data.data = text("data");
  options.data.source = read_data_options(flags);
  options.out = text("out");
  if (options.out.empty())
    throw Error(ErrorCode::usage, "--out", "is empty", "Name a new folder for the run.");
  if (given("val")) options.data.val = text("val");
  options.data.new_split = given("new-split");
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  if (given("max-train-samples")) options.data.max_train_samples = integer("max-train-samples", 1, most);
  options.overwrite = given("overwrite");
  result.json = given("json");

  options.model = read_model_flags(flags);
  Recipe& recipe = options.recipe;
  recipe.epochs = integer("epochs", 1, 1'000'000);
  recipe.batch_size = integer("batch-size", 1, 65536);
  recipe.accumulate = integer("accumulate", 1, 65536);
  recipe.optimizer = read_optimizer(flags);
  recipe.schedule = read_schedule(flags);
  recipe.weight_decay = number("weight-decay");
  recipe.decay_norms = !given("no-norm-decay");
  recipe.layer_decay = number("layer-decay");
  recipe.head_lr_scale = number("head-lr");
  recipe.clip_norm = number("clip-grad");
  recipe.ema_decay = number("ema");
  read_save_times(text("save-every"), options);
  recipe.label_smoothing = number("smoothing");
  options.pictures = read_augment_options(flags);
  options.preprocess = read_preprocess_choice(flags);
  if (given("labels") && !given("weights"))
    throw Error(ErrorCode::usage, "--labels", "names the classes of weights, and there are none",
                "Leave it out: the classes are those of the data.");
  if (given("labels"))
    with_flag_names([&] { require_outside("labels", text("labels"), options.out, options.overwrite); });
  read_loading_options(flags, options.loading);
  recipe.seed = static_cast<uint64_t>(integer("seed", 0, std::numeric_limits<int64_t>::max()));
  recipe.precision = result.torch.precision;
  options.device = result.torch.device;
  options.loading.workers = result.torch.workers;
  if (given("freeze")) {
    if (text("freeze") != "backbone")
      throw Error(ErrorCode::usage, "--freeze", "'" + text("freeze") + "' is not 'backbone'");
    recipe.freeze_backbone = true;
  }
  // The default warm-up gives way to a run that is shorter than it; a given one does not.
  if (!given("warmup-epochs"))
    recipe.schedule.warmup_epochs =
        std::min(recipe.schedule.warmup_epochs, static_cast<double>(recipe.epochs));
  with_flag_names([&] { validate(recipe); });
  return result;
}

}  // namespace zoo::apps
