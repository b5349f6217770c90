// zoo finetune: a published model, or none, and a folder of pictures become a model of those classes.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/interrupt.h"
#include "apps/cli/json_output.h"
#include "apps/cli/loading_options.h"
#include "apps/cli/options.h"
#include "apps/cli/preprocess_options.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "apps/cli/weights_options.h"
#include "apps/finetune/augment_options.h"
#include "apps/finetune/finetune_data.h"
#include "apps/finetune/finetune_model.h"
#include "apps/finetune/finetune_options.h"
#include "apps/finetune/finetune_recipe.h"
#include "apps/finetune/finetune_split.h"
#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/loader/check_headers.h"
#include "zoo/loader/loader.h"
#include "zoo/train/run_dir.h"
#include "zoo/train/run_folder.h"
#include "zoo/train/seed_scope.h"
#include "zoo/train/trainer.h"

namespace zoo::apps {
namespace {

void note(const std::string& text) {
  print_note(text);
}

// What the model sees: the weight's own preprocessing or the arch's default, with the flags.
Preprocess choose_preprocess(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                             const cxxopts::ParseResult& flags) {
  Preprocess preprocess =
      override_preprocess(weights ? weights->preprocess : default_preprocess(arch), flags);
  if (preprocess.crop_px == 0) {
    const bool says = preprocess.resize == ResizeMode::square;
    const bool smaller = preprocess.resize != ResizeMode::none && preprocess.resize_px < arch.input_px;
    preprocess.crop_px = says || smaller ? preprocess.resize_px : arch.input_px;
    if (!says)
      note("these weights take pictures of any size: the model learns from " +
           std::to_string(preprocess.crop_px) + " pixels" +
           (smaller ? "" : ", as " + std::string(arch.name) + " was published for") +
           "; --image-size says another");
  }
  // Pictures of one's own are of any size, even where the published set's were not.
  if (preprocess.resize == ResizeMode::none && flags.count("resize") == 0) {
    preprocess.resize = ResizeMode::short_edge;
    preprocess.resize_px = preprocess.crop_px;
  }
  if (preprocess.resize != ResizeMode::none && preprocess.resize_px < preprocess.crop_px)
    throw Error(ErrorCode::usage, "--resize",
                std::to_string(preprocess.resize_px) + " is smaller than the picture that the model sees, " +
                    std::to_string(preprocess.crop_px),
                "Give a larger one, or a smaller --image-size.");
  return preprocess;
}

Start start_model(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                  const std::vector<std::string>& classes, const FinetuneOptions& options) {
  const SeedScope reproducible(options.recipe.seed);
  Start start = build_start(weights, arch, classes, options.model);
  if (!start.note.empty()) note(start.note);
  return start;
}

BatchSource source(Loader& loader) {
  return {[&loader](int64_t epoch) { loader.start_epoch(epoch); },
          [&loader]() -> std::optional<TrainBatch> {
            auto batch = loader.next();
            if (!batch) return std::nullopt;
            return TrainBatch{batch->images, batch->labels, batch->mixed_labels};
          },
          loader.batches_per_epoch(), [&loader] { return std::ssize(loader.bad_pictures()); }};
}

// The same with its first batch made already: what is wrong with the reading of pictures shows before a run
// begins.
BatchSource begun(BatchSource source) {
  source.start_epoch(0);
  const auto first = std::make_shared<std::optional<TrainBatch>>(source.next());
  return {[source, first](int64_t epoch) {
            if (epoch > 0) source.start_epoch(epoch);
          },
          [source, first] { return *first ? std::exchange(*first, std::nullopt) : source.next(); },
          source.batches_per_epoch, source.left_out};
}

LoaderOptions loading_of(const FinetuneOptions& options, const Preprocess& preprocess) {
  LoaderOptions loading = options.loading;
  loading.batch_size = options.recipe.batch_size;
  loading.workers = options.torch.workers;
  loading.pinned = options.torch.device.is_cuda();
  loading.preprocess = preprocess;
  loading.seed = options.recipe.seed;
  return loading;
}

Loader make_train_loader(const FinetuneData& data, const FinetuneOptions& options,
                         const Augmentation& augmentation, const Preprocess& preprocess) {
  LoaderOptions loading = loading_of(options, preprocess);
  loading.dtype = options.recipe.precision == Precision::bf16 ? at::kBFloat16 : at::kFloat;
  loading.train = augmentation;
  loading.mix = options.pictures.mix;
  loading.repeats = options.pictures.repeats;
  return Loader(data.train, loading);
}

// Batch norm cannot learn from one picture of one pixel a map: said before hours are spent.
void consider_lone_picture(const FinetuneData& data, const Recipe& recipe, int64_t side_px,
                           const ArchSpec& arch) {
  const int64_t left_over = data.train->size() % recipe.batch_size;
  if (recipe.freeze_backbone || !lone_picture(1, side_px, side_px, arch)) return;
  if (recipe.batch_size == 1)
    throw Error(
        ErrorCode::usage, "--batch-size",
        "1 is too small: at " + std::to_string(side_px) + " pixels batch norm sees one number a channel",
        "Use 2 or more, a larger --image-size, or --freeze backbone.");
  if (left_over == 1)
    note(
        "each epoch leaves out one picture, another each time: a last batch of one teaches batch norm "
        "nothing");
}

std::string step_text(const StepReport& report, int64_t epochs) {
  const double fraction = static_cast<double>(report.step + 1) / static_cast<double>(report.steps_per_epoch);
  char numbers[160];
  std::snprintf(numbers, sizeof numbers, " loss %.4f  top-1 %.1f %%  %.0f images/s  ", report.loss,
                report.top1, report.images_per_s);
  return "epoch " + std::to_string(report.epoch + 1) + "/" + std::to_string(epochs) + ' ' +
         progress_bar(fraction, 20) + numbers + duration_text(report.seconds_left) + " left";
}

std::string epoch_text(const EpochReport& report, int64_t epochs) {
  char text[240];
  std::snprintf(text, sizeof text,
                "epoch %lld/%lld  loss %.4f  top-1 %.1f %%  val loss %.4f  val top-1 %.2f %%%s  %.0f "
                "images/s, %.0f %% waiting for "
                "data  ",
                static_cast<long long>(report.epoch + 1), static_cast<long long>(epochs), report.train_loss,
                report.train_top1, report.val.loss, report.val.top1, report.best ? " *" : "  ",
                report.images_per_s, 100 * report.data_wait_s / report.train_s);
  return text + duration_text(report.wall_s);
}

struct Outcome {
  EpochReport best, last;
  double wall_s = 0;
};

Outcome run_training(Start& start, const FinetuneOptions& options, BatchSource train_batches,
                     BatchSource val_batches, RunDirectory& run) {
  Outcome outcome;
  ProgressLine progress;
  const int64_t epochs = options.recipe.epochs;
  const TrainSinks sinks{.on_step =
                             [&](const StepReport& report) {
                               if (progress.due()) progress.show(step_text(report, epochs));
                             },
                         .on_learnt = [&](int64_t epoch) { run.save_learnt(start.model, epoch); },
                         .on_epoch =
                             [&](const EpochReport& report) {
                               run.save_judged(start.model, report);
                               if (report.best) outcome.best = report;
                               outcome.last = report;
                               outcome.wall_s += report.wall_s;
                               progress.clear();
                               std::cerr << epoch_text(report, epochs) << std::endl;
                             },
                         .on_diverged = [&](int64_t) { run.take_back_learnt(); }};
  train(start.model, options.recipe, train_batches, val_batches, sinks, interrupted);
  return outcome;
}

// What of the run is kept, and how to go on from it. `out` as it was given.
std::string remains(const RunDirectory& run, const std::filesystem::path& out) {
  const std::filesystem::path folder = run.is_beside() ? run.path() : out;
  std::string text;
  if (const auto last = run.last_epoch()) {
    text = "Epoch " + std::to_string(*last + 1) +
           (run.judged_epoch() == last ? "" : ", without its line in metrics.jsonl,") +
           " is kept: go on from it with --weights " + (folder / "last").string();
    if (const auto best = run.best_epoch())
      text += ", from the best (epoch " + std::to_string(*best + 1) + ") with --weights " +
              (folder / "best").string();
    text += '.';
  } else {
    text = "There was no model to keep yet.";
  }
  std::error_code none;
  const bool old_is_there = run.is_beside() && std::filesystem::exists(out, none);
  return old_is_there ? text + ' ' + out.string() + " is still the run that was there." : text;
}

void print_summary(const Outcome& outcome, const FinetuneOptions& options) {
  const EpochReport &best = outcome.best, &last = outcome.last;
  if (options.json) {
    const nlohmann::ordered_json json{
        {"best_epoch", best.epoch + 1},      {"best_val_top1", best.val.top1},
        {"best_val_loss", best.val.loss},    {"last_epoch", last.epoch + 1},
        {"last_val_top1", last.val.top1},    {"last_val_top5", last.val.top5},
        {"last_val_loss", last.val.loss},    {"last_train_loss", last.train_loss},
        {"images_per_s", last.images_per_s}, {"wall_s", outcome.wall_s},
        {"out", options.out.string()}};
    write_json(json);
    return;
  }
  std::printf("best    epoch %lld, top-1 %.2f %%, in %s\nlast    epoch %lld, top-1 %.2f %%, in %s\n",
              static_cast<long long>(best.epoch + 1), best.val.top1,
              printable((options.out / "best").native()).c_str(), static_cast<long long>(last.epoch + 1),
              last.val.top1, printable((options.out / "last").native()).c_str());
}

// Nothing that is read may lie where a run is made, beside which a new one is made, or that is replaced: it
// would be removed, and the run could not say any more what it came from.
void require_inputs_outside(const FinetuneOptions& options, const cxxopts::ParseResult& flags) {
  const std::filesystem::path out = real_path(options.out);
  const std::string why = options.overwrite ? ", which --overwrite replaces" : ", where the new run is made";
  for (const char* flag : {"weights", "data", "val", "root", "classes", "labels", "augment", "cache-dir"}) {
    if (flags.count(flag) == 0) continue;
    const auto input = flags[flag].as<std::string>();
    const auto refuse = [&](const std::string& folder, const std::string& reason) {
      throw Error(ErrorCode::usage, std::string("--") + flag, "'" + input + "' lies in " + folder + reason,
                  "Give --out another folder.");
    };
    if (lies_in(input, out)) refuse(options.out.string(), why);
    for (const char* ending : {".new", ".old"})
      if (const std::string beside = out.string() + ending; lies_in(input, beside))
        refuse(beside, ", which belongs to the run in " + options.out.string());
  }
}

int command(const std::vector<std::string>& arguments) {
  cxxopts::Options declared = declare_finetune_flags();
  const cxxopts::ParseResult flags = parse_options(declared, arguments);
  operands(declared, flags, {});
  FinetuneOptions options = read_finetune_flags(flags);
  require_inputs_outside(options, flags);
  RunDirectory::check(options.out, options.overwrite);
  start_torch(options.torch);

  if (flags.count("weights") > 0) options.data.run = find_run(flags["weights"].as<std::string>());
  if (options.data.new_split && !options.data.run)
    throw Error(ErrorCode::usage, "--new-split", "has no effect without weights of a run", "Leave it out.");
  FinetuneData data = open_finetune_data(options.data);
  std::optional<ResolvedWeights> weights;
  if (flags.count("weights") > 0) weights = read_weights(flags);
  const ArchSpec arch = weights ? weights->arch : get_arch(flags["arch"].as<std::string>());
  require_fit(options.model, arch);
  const Preprocess preprocess = choose_preprocess(weights, arch, flags);
  consider_lone_picture(data, options.recipe, preprocess.crop_px, arch);
  if (weights) {
    if (const auto ordered = classes_in_head_order(*weights, data.train->classes())) {
      data.train = with_classes(data.train, *ordered);
      data.val = with_classes(data.val, *ordered);
    }
  }
  const std::vector<std::string>& classes = data.train->classes();
  Start start = start_model(weights, arch, classes, options);
  start.model->to(options.torch.device);
  const Augmentation augmentation = make_augmentation(options.pictures, preprocess);

  const ModelCard card{.arch = std::string(arch.name),
                       .spec = is_row(arch) ? nullptr : &keep_arch(arch),
                       .labels = classes,
                       .preprocess = preprocess};
  const std::string recipe = recipe_json(
      {options, data, weights, arch, start.head_kept, start.model->options(), augmentation, preprocess});
  std::cerr << data.train->size() << " pictures to learn from, " << data.val->size() << " to judge by, "
            << classes_text(classes) << "; " << card.arch << " at " << preprocess.crop_px << " pixels in "
            << to_string(options.recipe.precision) << '\n';

  const InterruptGuard whole_steps_only;
  const auto stop_early = [] { throw_if_interrupted("No step was made, and nothing was written."); };
  Loader train_loader = make_train_loader(data, options, augmentation, preprocess);
  Loader val_loader(data.val, loading_of(options, preprocess));
  require_present(*data.train);
  require_present(*data.val);
  check_headers(*data.val, loading_of(options, preprocess), stop_early);
  const BatchSource train_batches = begun(source(train_loader));
  stop_early();
  RunDirectory run = RunDirectory::create(options.out, options.overwrite, recipe, start.model, card);
  Outcome outcome;
  try {
    keep_split(data, run.path());
    outcome = run_training(start, options, train_batches, source(val_loader), run);
  } catch (const Error& error) {
    throw Error(error.code(), "", error.what(), remains(run, options.out));
  }
  report_bad_pictures(train_loader);
  report_bad_pictures(val_loader);
  print_summary(outcome, options);
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::command);
}
