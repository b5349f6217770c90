#include "zoo/finetune/finetune.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/finetune/learnt_data.h"
#include "zoo/finetune/recipe_file.h"
#include "zoo/loader/check_headers.h"
#include "zoo/train/run_folder.h"
#include "zoo/train/seed_scope.h"

namespace zoo {
namespace {

// What the model sees: the weight's own preprocessing or the arch's default, with what is chosen.
Preprocess choose_preprocess(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                             const FinetuneOptions& options, const NoteSink& note) {
  Preprocess preprocess =
      choose(weights ? weights->preprocess : default_preprocess(arch), options.preprocess);
  if (preprocess.crop_px == 0) {
    const bool says = preprocess.resize == ResizeMode::square;
    const bool smaller = preprocess.resize != ResizeMode::none && preprocess.resize_px < arch.input_px;
    preprocess.crop_px = says || smaller ? preprocess.resize_px : arch.input_px;
    if (!says)
      note("these weights take pictures of any size: the model learns from " +
           std::to_string(preprocess.crop_px) + " pixels" +
           (smaller ? "" : ", as " + std::string(arch.name) + " was published for") +
           "; image_size = N says another");
  }
  // Pictures of one's own are of any size, even where the published set's were not.
  if (preprocess.resize == ResizeMode::none && !options.preprocess.resize) {
    preprocess.resize = ResizeMode::short_edge;
    preprocess.resize_px = preprocess.crop_px;
  }
  if (preprocess.resize != ResizeMode::none && preprocess.resize_px < preprocess.crop_px)
    throw Error(ErrorCode::usage, "resize",
                std::to_string(preprocess.resize_px) + " is smaller than the picture that the model sees, " +
                    std::to_string(preprocess.crop_px),
                "Give a larger one, or a smaller image_size.");
  return preprocess;
}

BatchSource source(Loader& loader) {
  return {[&loader](int64_t epoch, int64_t first_batch) { loader.start_epoch(epoch, first_batch); },
          [&loader]() -> std::optional<TrainBatch> {
            auto batch = loader.next();
            if (!batch) return std::nullopt;
            return TrainBatch{batch->images, batch->labels, batch->mixed_labels};
          },
          loader.batches_per_epoch(), [&loader] { return std::ssize(loader.bad_pictures()); }};
}

// The same with its first batch made already: what is wrong with the reading of pictures shows before a run
// begins.
BatchSource begun(BatchSource source, int64_t epoch, int64_t first_batch) {
  source.start_epoch(epoch, first_batch);
  const auto first = std::make_shared<std::optional<TrainBatch>>(source.next());
  const auto is_begun = std::make_shared<bool>(true);
  return {[source, is_begun](int64_t next_epoch, int64_t next_batch) {
            if (!std::exchange(*is_begun, false)) source.start_epoch(next_epoch, next_batch);
          },
          [source, first] { return *first ? std::exchange(*first, std::nullopt) : source.next(); },
          source.batches_per_epoch, source.left_out};
}

LoaderOptions loading_of(const FinetuneOptions& options, const Preprocess& preprocess) {
  LoaderOptions loading = options.loading;
  loading.batch_size = options.recipe.batch_size;
  loading.pinned = options.device.is_cuda();
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
                           const ArchSpec& arch, const NoteSink& note) {
  const int64_t left_over = data.train->size() % recipe.batch_size;
  if (recipe.freeze_backbone || !lone_picture(1, side_px, side_px, arch)) return;
  if (recipe.batch_size == 1)
    throw Error(
        ErrorCode::usage, "batch_size",
        "1 is too small: at " + std::to_string(side_px) + " pixels batch norm sees one number a channel",
        "Use 2 or more, a larger image_size, or freeze the backbone.");
  if (left_over == 1)
    note(
        "each epoch leaves out one picture, another each time: a last batch of one teaches batch norm "
        "nothing");
}

// What the state of a training is of: the pictures in their order, and their classes.
std::string fingerprint(const FinetuneData& data) {
  Sha256 sum;
  const auto add = [&](const std::string& text) {
    const std::string line = text + '\n';
    sum.update(std::as_bytes(std::span(line)));
  };
  for (const std::string& name : data.train->classes()) add(name);
  for (const auto& set : {data.train, data.val})
    for (int64_t i = 0; i < set->size(); ++i) add(std::to_string(set->label(i)) + " " + set->name(i));
  return sum.hex();
}

// On another machine sums are made in another order.
std::string machine_text() {
  return "LibTorch " TORCH_VERSION ", " + at::get_cpu_capability() + ", " +
         std::to_string(at::get_num_threads()) + (at::get_num_threads() == 1 ? " thread" : " threads");
}

// Says when the state of the training is to be saved between epochs.
class SaveTimes {
 public:
  explicit SaveTimes(const FinetuneOptions& options)
      : seconds_(options.save_every_s), steps_(options.save_every_steps) {}
  bool due(int64_t step) {
    const auto now = std::chrono::steady_clock::now();
    const bool late = seconds_ > 0 && std::chrono::duration<double>(now - last_).count() >= seconds_;
    if (!late && (steps_ == 0 || step % steps_ != 0)) return false;
    last_ = now;
    return true;
  }

 private:
  double seconds_;
  int64_t steps_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// What metrics.jsonl says of the epochs before.
FinetuneResult result_so_far(const std::filesystem::path& run, const TrainState& state) {
  FinetuneResult result;
  result.wall_s = state.seconds;
  std::error_code error;
  if (!std::filesystem::exists(run / kRunMetrics, error)) return result;
  std::istringstream lines(read_text(run / kRunMetrics));
  for (std::string text; std::getline(lines, text);) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) continue;
    const auto number = [&](const char* name) {
      return line.contains(name) && line[name].is_number() ? line[name].get<double>() : 0;
    };
    EpochReport report;
    report.epoch = static_cast<int64_t>(number("epoch")) - 1;
    report.train_loss = number("train_loss");
    report.train_top1 = number("train_top1");
    report.images_per_s = number("images_per_s");
    report.val = {.loss = number("val_loss"), .top1 = number("val_top1"), .top5 = number("val_top5")};
    if (report.epoch == state.best_epoch) result.best = report;
    result.last = report;
  }
  return result;
}

FinetuneResult run_training(ResNet& model, const FinetuneOptions& options, BatchSource train_batches,
                            BatchSource val_batches, RunDirectory& run, const std::string& data_fingerprint,
                            const TrainState* resumed, const FinetuneSinks& sinks) {
  FinetuneResult result = resumed != nullptr ? result_so_far(run.path(), *resumed) : FinetuneResult();
  SaveTimes times(options);
  const auto failed = [&](const std::string& message) {
    if (sinks.on_note)
      sinks.on_note("the state of the training could not be saved, the one before is kept: " + message);
  };
  const TrainSinks train_sinks{
      .on_step = sinks.on_step,
      .on_learnt = [&](int64_t epoch) { run.save_learnt(model, epoch); },
      .on_epoch =
          [&](const EpochReport& report) {
            run.save_judged(model, report);
            if (report.best) result.best = report;
            result.last = report;
            result.wall_s += report.wall_s;
            if (sinks.on_epoch) sinks.on_epoch(report);
          },
      .on_diverged = [&](int64_t) { run.take_back_learnt(); },
      .on_state =
          [&](TrainState state) {
            state.notes = {{"config", run.config()}, {"data", data_fingerprint}, {"machine", machine_text()}};
            run.save_state(std::move(state), failed);
          },
      .state_due = [&](int64_t step) { return times.due(step); }};
  Trainer trainer(model, options.recipe, train_batches, val_batches, train_sinks, sinks.stop);
  if (resumed != nullptr) trainer.restore(*resumed);
  trainer.run();
  return result;
}

// What of the run is kept, and how to go on from it. `out` as it was given.
std::string remains(RunDirectory& run, const std::filesystem::path& out) {
  const std::filesystem::path folder = run.is_beside() ? run.path() : out;
  std::string text;
  if (const auto last = run.last_epoch()) {
    text = "Epoch " + std::to_string(*last + 1) +
           (run.judged_epoch() == last ? "" : ", without its line in metrics.jsonl,") +
           " is kept: go on from it with weights = " + (folder / "last").string();
    if (const auto best = run.best_epoch())
      text += ", or from the best (epoch " + std::to_string(*best + 1) +
              ") with weights = " + (folder / "best").string();
    text += '.';
  } else {
    text = "There was no model to keep yet.";
  }
  if (run.has_state()) text += " Go on where it was with resume = " + folder.string() + '.';
  std::error_code none;
  const bool old_is_there = run.is_beside() && std::filesystem::exists(out, none);
  return old_is_there ? text + ' ' + out.string() + " is still the run that was there." : text;
}

void require_inputs_outside(const FinetuneOptions& options) {
  const std::pair<const char*, std::filesystem::path> inputs[]{
      {"weights", options.weights},
      {"data", options.data.data},
      {"val", options.data.val},
      {"picture_root", options.data.source.picture_root},
      {"classes_file", options.data.source.classes_file},
      {"augment", options.pictures.recipe},
      {"cache_folder", options.loading.cache.folder}};
  for (const auto& [field, input] : inputs) require_outside(field, input, options.out, options.overwrite);
}

void require_given(const FinetuneOptions& options) {
  if (!options.resume.empty()) return validate(options.recipe);
  if (options.weights.empty() && options.arch.empty())
    throw Error(ErrorCode::usage, "weights", "neither these nor an arch is given",
                "Name a published model to start from, or an architecture to train from scratch.");
  if (options.data.data.empty())
    throw Error(ErrorCode::usage, "data", "is missing", "Name a folder or list of pictures.");
  if (options.out.empty())
    throw Error(ErrorCode::usage, "out", "is missing", "Name a new folder for the run.");
  validate(options.recipe);
}

// A run that is taken up again.
struct Resumed {
  TrainState state;
  ModelConfig config;
};

Resumed read_resumed(const std::filesystem::path& run, const NoteSink& note) {
  const std::filesystem::path path = run / kRunState;
  std::string told;
  Resumed resumed{read_state(path, &told), {}};
  if (!told.empty()) note(told);
  if (!resumed.state.notes.contains("config"))
    throw Error(ErrorCode::corrupt, path.string(), "does not say which model it is of");
  resumed.config = parse_config_json(resumed.state.notes.at("config"), path.string());
  const std::string now = machine_text();
  if (const auto before = resumed.state.notes.find("machine");
      before != resumed.state.notes.end() && before->second != now)
    note("it goes on with " + now + ", and was stopped with " + before->second +
         ": the last bits may differ");
  return resumed;
}

// What a new run is made of, or what a run that is taken up was made of.
struct Plan {
  FinetuneData data;
  std::optional<ResolvedWeights> weights;
  ArchSpec arch;
  Preprocess preprocess;
};

Plan plan_new(FinetuneOptions& options, const NoteSink& note) {
  require_inputs_outside(options);
  RunDirectory::check(options.out, options.overwrite);
  options.data.run = options.weights.empty() ? std::nullopt : find_run(options.weights);
  if (options.data.new_split && !options.data.run)
    throw Error(ErrorCode::usage, "new_split", "has no effect without weights of a run", "Leave it out.");
  Plan plan{.data = open_finetune_data(options.data, note), .weights = {}, .arch = {}, .preprocess = {}};
  if (!options.weights.empty())
    plan.weights = options.resolve ? options.resolve(options.weights)
                                   : resolve_weights(options.weights, Manifest::load_default());
  if (plan.weights) require_outside("weights", plan.weights->file, options.out, options.overwrite);
  plan.arch = plan.weights ? plan.weights->arch : get_arch(options.arch);
  require_fit(options.model, plan.arch);
  plan.preprocess = choose_preprocess(plan.weights, plan.arch, options, note);
  if (plan.weights) {
    if (const auto ordered = classes_in_head_order(*plan.weights, plan.data.train->classes())) {
      plan.data.train = with_classes(plan.data.train, *ordered);
      plan.data.val = with_classes(plan.data.val, *ordered);
    }
  }
  return plan;
}

Plan plan_resumed(FinetuneOptions& options, const Resumed& resumed, const NoteSink& note) {
  options.out = options.resume;
  options.data.run = std::nullopt;
  options.data.new_split = false;
  std::error_code error;
  if (const auto split = options.out / kRunSplit; std::filesystem::exists(split, error)) {
    options.data.data = split;
    options.data.val.clear();
  }
  Plan plan{.data = open_finetune_data(options.data, note),
            .weights = {},
            .arch = arch_of(resumed.config.card),
            .preprocess = resumed.config.card.preprocess};
  const std::vector<std::string>& labels = resumed.config.card.labels;
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::mismatch, options.out.string(), what,
                "Put the data back as it was, or begin a new run with weights = " +
                    (options.out / "last").string() + ".");
  };
  const std::set<std::string> own(labels.begin(), labels.end()),
      found(plan.data.train->classes().begin(), plan.data.train->classes().end());
  if (own != found) refuse("the classes of the data are not those that the run has learnt so far");
  plan.data.train = with_classes(plan.data.train, labels);
  plan.data.val = with_classes(plan.data.val, labels);
  const auto known = resumed.state.notes.find("data");
  if (known == resumed.state.notes.end() || known->second != fingerprint(plan.data))
    refuse(
        "the pictures of the data, or which are learnt from and which judged by, have changed since the run "
        "was "
        "stopped");
  return plan;
}

}  // namespace

void require_outside(const std::string& field, const std::filesystem::path& input,
                     const std::filesystem::path& out, bool overwrite) {
  if (input.empty()) return;
  const auto refuse = [&](const std::string& folder, const std::string& reason) {
    throw Error(ErrorCode::usage, field, "'" + input.string() + "' lies in " + folder + reason,
                "Give out = another folder.");
  };
  const std::filesystem::path target = real_path(out);
  if (lies_in(input, target))
    refuse(out.string(), overwrite ? ", which overwrite = true replaces" : ", where the new run is made");
  for (const char* ending : {".new", ".old"})
    if (const std::string beside = target.string() + ending; lies_in(input, beside))
      refuse(beside, ", which belongs to the run in " + out.string());
}

FinetuneResult finetune(const FinetuneOptions& given, const FinetuneSinks& sinks) {
  const NoteSink note = sinks.on_note ? sinks.on_note : [](const std::string&) {};
  FinetuneOptions options = given;
  require_given(options);
  options.data.seed = options.recipe.seed;
  std::optional<Resumed> resumed;
  if (!options.resume.empty()) resumed = read_resumed(options.resume, note);
  const auto [data, weights, arch, preprocess] =
      resumed ? plan_resumed(options, *resumed, note) : plan_new(options, note);
  consider_lone_picture(data, options.recipe, preprocess.crop_px, arch, note);
  const std::vector<std::string>& classes = data.train->classes();
  Start start = [&, &from = weights, &of = arch] {
    if (resumed) return Start{build_resumed(resumed->config, options.model), false, {}};
    const SeedScope reproducible(options.recipe.seed);
    return build_start(from, of, classes, options.model);
  }();
  if (!start.note.empty()) note(start.note);
  start.model->to(options.device);
  const Augmentation augmentation = make_augmentation(options.pictures, preprocess);

  const ModelCard card{.arch = std::string(arch.name),
                       .spec = is_row(arch) ? nullptr : &keep_arch(arch),
                       .labels = classes,
                       .preprocess = preprocess};
  if (sinks.on_start)
    sinks.on_start({card.arch, classes, data.train->size(), data.val->size(), preprocess.crop_px});

  const auto stop_early = [&] {
    if (sinks.stop && sinks.stop())
      throw Error(ErrorCode::interrupted, {}, "interrupted", "No step was made, and nothing was written.");
  };
  Loader train_loader = make_train_loader(data, options, augmentation, preprocess);
  Loader val_loader(data.val, loading_of(options, preprocess));
  if (data.whole) {
    require_present(*data.whole);
  } else {
    require_present(*data.train);
    require_present(*data.val);
  }
  check_headers(*data.val, loading_of(options, preprocess), stop_early);
  const BatchSource train_batches =
      begun(source(train_loader), resumed ? resumed->state.epoch : 0, resumed ? resumed->state.batches : 0);
  stop_early();
  RunDirectory run =
      resumed ? RunDirectory::resume(options.out, start.model, card, resumed->state)
              : RunDirectory::create(options.out, options.overwrite,
                                     recipe_json({options, data, weights, arch, start.head_kept,
                                                  start.model->options(), augmentation, preprocess}),
                                     start.model, card);
  FinetuneResult result;
  try {
    if (!resumed) keep_split(data, run.path());
    result = run_training(start.model, options, train_batches, source(val_loader), run, fingerprint(data),
                          resumed ? &resumed->state : nullptr, sinks);
  } catch (const Error& error) {
    throw Error(error.code(), "", error.what(), remains(run, options.out));
  }
  result.bad_train = train_loader.bad_pictures();
  result.bad_val = val_loader.bad_pictures();
  return result;
}

}  // namespace zoo
