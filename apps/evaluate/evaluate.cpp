// zoo evaluate: how good a model is on a folder of labelled pictures.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include "apps/cli/data_options.h"
#include "apps/cli/flag_names.h"
#include "apps/cli/flag_values.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/json_output.h"
#include "apps/cli/left_out.h"
#include "apps/cli/loading_options.h"
#include "apps/cli/options.h"
#include "apps/cli/outputs.h"
#include "apps/cli/preprocess_options.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "apps/cli/torch_options.h"
#include "apps/cli/weights_options.h"
#include "apps/evaluate/per_image_csv.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/classifier/picture.h"
#include "zoo/classifier/prediction.h"
#include "zoo/loader/loader.h"
#include "zoo/manifest/class_match.h"
#include "zoo/train/evaluate.h"

namespace zoo::apps {
namespace {

using Clock = std::chrono::steady_clock;

struct Outcome {
  EvalResult result;
  double images_per_s = 0;
  size_t bad_pictures = 0;  // left out
};

cxxopts::Options declare_flags() {
  cxxopts::Options options =
      make_options("zoo evaluate", "--weights NAME|FILE|RUN --data DATA [OPTION...]",
                   "How good a model is on labelled pictures: top-1, top-5 and mean cross entropy.\n"
                   "Classes are matched by any of their names (tench, n01440764) or by index; pictures are\n"
                   "prepared as the weight's publisher does.");
  add_weights_options(options);
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options("Data and output");
  add("data", "one folder of pictures a class, train/ and val/, a list, an archive", text(), "DATA");
  add("part", "of data that is divided: train, val, ...; else val or test, where there is one", text(),
      "NAME");
  add("per-image", "also write one line a picture (CSV)", text(), "FILE");
  add("batch-size", "pictures at once", text()->default_value("32"), "N");
  add("json", "print one JSON object");
  add_data_options(options);
  add_loading_options(options);
  add_preprocess_options(options);
  add_torch_options(options);
  return options;
}

// The part that is asked for, else the one to judge by, else everything.
std::shared_ptr<const Dataset> open_judging_data(const cxxopts::ParseResult& flags) {
  const std::string data = flags["data"].as<std::string>();
  std::shared_ptr<const Dataset> whole = open_dataset(data, read_data_options(flags));
  report_left_out(*whole);
  if (whole->multi_label())
    throw Error(ErrorCode::unsupported, data, "its pictures have several labels each",
                "zoo evaluate counts pictures of one label so far.");
  if (flags.count("part") > 0) return take_part(whole, flags["part"].as<std::string>());
  const std::optional<std::string> part = judging_part(*whole);
  if (!part) return whole;
  print_note(data + " is divided; these are the pictures of its part " + *part);
  return take_part(whole, *part);
}

// What is counted here is one label a picture.
void require_one_label(const ResolvedWeights& weights) {
  if (weights.problem() == ProblemType::single_label_classification) return;
  throw Error(ErrorCode::unsupported, weights.name,
              weights.problem() == ProblemType::regression
                  ? "gives numbers, not one class of several"
                  : "gives each class its own probability, not one class of several",
              "zoo evaluate counts pictures of one label so far; 'zoo predict' shows what the model says.");
}

// For each class of the data its index among the model's; one without pictures need not be known.
std::vector<int64_t> match_to_model(const Dataset& dataset, const ResolvedWeights& weights) {
  const std::vector<std::string>& classes = dataset.classes();
  std::vector<bool> has_pictures(classes.size());
  for (int64_t i = 0; i < dataset.size(); ++i) has_pictures[static_cast<size_t>(dataset.label(i))] = true;
  std::vector<std::string> names;
  std::vector<size_t> positions;
  const bool take_all = weights.labels.empty();  // then their order may say what they are
  for (size_t i = 0; i < classes.size(); ++i) {
    if (!has_pictures[i] && !take_all) continue;
    names.push_back(classes[i]);
    positions.push_back(i);
  }
  const ClassMatch match = match_classes(names, {weights.labels, weights.other_names}, weights.num_classes);
  if (!match.note.empty()) print_note(match.note);
  std::vector<int64_t> indices(classes.size(), -1);
  for (size_t i = 0; i < positions.size(); ++i) indices[positions[i]] = match.indices[i];
  return indices;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string progress_text(int64_t done, int64_t all, Clock::time_point start) {
  const double seconds = seconds_since(start),
               fraction = static_cast<double>(done) / static_cast<double>(all);
  return progress_bar(fraction, 30) + ' ' + format_count(done) + " of " + format_count(all) + " pictures, " +
         duration_text(seconds / fraction - seconds) + " left";
}

Outcome run(const std::shared_ptr<const Dataset>& dataset, const std::vector<int64_t>& class_indices,
            ResNet& model, const LoaderOptions& loading, const TorchOptions& torch, PerImageCsv* per_image) {
  Loader loader(dataset, loading);
  const at::Tensor to_model = at::tensor(class_indices, at::kLong);
  std::vector<int64_t> samples;
  BatchSource source;
  source.batches_per_epoch = loader.batches_per_epoch();
  source.start_epoch = [&](int64_t epoch, int64_t first_batch) { loader.start_epoch(epoch, first_batch); };
  source.next = [&]() -> std::optional<TrainBatch> {
    auto batch = loader.next();
    if (!batch) return std::nullopt;
    samples = std::move(batch->indices);
    return TrainBatch{batch->images, to_model.index_select(0, batch->labels)};
  };
  ProgressLine progress;
  const auto start = Clock::now();
  int64_t done = 0;
  const auto follow = [&](const at::Tensor& logits, const TrainBatch& batch) {
    throw_if_interrupted();
    done += logits.size(0);
    progress.show(progress_text(done, dataset->size(), start));
    if (per_image == nullptr) return;
    const at::Tensor rows = logits.contiguous();
    const auto classes = static_cast<size_t>(rows.size(1));
    for (size_t i = 0; i < samples.size(); ++i)
      per_image->add(dataset->name(samples[i]), batch.labels[static_cast<int64_t>(i)].item<int64_t>(),
                     {rows.const_data_ptr<float>() + i * classes, classes});
  };
  Outcome outcome;
  outcome.result = evaluate(model, source, torch.precision, follow);
  progress.clear();
  report_bad_pictures(loader.bad_pictures());
  outcome.bad_pictures = loader.bad_pictures().size();
  outcome.images_per_s = static_cast<double>(outcome.result.images) / seconds_since(start);
  return outcome;
}

void print_table(const Outcome& outcome, const std::string& weights, const std::string& data) {
  const EvalResult& result = outcome.result;
  std::printf(
      "weights  %s\ndata     %s, %s pictures\ntop-1    %.2f %%\ntop-5    %.2f %%\nloss     %.6f\n"
      "speed    %.0f images/s\n",
      printable(weights).c_str(), printable(data).c_str(), format_count(result.images).c_str(), result.top1,
      result.top5, result.loss, outcome.images_per_s);
}

void print_json(const Outcome& outcome) {
  const EvalResult& result = outcome.result;
  const nlohmann::ordered_json object = {{"top1", result.top1},
                                         {"top5", result.top5},
                                         {"loss", result.loss},
                                         {"images", result.images},
                                         {"bad_images", outcome.bad_pictures},
                                         {"images_per_s", outcome.images_per_s}};
  write_json(object);
}

int command(const std::vector<std::string>& arguments) {
  cxxopts::Options options = declare_flags();
  const cxxopts::ParseResult flags = parse_options(options, arguments);
  operands(options, flags, {});
  const TorchOptions torch = read_torch_options(flags);
  if (flags.count("data") == 0)
    throw Error(ErrorCode::usage, "--data", "is missing", "Name a folder or list of pictures.");
  const std::string data = flags["data"].as<std::string>();
  LoaderOptions loading;
  loading.batch_size = parse_integer("--batch-size", flags["batch-size"].as<std::string>(), 1, 65536);
  loading.workers = torch.workers;
  read_loading_options(flags, loading);
  start_torch(torch);

  const ResolvedWeights weights = read_weights(flags);
  require_picture_classifier(weights);
  require_one_label(weights);
  loading.preprocess = override_preprocess(weights.preprocess, flags);
  const std::shared_ptr<const Dataset> dataset = open_judging_data(flags);
  with_flag_names([&] { require_present(*dataset); });
  const std::vector<std::string> names = class_names(weights.labels, weights.num_classes);
  const std::vector<int64_t> class_indices = match_to_model(*dataset, weights);
  std::optional<PerImageCsv> per_image;
  const InterruptGuard whole_files_only;
  if (flags.count("per-image") > 0) {
    std::vector<std::filesystem::path> inputs{weights.file};
    for (const char* flag : {"data", "root", "classes", "labels"})
      if (flags.count(flag) > 0) inputs.emplace_back(flags[flag].as<std::string>());
    require_no_input("--per-image", flags["per-image"].as<std::string>(), inputs);
    per_image.emplace(flags["per-image"].as<std::string>(), names);
  }

  ResNet model = build_model(weights);
  model->to(torch.device);
  const Outcome outcome =
      run(dataset, class_indices, model, loading, torch, per_image ? &*per_image : nullptr);
  if (!std::isfinite(outcome.result.loss))
    throw Error(ErrorCode::mismatch, weights.name, "its scores are not finite numbers",
                "The checkpoint holds damaged or diverged weights.");
  if (per_image) per_image->commit();
  if (flags.count("json") > 0)
    print_json(outcome);
  else
    print_table(outcome, weights.name, data);
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::command);
}
