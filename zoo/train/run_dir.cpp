#include "zoo/train/run_dir.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/models/load.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecipe = "recipe.json", kMetrics = "metrics.jsonl";
constexpr std::string_view kSplit = "split.json";  // written by whoever splits the data
constexpr std::array<std::string_view, 2> kModelFiles{"config.json", "model.safetensors"};
// The model folders, and where each is written before it takes its name.
constexpr std::array<std::string_view, 4> kModelFolders{"best", "last", ".best.new", ".last.new"};

[[noreturn]] void fail(const fs::path& path, const std::string& action, int error) {
  throw Error(ErrorCode::io, path.string(), "cannot " + action + ": " + std::strerror(error) + ".");
}

void remove_model_folder(const fs::path& folder) {
  std::error_code ignored;
  for (const std::string_view file : kModelFiles) fs::remove(folder / file, ignored);
  fs::remove(folder, ignored);  // refuses while something is in it
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

// `fresh` takes the place of `target`; whatever happens, `target` is the old folder or the new one.
void exchange_folder(const fs::path& fresh, const fs::path& target) {
  if (!fs::exists(target)) {
    if (::rename(fresh.c_str(), target.c_str()) != 0) fail(target, "be written", errno);
  } else {
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
      fail(target, "be replaced", errno);
    remove_model_folder(fresh);
  }
  sync_folder(target.parent_path());
}

void replace_model(const fs::path& run, const std::string& name, const ResNet& model, const ModelCard& card) {
  const fs::path fresh = run / ("." + name + ".new");
  try {
    save_model_directory(fresh, model, card);
    exchange_folder(fresh, run / name);
  } catch (...) {
    remove_model_folder(fresh);
    throw;
  }
}

bool contains(const auto& names, const fs::path& file) {
  return std::find(names.begin(), names.end(), file.filename().string()) != names.end();
}

// The first thing in a run's folder that no run puts there; empty if there is none.
fs::path foreign_file(const fs::path& run) {
  for (const auto& entry : fs::directory_iterator(run)) {
    const fs::path name = entry.path().filename();
    if (name == kRecipe || name == kMetrics || name == kSplit) continue;
    if (!contains(kModelFolders, name) || !entry.is_directory()) return entry.path();
    for (const auto& file : fs::directory_iterator(entry.path()))
      if (!contains(kModelFiles, file.path())) return file.path();
  }
  return {};
}

}  // namespace

void save_model_directory(const fs::path& directory, const ResNet& model, const ModelCard& card) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) fail(directory, "be created", error.value());
  write_safetensors(directory / "model.safetensors", to_named_tensors(model));
  const ResNetOptions& options = model->options();
  write_text(directory / "config.json", to_config_json({.card = card,
                                                        .num_classes = options.num_classes,
                                                        .in_channels = options.in_channels,
                                                        .global_pool = options.global_pool,
                                                        .output_stride = options.output_stride}));
}

void RunDirectory::check(const fs::path& path, bool overwrite) try {
  if (!fs::exists(path)) return;
  if (!fs::is_directory(path))
    throw Error(ErrorCode::usage, path.string(), "is not a folder.", "Give --out a new folder.");
  if (fs::is_empty(path)) return;
  bool is_run = fs::exists(path / kRecipe) || fs::exists(path / kMetrics);
  for (const std::string_view folder : kModelFolders) is_run = is_run || fs::is_directory(path / folder);
  const fs::path foreign = foreign_file(path);
  if (!is_run || (overwrite && !foreign.empty()))
    throw Error(
        ErrorCode::usage, path.string(),
        "holds '" + foreign.lexically_relative(path).string() + "', which is not part of a training run.",
        "Give --out a new or empty folder, or move that away: it is not removed for you.");
  if (!overwrite)
    throw Error(ErrorCode::usage, path.string(), "holds a training run.",
                "Give --out another folder, or --overwrite to replace the run.");
} catch (const fs::filesystem_error& error) {
  fail(path, "be read", error.code().value());
}

RunDirectory RunDirectory::create(const fs::path& path, bool overwrite, const std::string& recipe_json) {
  check(path, overwrite);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail(path, "be created", error.value());
  for (const std::string_view folder : kModelFolders) remove_model_folder(path / folder);
  for (const std::string_view file : {kMetrics, kRecipe, kSplit}) fs::remove(path / file, error);
  write_text(path / kRecipe, recipe_json);
  return RunDirectory(path);
}

void RunDirectory::append_metrics(const EpochReport& report) {
  nlohmann::ordered_json line;
  line["epoch"] = report.epoch + 1;
  line["train_loss"] = report.train_loss;
  line["train_top1"] = report.train_top1;
  line["val_loss"] = report.val.loss;
  line["val_top1"] = report.val.top1;
  line["val_top5"] = report.val.top5;
  line["lr"] = report.lr;
  line["images_per_s"] = report.images_per_s;
  line["wall_s"] = report.wall_s;
  line["train_s"] = report.train_s;
  line["data_wait_s"] = report.data_wait_s;
  if (report.skipped_images > 0) line["skipped_images"] = report.skipped_images;
  if (report.bad_images > 0) line["bad_images"] = report.bad_images;
  const std::string text = line.dump() + "\n";

  const fs::path path = path_ / kMetrics;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) fail(path, "be opened", errno);
  errno = ENOSPC;  // what a short write means
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int write_error = errno;
  const bool synced = written && ::fsync(descriptor) == 0;
  const int error = written ? errno : write_error;
  ::close(descriptor);
  if (!synced) fail(path, "be written", error);
}

void RunDirectory::save_last(const ResNet& model, const ModelCard& card) {
  replace_model(path_, "last", model, card);
}

void RunDirectory::save_best(const ResNet& model, const ModelCard& card) {
  replace_model(path_, "best", model, card);
}

}  // namespace zoo
