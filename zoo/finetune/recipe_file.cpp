#include "zoo/finetune/recipe_file.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/sha256.h"
#include "zoo/version.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

// What is written to be read again has to be what it was.
const std::string& require_text(const std::string& text, const char* what) {
  if (is_utf8(text)) return text;
  throw Error(ErrorCode::unsupported, excerpt(text), std::string(what) + " is not UTF-8, which JSON needs",
              "Rename it.");
}

Json path_json(const std::filesystem::path& path) {
  if (path.empty()) return nullptr;
  return require_text(std::filesystem::absolute(path).string(), "the path");
}

Json weights_json(const std::optional<ResolvedWeights>& weights, bool head_kept) {
  if (!weights) return nullptr;
  for (const std::string& renaming : weights->renamings) require_text(renaming, "a renaming");
  return {{"name", require_text(weights->name, "the name of the weights")},
          {"file", path_json(weights->file)},
          {"sha256", sha256_file(weights->file)},
          {"rename", weights->renamings},
          {"head", head_kept ? "kept" : "new"}};
}

Json data_json(const FinetunePlan& plan) {
  const FinetuneData& data = plan.data;
  for (const std::string& name : data.train->classes()) require_text(name, "the name of a class");
  const FinetuneDataOptions& options = plan.options.data;
  return {{"train", path_json(data.train_root)},
          {"val", path_json(data.val_root)},
          {"val_part",
           data.val_part.empty() ? Json(nullptr) : Json(require_text(data.val_part, "the name of the part"))},
          {"split", data.split ? Json(*data.split) : Json(nullptr)},
          {"root", path_json(options.source.picture_root)},
          {"classes_file", path_json(options.source.classes_file)},
          {"max_train_samples", options.max_train_samples ? Json(*options.max_train_samples) : Json(nullptr)},
          {"train_images", data.train->size()},
          {"val_images", data.val->size()},
          {"classes", data.train->classes()}};
}

// Each under the name of the program's flag.
Json model_json(const ResNetOptions& model, const ArchSpec& arch) {
  return {{"gp", to_string(model.global_pool)},
          {"output_stride", model.output_stride == 0 ? arch.reduction() : model.output_stride},
          {"drop", model.drop_rate},
          {"drop_path", model.drop_path_rate},
          {"zero_init_last", model.zero_init_last},
          {"init", model.init == Init::timm ? "timm" : "openmmlab"},
          {"frozen_stages", model.frozen_stages},
          {"norm_eval", model.norm_eval}};
}

Json mix_json(const std::optional<MixOptions>& mix) {
  if (!mix) return nullptr;
  return {{"mixup", mix->mixup_alpha},
          {"cutmix", mix->cutmix_alpha},
          {"cutmix_minmax", mix->cutmix_minmax ? Json(*mix->cutmix_minmax) : Json(nullptr)},
          {"mixup_prob", mix->prob},
          {"mixup_switch_prob", mix->switch_prob},
          {"mixup_mode", to_string(mix->mode)}};
}

// The steps are a recipe that --augment reads.
Json pictures_json(const FinetunePlan& plan) {
  const TrainingPictures& pictures = plan.options.pictures;
  const LoaderOptions& loading = plan.options.loading;
  return {{"augmentation", Json::parse(plan.augmentation.to_json())},
          {"mix", mix_json(pictures.mix)},
          {"aug_repeats", pictures.repeats},
          {"bad_images", to_string(loading.bad_pictures)},
          {"bad_limit", loading.most_bad_share},
          {"allow_truncated", loading.allow_truncated},
          {"cache", to_string(loading.cache.place)}};
}

Json optimizer_json(const OptimizerOptions& optimizer) {
  return {{"kind", to_string(optimizer.kind)},
          {"momentum", optimizer.momentum},
          {"nesterov", optimizer.nesterov},
          {"beta1", optimizer.beta1},
          {"beta2", optimizer.beta2},
          {"alpha", optimizer.alpha},
          {"eps", optimizer.eps}};
}

Json schedule_json(const Schedule& schedule) {
  return {{"kind", to_string(schedule.kind)},
          {"lr", schedule.lr},
          {"min_lr", schedule.min_lr},
          {"warmup_epochs", schedule.warmup_epochs},
          {"milestones", schedule.milestones},
          {"gamma", schedule.gamma},
          {"power", schedule.power}};
}

Json recipe_fields(const FinetuneOptions& options) {
  const Recipe& recipe = options.recipe;
  return {{"epochs", recipe.epochs},
          {"batch_size", recipe.batch_size},
          {"accumulate", recipe.accumulate},
          {"optimizer", optimizer_json(recipe.optimizer)},
          {"schedule", schedule_json(recipe.schedule)},
          {"weight_decay", recipe.weight_decay},
          {"decay_norms", recipe.decay_norms},
          {"layer_decay", recipe.layer_decay},
          {"head_lr_scale", recipe.head_lr_scale},
          {"clip_norm", recipe.clip_norm},
          {"ema_decay", recipe.ema_decay},
          {"loss", "cross_entropy"},
          {"label_smoothing", recipe.label_smoothing},
          {"precision", to_string(recipe.precision)},
          {"freeze", recipe.freeze_backbone ? Json("backbone") : Json(nullptr)},
          {"seed", recipe.seed}};
}

// How the program was called.
Json command_json(const FinetuneOptions& options) {
  const bool is_text = std::ranges::all_of(options.command, is_utf8);
  if (options.command.empty() || !is_text) return nullptr;  // JSON cannot keep it
  return {{"arguments", options.command}, {"folder", path_json(std::filesystem::current_path())}};
}

}  // namespace

std::string recipe_json(const FinetunePlan& plan) {
  const Json json{{"arch", plan.arch.name},
                  {"weights", weights_json(plan.weights, plan.head_kept)},
                  {"model", model_json(plan.model, plan.arch)},
                  {"data", data_json(plan)},
                  {"recipe", recipe_fields(plan.options)},
                  {"pictures", pictures_json(plan)},
                  {"preprocess", Json::parse(to_json(plan.preprocess))},
                  {"command", command_json(plan.options)},
                  {"machine",
                   {{"zoo", ZOO_VERSION_STRING},
                    {"libtorch", TORCH_VERSION},
                    {"cpu_capability", at::get_cpu_capability()},
                    {"device", plan.options.device.str()},
                    {"threads", at::get_num_threads()},
                    {"workers", plan.options.loading.workers}}}};
  return json.dump(2) + '\n';
}

}  // namespace zoo
