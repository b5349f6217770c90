#include "zoo/finetune/finetune.h"

#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
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

FinetuneResult run_training(ResNet& model, const FinetuneOptions& options, BatchSource train_batches,
                            BatchSource val_batches, RunDirectory& run, const FinetuneSinks& sinks) {
  FinetuneResult result;
  const TrainSinks train_sinks{.on_step = sinks.on_step,
                               .on_learnt = [&](int64_t epoch) { run.save_learnt(model, epoch); },
                               .on_epoch =
                                   [&](const EpochReport& report) {
                                     run.save_judged(model, report);
                                     if (report.best) result.best = report;
                                     result.last = report;
                                     result.wall_s += report.wall_s;
                                     if (sinks.on_epoch) sinks.on_epoch(report);
                                   },
                               .on_diverged = [&](int64_t) { run.take_back_learnt(); }};
  train(model, options.recipe, train_batches, val_batches, train_sinks, sinks.stop);
  return result;
}

// What of the run is kept, and how to go on from it. `out` as it was given.
std::string remains(const RunDirectory& run, const std::filesystem::path& out) {
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
  if (options.weights.empty() && options.arch.empty())
    throw Error(ErrorCode::usage, "weights", "neither these nor an arch is given",
                "Name a published model to start from, or an architecture to train from scratch.");
  if (options.data.data.empty())
    throw Error(ErrorCode::usage, "data", "is missing", "Name a folder or list of pictures.");
  if (options.out.empty())
    throw Error(ErrorCode::usage, "out", "is missing", "Name a new folder for the run.");
  validate(options.recipe);
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
  require_inputs_outside(options);
  RunDirectory::check(options.out, options.overwrite);
  options.data.seed = options.recipe.seed;
  options.data.run = options.weights.empty() ? std::nullopt : find_run(options.weights);
  if (options.data.new_split && !options.data.run)
    throw Error(ErrorCode::usage, "new_split", "has no effect without weights of a run", "Leave it out.");
  FinetuneData data = open_finetune_data(options.data, note);
  std::optional<ResolvedWeights> weights;
  if (!options.weights.empty())
    weights = options.resolve ? options.resolve(options.weights)
                              : resolve_weights(options.weights, Manifest::load_default());
  if (weights) require_outside("weights", weights->file, options.out, options.overwrite);
  const ArchSpec arch = weights ? weights->arch : get_arch(options.arch);
  require_fit(options.model, arch);
  const Preprocess preprocess = choose_preprocess(weights, arch, options, note);
  consider_lone_picture(data, options.recipe, preprocess.crop_px, arch, note);
  if (weights) {
    if (const auto ordered = classes_in_head_order(*weights, data.train->classes())) {
      data.train = with_classes(data.train, *ordered);
      data.val = with_classes(data.val, *ordered);
    }
  }
  const std::vector<std::string>& classes = data.train->classes();
  Start start = [&] {
    const SeedScope reproducible(options.recipe.seed);
    return build_start(weights, arch, classes, options.model);
  }();
  if (!start.note.empty()) note(start.note);
  start.model->to(options.device);
  const Augmentation augmentation = make_augmentation(options.pictures, preprocess);

  const ModelCard card{.arch = std::string(arch.name),
                       .spec = is_row(arch) ? nullptr : &keep_arch(arch),
                       .labels = classes,
                       .preprocess = preprocess};
  const std::string recipe = recipe_json(
      {options, data, weights, arch, start.head_kept, start.model->options(), augmentation, preprocess});
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
  const BatchSource train_batches = begun(source(train_loader));
  stop_early();
  RunDirectory run = RunDirectory::create(options.out, options.overwrite, recipe, start.model, card);
  FinetuneResult result;
  try {
    keep_split(data, run.path());
    result = run_training(start.model, options, train_batches, source(val_loader), run, sinks);
  } catch (const Error& error) {
    throw Error(error.code(), "", error.what(), remains(run, options.out));
  }
  result.bad_train = train_loader.bad_pictures();
  result.bad_val = val_loader.bad_pictures();
  return result;
}

}  // namespace zoo
