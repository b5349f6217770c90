// The directory of a training run: recipe.json, metrics.jsonl, state.safetensors, best/ and last/ (timm's hub
// layout), and what it promises of them at any instant (docs/training.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "zoo/base/descriptor.h"
#include "zoo/layouts/model_card.h"
#include "zoo/models/resnet.h"
#include "zoo/train/trainer.h"

namespace zoo {

// The run that a model is from: `path` is its folder, its best/ or last/, or a file in one of these. Nothing
// where it is no run's.
std::optional<std::filesystem::path> find_run(const std::filesystem::path& path);

// Note [what a run's folder holds]. A folder is a run's by its marker, zoo_run.json, which a living run keeps
// locked. Where a run is to be replaced, the new one is made beside it, in PATH.new, and the two exchange
// their names once the new one's first epoch was judged; the old one goes last, and by file, so that nothing
// is removed that a run did not put there. A file system that cannot exchange names gives the old one the
// name PATH.old for the instant between two renames; who finds that instead of PATH gives it its name back.
// Models are written elsewhere and take their place as a whole: best/ and last/ hold two files whenever they
// are there, which belong together because config.json is the same all through a run.
class RunDirectory {
 public:
  // Throws Error{usage} if a run may not start there: `path` is no folder, another run is at work in it, it
  // holds the results of a run and `overwrite` is false, or it holds files that are not a run's (whatever
  // `overwrite` says: nobody else's files are ever removed). Changes nothing.
  static void check(const std::filesystem::path& path, bool overwrite);
  // Checks, takes the lock, makes sure of the room for models like `model`, and writes recipe.json; `card`
  // says what config.json will. What is there to be replaced stays as it is until save_judged(). Throws also
  // Error{io}, and what to_config_json throws, of which nothing is left then.
  static RunDirectory create(const std::filesystem::path& path, bool overwrite,
                             const std::string& recipe_json, const ResNet& model, const ModelCard& card);
  // Takes up the run that `state` is of: takes its lock, and its metrics.jsonl loses the lines of epochs that
  // come again. Throws Error{usage} where it is no run or another one is at work in it, Error{io}.
  static RunDirectory resume(const std::filesystem::path& path, const ResNet& model, const ModelCard& card,
                             const TrainState& state);
  // A run of which nothing was saved leaves nothing behind. The lock is free again.
  ~RunDirectory();
  RunDirectory(RunDirectory&&) = default;
  RunDirectory& operator=(RunDirectory&&) = delete;

  // Where its files are: `path`, or PATH.new until it has taken the name.
  const std::filesystem::path& path() const { return folder_; }
  // True while another run still has the name.
  bool is_beside() const { return folder_ != target_; }

  // The model that an epoch (0-based) has left becomes last/, not judged yet; the one before is kept at hand.
  void save_learnt(const ResNet& model, int64_t epoch);
  // It was judged: best/ too if report.best says so, and one line of metrics.jsonl, synced. The first time
  // the run takes its name from the one that it replaces.
  void save_judged(const ResNet& model, const EpochReport& report);
  // It is worth nothing: last/ is the model before it again, or is gone.
  void take_back_learnt();

  // The state of the training, written in the background: where an earlier one is still being written, it is
  // waited for. A state that cannot be written does not stop the training: `on_failure` gets its message, the
  // one before stays.
  void save_state(TrainState state, const std::function<void(const std::string&)>& on_failure);
  // Waits for it. Whether any was saved.
  bool has_state();
  // What config.json says.
  const std::string& config() const { return config_; }

  // Which epochs' models are there, 0-based.
  std::optional<int64_t> last_epoch() const { return last_; }
  std::optional<int64_t> judged_epoch() const { return judged_; }
  std::optional<int64_t> best_epoch() const { return best_; }

 private:
  RunDirectory() = default;
  void start_in_place();
  void start_beside();
  void keep_metrics(int64_t epochs) const;
  void finish_state(const std::function<void(const std::string&)>& on_failure);
  void write_model(const std::string& name, const ResNet& model) const;
  void append_metrics(const EpochReport& report) const;
  void sync_models() const;
  void take_name();
  std::filesystem::path pass_name() const;

  std::filesystem::path target_, folder_;
  std::string config_;                // config.json
  Descriptor lock_;                   // of folder_; nothing: moved from, or never begun
  Descriptor old_lock_;               // of what is replaced
  std::future<std::string> writing_;  // of a state: its error, or nothing
  bool has_state_ = false;
  bool made_folder_ = false;   // it was not there, not even empty
  bool can_exchange_ = false;  // names, in one instant
  std::optional<int64_t> last_, judged_, best_;
};

}  // namespace zoo
