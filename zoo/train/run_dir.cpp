#include "zoo/train/run_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/unfinished.h"
#include "zoo/models/load.h"
#include "zoo/models/save.h"
#include "zoo/train/run_folder.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr const char *kConfig = "config.json", *kWeights = "model.safetensors";
constexpr int64_t kModelsAtATime = 3;  // the best, the last, and one that is written

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, error.value(), "cannot create it");
}

fs::path with_suffix(fs::path path, const char* suffix) {
  return path += suffix;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

bool is_empty_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && fs::is_empty(path, error) && !error;
}

// What kRunBeside says in the run that is replaced; in the one that replaces it, nothing.
constexpr std::string_view kReplaced = "replaced\n";

// Beside a run: what a killed one has left there, and nothing else.
bool may_go(const fs::path& folder) {
  std::error_code error;
  if (has_fixed_name(folder) || !fs::is_directory(folder, error)) return false;
  return is_empty_folder(folder) || (is_there(folder / kRunBeside) && foreign_entry(folder).empty());
}

void clear_way(const fs::path& beside) {
  if (!is_there(beside)) return;
  if (may_go(beside) && holds_results(beside) && read_text(beside / kRunBeside) != kReplaced)
    throw Error(ErrorCode::usage, beside.string(),
                "holds an epoch of a new run that was stopped before it took the name.",
                "Move it away to keep it (weights = FOLDER/last goes on from it), or remove it.");
  if (!may_go(beside))
    throw Error(ErrorCode::usage, beside.string(), "is in the way: the new run is made there at first.",
                "Move it away, or make the run in another folder.");
  const Descriptor lock = lock_run(beside);
  remove_run(beside);
}

// A kill in the middle of pass_name() has left the run without its name.
void give_name_back(const fs::path& target) {
  const fs::path old = with_suffix(target, ".old");
  if (is_there(target) || !is_there(old) || !is_run(old) || !may_go(old)) return;
  const Descriptor lock = lock_run(old);
  rename_entry(old, target);
}

[[noreturn]] void refuse_results(const fs::path& path) {
  throw Error(ErrorCode::usage, path.string(), "holds a training run.",
              "Give out = another folder, resume = " + path.string() +
                  " to go on with it, or overwrite = true to replace it.");
}

[[noreturn]] void refuse_foreign(const fs::path& path, const fs::path& foreign) {
  throw Error(ErrorCode::usage, path.string(),
              "holds '" + foreign.lexically_relative(real_path(path)).string() +
                  "', which is not part of a training run.",
              "Choose a new or empty folder, or move that away: it is not removed for you.");
}

}  // namespace

std::optional<fs::path> find_run(const fs::path& path) {
  std::error_code error;
  fs::path folder = fs::canonical(path, error);
  for (int i = 0; i < 3 && !error && folder.has_relative_path(); ++i, folder = folder.parent_path())
    if (fs::is_directory(folder, error) && is_run(folder)) return folder;
  return std::nullopt;
}

void RunDirectory::check(const fs::path& path, bool overwrite) {
  const fs::path target = real_path(path);
  if (!is_there(target) || is_empty_folder(target)) return;
  std::error_code error;
  if (!fs::is_directory(target, error))
    throw Error(ErrorCode::usage, path.string(), "is not a folder.", "Choose a new folder.");
  const fs::path foreign = foreign_entry(target);
  if (!is_run(target)) {
    if (!foreign.empty()) refuse_foreign(path, foreign);
    throw Error(ErrorCode::usage, path.string(),
                std::string("holds files with the names of a training run's, but no ") + kRunMarker +
                    ", without which nothing is replaced.",
                "Choose a new or empty folder, or move them away yourself.");
  }
  const Descriptor lock = lock_run(target);
  if (!holds_results(target) && foreign.empty()) return;  // of a run that was killed before it had any
  if (!overwrite && holds_results(target)) refuse_results(path);
  const fs::path here = fs::current_path(error);
  if (!error && std::mismatch(target.begin(), target.end(), here.begin(), here.end()).first == target.end())
    throw Error(ErrorCode::usage, path.string(),
                "is where this program was started: its replacement would be another folder.",
                "Start it from elsewhere.");
  if (!foreign.empty()) refuse_foreign(path, foreign);
  if (has_fixed_name(target))
    throw Error(ErrorCode::usage, path.string(),
                "is where a file system is mounted, so that no new run can take its name.",
                "Choose a folder in it.");
}

RunDirectory RunDirectory::create(const fs::path& path, bool overwrite, const std::string& recipe_json,
                                  const ResNet& model, const ModelCard& card) {
  RunDirectory run;
  run.config_ = config_text(model, card);
  run.target_ = real_path(path);
  give_name_back(run.target_);
  check(path, overwrite);
  holds_results(run.target_) ? run.start_beside() : run.start_in_place();
  int64_t bytes = 0;
  for (const auto& [name, tensor] : state_dict(model)) bytes += static_cast<int64_t>(tensor.nbytes());
  require_room(run.folder_, kModelsAtATime, bytes);
  write_text(run.folder_ / kRunRecipe, recipe_json);
  return run;
}

void RunDirectory::start_in_place() {
  folder_ = target_;
  made_folder_ = !is_there(folder_);
  make_folder(folder_);
  lock_ = lock_run(folder_);
  if (holds_results(folder_)) {  // of a run that began and ended since the check
    lock_.close();
    refuse_results(folder_);
  }
  clear_run(folder_);
}

void RunDirectory::start_beside() {
  old_lock_ = lock_run(target_);
  const fs::path fresh = with_suffix(target_, ".new"), old = with_suffix(target_, ".old");
  clear_way(fresh);
  UnfinishedFolder made(fresh);
  write_text(made.path() / kRunBeside, "");
  made.commit();
  folder_ = fresh;
  made_folder_ = true;
  lock_ = lock_run(folder_);
  can_exchange_ = can_exchange(folder_);
  if (!can_exchange_ || (is_there(old) && may_go(old))) clear_way(old);
}

RunDirectory RunDirectory::resume(const fs::path& path, const ResNet& model, const ModelCard& card,
                                  const TrainState& state) {
  RunDirectory run;
  run.config_ = config_text(model, card);
  run.target_ = run.folder_ = real_path(path);
  if (!is_there(run.folder_) || !is_run(run.folder_))
    throw Error(ErrorCode::usage, path.string(), "is no training run.", "Name the folder of one.");
  run.lock_ = lock_run(run.folder_);
  run.has_state_ = true;
  ::unlink((run.folder_ / kRunBefore).c_str());
  ::unlink((run.folder_ / kRunBeside).c_str());  // the run that it was to replace stays
  if (state.epoch > 0) run.last_ = run.judged_ = state.epoch - 1;
  if (state.best_epoch >= 0) run.best_ = state.best_epoch;
  run.keep_metrics(state.epoch);
  return run;
}

// The lines of the first so many epochs.
void RunDirectory::keep_metrics(int64_t epochs) const {
  const fs::path path = folder_ / kRunMetrics;
  if (!is_there(path)) return;
  const std::string text = read_text(path);
  size_t end = 0;
  for (int64_t i = 0; i < epochs; ++i) {
    const size_t line = text.find('\n', end);
    if (line == std::string::npos) break;
    end = line + 1;
  }
  if (end < text.size()) write_text(path, text.substr(0, end));
}

void RunDirectory::save_state(TrainState state, const std::function<void(const std::string&)>& on_failure) {
  finish_state(on_failure);
  writing_ = std::async(std::launch::async, [path = folder_ / kRunState, state = std::move(state)] {
    try {
      write_state(path, state);
      return std::string();
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  });
}

void RunDirectory::finish_state(const std::function<void(const std::string&)>& on_failure) {
  if (!writing_.valid()) return;
  const std::string failure = writing_.get();
  if (failure.empty()) has_state_ = true;
  if (!failure.empty() && on_failure) on_failure(failure);
}

bool RunDirectory::has_state() {
  finish_state({});
  return has_state_;
}

RunDirectory::~RunDirectory() {
  if (lock_.get() < 0) return;
  try {
    if (writing_.valid()) has_state_ = writing_.get().empty() || has_state_;
    ::unlink((folder_ / kRunBefore).c_str());
    if (last_ || best_ || has_state_) return;
    if (made_folder_) {
      remove_run(folder_);
    } else {
      clear_run(folder_);
      ::unlink((folder_ / kRunMarker).c_str());
    }
  } catch (const std::exception&) {
    // What cannot be removed is found by the next run, which says so.
  }
}

void RunDirectory::save_learnt(const ResNet& model, int64_t epoch) {
  const fs::path now = folder_ / "last" / kWeights, before = folder_ / kRunBefore;
  std::error_code error;
  if (last_ && judged_ == last_) {
    ::unlink(before.c_str());
    fs::create_hard_link(now, before, error);
    if (error) fs::copy_file(now, before, error);
    if (error) fail(before, error.value(), "cannot write it");
  }
  write_model("last", model);
  last_ = epoch;
  sync_models();
}

void RunDirectory::save_judged(const ResNet& model, const EpochReport& report) {
  if (is_beside()) finish_state({});  // which is written where the run is now
  ::unlink((folder_ / kRunBefore).c_str());
  if (report.best) {
    write_model("best", model);
    best_ = report.epoch;
    sync_models();
  }
  append_metrics(report);
  judged_ = report.epoch;
  if (is_beside()) take_name();
}

void RunDirectory::take_back_learnt() {
  if (!last_ || judged_ == last_) return;
  const fs::path last = folder_ / "last";
  if (judged_) {
    rename_entry(folder_ / kRunBefore, last / kWeights);
  } else {
    const UnfinishedFolder nowhere(last);
    rename_entry(last, nowhere.path());
  }
  last_ = judged_;
  sync_models();
}

// A folder that is not there yet appears with both its files; in one that is, config.json stays as it was.
void RunDirectory::write_model(const std::string& name, const ResNet& model) const {
  const fs::path target = folder_ / name;
  UnfinishedFolder fresh(target);
  write_safetensors(fresh.path() / kWeights, to_named_tensors(model));
  if (is_there(target)) {
    rename_entry(fresh.path() / kWeights, target / kWeights);
  } else {
    write_text(fresh.path() / kConfig, config_);
    fresh.take_name();
  }
}

void RunDirectory::sync_models() const {
  for (const char* name : {"best", "last"})
    if (is_there(folder_ / name)) sync_folder(folder_ / name);
  sync_folder(folder_);
}

void RunDirectory::append_metrics(const EpochReport& report) const {
  nlohmann::ordered_json line;
  line["epoch"] = report.epoch + 1;
  line["train_loss"] = report.train_loss;
  line["train_top1"] = report.train_top1;
  line["val_loss"] = report.val.loss;
  line["val_top1"] = report.val.top1;
  line["val_top5"] = report.val.top5;
  if (report.ema) {
    line["ema_val_loss"] = report.ema->loss;
    line["ema_val_top1"] = report.ema->top1;
    line["ema_val_top5"] = report.ema->top5;
  }
  line["lr"] = report.lr;
  line["images_per_s"] = report.images_per_s;
  line["wall_s"] = report.wall_s;
  line["train_s"] = report.train_s;
  line["data_wait_s"] = report.data_wait_s;
  if (report.skipped_images > 0) line["skipped_images"] = report.skipped_images;
  if (report.bad_images > 0) line["bad_images"] = report.bad_images;
  const std::string text = line.dump() + "\n";

  const fs::path path = folder_ / kRunMetrics;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) fail(path, errno, "cannot open it");
  const off_t before = ::lseek(file.get(), 0, SEEK_END);
  try {
    write_all(file, std::as_bytes(std::span(text)), path);
    if (::fsync(file.get()) != 0) fail(path, errno, "cannot write it");
  } catch (...) {
    [[maybe_unused]] const int whole_lines_only = ::ftruncate(file.get(), before);
    throw;
  }
}

void RunDirectory::take_name() {
  const fs::path foreign = foreign_entry(target_);
  if (!foreign.empty()) refuse_foreign(target_, foreign);
  write_text(target_ / kRunBeside, kReplaced);
  fs::path old;
  try {
    old = pass_name();
  } catch (...) {
    ::unlink((target_ / kRunBeside).c_str());
    throw;
  }
  folder_ = target_;
  ::unlink((folder_ / kRunBeside).c_str());
  sync_folder(folder_.parent_path());
  try {
    remove_run(old);
  } catch (const Error&) {
    // This run is whole all the same; the next one that is made beside it says what is in its way.
  }
  old_lock_.close();
}

// Where the replaced run is then.
fs::path RunDirectory::pass_name() const {
  if (can_exchange_) {
    exchange_names(folder_, target_);
    return folder_;
  }
  fs::path old = with_suffix(target_, ".old");
  rename_entry(target_, old);
  try {
    rename_entry(folder_, target_);
  } catch (...) {
    rename_entry(old, target_);
    throw;
  }
  return old;
}

}  // namespace zoo
