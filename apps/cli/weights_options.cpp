#include "apps/cli/weights_options.h"

#include <filesystem>
#include <functional>
#include <iostream>
#include <system_error>
#include <utility>

#include <cxxopts.hpp>

#include "apps/cli/download_progress.h"
#include "apps/cli/fetch_options.h"
#include "apps/cli/table.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/manifest/label_file.h"
#include "zoo/manifest/label_set.h"

namespace zoo::apps {
namespace {

// The file's; or, where there is no such file, the label set of that name.
LabelSet read_labels(const std::string& file, int64_t num_classes) {
  std::error_code none;
  const LabelSet* built_in = std::filesystem::exists(file, none) ? nullptr : find_built_in_label_set(file);
  LabelSet labels = built_in != nullptr ? *built_in : parse_label_file(read_utf8_text(file), file);
  if (std::ssize(labels.names) != num_classes)
    throw Error(ErrorCode::mismatch, file,
                std::to_string(labels.names.size()) + " class names, the model has " +
                    std::to_string(num_classes) + " classes",
                "Write one name a line, in the order of the model's classes.");
  return labels;
}

// Unless flags say all of it.
void print_assumed(const std::string& assumed, const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* flag) { return flags.count(flag) > 0; };
  const bool size = given("resize") || given("image-size"), values = given("mean") && given("std");
  if (assumed.empty() || (size && values)) return;
  print_note(assumed + (size || given("mean") || given("std") ? ", but for what flags say" : ""));
}

}  // namespace

void add_weights_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options("Model");
  add("weights",
      "a published name ('zoo list'), hf:OWNER/REPO, a URL, a checkpoint file, or a folder: a run's or a "
      "model's",
      text(), "NAME");
  add("arch", "the architecture, where a file does not say it", text(), "ARCH");
  add("rename",
      "first replace what REGEX finds in a checkpoint's tensor names by TO ($1: first group); a tensor "
      "without a name is left out; repeatable",
      text(), "REGEX=TO");
  add("labels",
      "the classes' names: one a line, further names of a class after tabs; or JSON, such as {\"cat\": 0}; "
      "or a label set: imagenet-1k",
      text(), "FILE");
  add_fetch_options(options, "Model");
}

ResolvedWeights read_weights(const cxxopts::ParseResult& flags) {
  if (flags.count("weights") == 0)
    throw Error(ErrorCode::usage, "--weights", "is missing",
                "Give a name from 'zoo list', hf:OWNER/REPO, a URL, a checkpoint file or a run.");
  const std::string name = flags["weights"].as<std::string>();
  DownloadLines lines;
  DownloadProgress progress(lines, name);
  ResolveOptions options;
  if (flags.count("arch") > 0) options.arch = flags["arch"].as<std::string>();
  for (const auto& flag : flags.arguments()) {
    if (flag.key() == "rename") options.renamings.push_back(flag.value());
  }
  options.fetch = read_fetch_options(flags);
  options.fetch.progress = std::ref(progress);
  options.fetch.notice = [&](const std::string& line) { lines.print(std::cerr, line); };
  ResolvedWeights weights = resolve_weights(name, Manifest::load_default(), options);
  if (flags.count("labels") > 0) {
    if (weights.num_classes == 0)
      throw Error(ErrorCode::mismatch, "--labels", weights.name + " has no head whose classes it could name",
                  "Leave it out; 'zoo finetune' gives the backbone a head with the classes of its data.");
    LabelSet labels = read_labels(flags["labels"].as<std::string>(), weights.num_classes);
    weights.labels = std::move(labels.names);
    weights.other_names = std::move(labels.other_names);
  }
  for (const std::string& note : weights.notes) print_note(note);
  print_assumed(weights.assumed, flags);
  return weights;
}

}  // namespace zoo::apps
