#include "apps/finetune/finetune_options.h"

#include <algorithm>
#include <limits>

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
      "max-train-samples", "learn from so many pictures only", plain(), "N")(
      "out", "the run's new folder", plain(), "RUN_DIR")("overwrite", "replace the run that is there")(
      "json", "print the result as one JSON object");
  options.add_options("Recipe")("epochs", "passes over the pictures", text(std::to_string(recipe.epochs)),
                                "N")("batch-size", "pictures a step", text(std::to_string(recipe.batch_size)),
                                     "N")("lr", "learning rate at the end of the warm-up; then cosine to 0",
                                          text(decimal(recipe.lr)), "X")(
      "warmup-epochs", "linear rise at the start", text(decimal(recipe.warmup_epochs)), "X")(
      "momentum", "of SGD", text(decimal(recipe.momentum)), "X")("nesterov", "Nesterov's form of momentum")(
      "weight-decay", "of all parameters", text(decimal(recipe.weight_decay)), "X")(
      "smoothing", "label smoothing: share of the target that all classes have alike",
      text(decimal(recipe.label_smoothing)),
      "X")("freeze", "'backbone': only the head learns", plain(), "PART")(
      "seed", "of the head, the split, the order and the crops", text(std::to_string(recipe.seed)), "N");
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
  recipe.lr = number("lr");
  recipe.warmup_epochs = number("warmup-epochs");
  recipe.momentum = number("momentum");
  recipe.nesterov = given("nesterov");
  recipe.weight_decay = number("weight-decay");
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
    recipe.warmup_epochs = std::min(recipe.warmup_epochs, static_cast<double>(recipe.epochs));
  with_flag_names([&] { validate(recipe); });
  return result;
}

}  // namespace zoo::apps
