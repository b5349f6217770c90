// zoo finetune: the flags of zoo::finetune(), and what it prints.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/flag_names.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/json_output.h"
#include "apps/cli/loading_options.h"
#include "apps/cli/options.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "apps/cli/weights_options.h"
#include "apps/finetune/finetune_options.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/finetune/finetune.h"
#include "zoo/train/run_folder.h"

namespace zoo::apps {
namespace {

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

std::string start_text(const FinetuneStart& start, Precision precision) {
  return std::to_string(start.train_pictures) + " pictures to learn from, " +
         std::to_string(start.val_pictures) + " to judge by, " + classes_text(start.classes) + "; " +
         printable(start.arch) + " at " + std::to_string(start.image_px) + " pixels in " +
         std::string(to_string(precision));
}

void print_summary(const FinetuneResult& outcome, const FinetuneFlags& flags) {
  const EpochReport &best = outcome.best, &last = outcome.last;
  if (flags.json) {
    const nlohmann::ordered_json json{
        {"best_epoch", best.epoch + 1},      {"best_val_top1", best.val.top1},
        {"best_val_loss", best.val.loss},    {"last_epoch", last.epoch + 1},
        {"last_val_top1", last.val.top1},    {"last_val_top5", last.val.top5},
        {"last_val_loss", last.val.loss},    {"last_train_loss", last.train_loss},
        {"images_per_s", last.images_per_s}, {"wall_s", outcome.wall_s},
        {"out", flags.options.out.string()}};
    write_json(json);
    return;
  }
  std::printf("best    epoch %lld, top-1 %.2f %%, in %s\nlast    epoch %lld, top-1 %.2f %%, in %s\n",
              static_cast<long long>(best.epoch + 1), best.val.top1,
              printable((flags.options.out / "best").native()).c_str(),
              static_cast<long long>(last.epoch + 1), last.val.top1,
              printable((flags.options.out / "last").native()).c_str());
}

// The flags that the run was begun with, in the folder where that was, become `parsed`. The run's own folder.
std::filesystem::path take_up(cxxopts::ParseResult& parsed, cxxopts::Options& declared) {
  namespace fs = std::filesystem;
  const fs::path run = fs::absolute(parsed["resume"].as<std::string>());
  for (const auto& flag : parsed.arguments())
    if (flag.key() != "resume" && flag.key() != "threads" && flag.key() != "workers" && flag.key() != "json")
      throw Error(ErrorCode::usage, "--" + flag.key(),
                  "cannot be given with --resume: the run goes on as it was begun",
                  "Leave it out, or begin a new run with --weights " + (run / "last").string() + ".");
  const fs::path file = run / kRunRecipe;
  const auto recipe = nlohmann::json::parse(read_text(file), nullptr, false);
  const auto at = nlohmann::json::json_pointer("/command/arguments"),
             folder = nlohmann::json::json_pointer("/command/folder");
  if (!recipe.is_object() || !recipe.contains(at) || !recipe[at].is_array() || !recipe.contains(folder))
    throw Error(ErrorCode::corrupt, file.string(), "does not say how the run was begun",
                "Begin a new run with --weights " + (run / "last").string() + ".");
  std::vector<std::string> arguments;
  for (const auto& argument : recipe[at])
    if (argument.is_string()) arguments.push_back(argument.get<std::string>());
  std::error_code error;
  fs::current_path(recipe[folder].get<std::string>(), error);
  if (error)
    throw Error(ErrorCode::not_found, recipe[folder].get<std::string>(),
                "the folder that the run was begun in is not there any more", "Put it back.");
  parsed = parse_options(declared, arguments);
  return run;
}

int command(const std::vector<std::string>& arguments) {
  cxxopts::Options declared = declare_finetune_flags();
  cxxopts::ParseResult parsed = parse_options(declared, arguments);
  operands(declared, parsed, {});
  std::filesystem::path resumed;
  FinetuneFlags flags;
  if (parsed.count("resume") > 0) {
    const TorchOptions torch = read_torch_options(parsed);
    const bool has_threads = parsed.count("threads") > 0, has_workers = parsed.count("workers") > 0;
    resumed = take_up(parsed, declared);
    flags = read_finetune_flags(parsed);
    if (has_threads) flags.torch.threads = torch.threads;
    if (has_workers) flags.options.loading.workers = torch.workers;
    flags.options.resume = resumed;
  } else {
    flags = read_finetune_flags(parsed);
    flags.options.command = arguments;
  }
  FinetuneOptions& options = flags.options;
  start_torch(flags.torch);
  options.resolve = [&](const std::string&) { return read_weights(parsed); };

  std::optional<InterruptGuard> whole_steps_only;
  ProgressLine progress;
  const int64_t epochs = options.recipe.epochs;
  const FinetuneSinks sinks{.on_note = [](const std::string& text) { print_note(in_flags(text)); },
                            .on_start =
                                [&](const FinetuneStart& start) {
                                  std::cerr << start_text(start, options.recipe.precision) << '\n';
                                  whole_steps_only.emplace();
                                },
                            .on_step =
                                [&](const StepReport& report) {
                                  if (progress.due()) progress.show(step_text(report, epochs));
                                },
                            .on_epoch =
                                [&](const EpochReport& report) {
                                  progress.clear();
                                  std::cerr << epoch_text(report, epochs) << std::endl;
                                },
                            .stop = interrupted};
  const FinetuneResult result = with_flag_names([&] { return finetune(options, sinks); });
  report_bad_pictures(result.bad_train);
  report_bad_pictures(result.bad_val);
  print_summary(result, flags);
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::command);
}
