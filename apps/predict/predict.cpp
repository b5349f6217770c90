// zoo predict: what a model sees in pictures. Each picture is asked about alone, so its answer does not
// depend on the others.
#include <cstdio>
#include <deque>
#include <future>
#include <iostream>
#include <limits>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/flag_values.h"
#include "apps/cli/json_output.h"
#include "apps/cli/loading_options.h"
#include "apps/cli/options.h"
#include "apps/cli/picture_files.h"
#include "apps/cli/preprocess_options.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "apps/cli/torch_options.h"
#include "apps/cli/weights_options.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/classifier/classifier.h"
#include "zoo/classifier/prediction.h"

namespace zoo::apps {
namespace {

struct Answer {
  std::string file;
  std::vector<Prediction> top;
  std::vector<float> logits;
};

cxxopts::Options declare_flags() {
  cxxopts::Options options =
      make_options("zoo predict", "--weights NAME|FILE|RUN [OPTION...] IMAGE|DIR...",
                   "What a model sees in pictures. Folders are searched for pictures at any depth.\n"
                   "Where a picture may have several labels, each has its own probability; a model of\n"
                   "numbers gives the numbers.\n"
                   "One that cannot be read is reported, the others are answered, and the status is 1.");
  add_weights_options(options);
  auto add = options.add_options("Output");
  add("top", "how many classes to name", cxxopts::value<std::string>()->default_value("5"), "K");
  add("logits", "with --json: also the raw score of every class, in class order");
  add("json", "print one JSON array");
  add_preprocess_options(options);
  options.add_options("Preprocessing")("allow-truncated", kAllowTruncated);
  add_torch_options(options);
  return options;
}

// Reads pictures in `workers` threads ahead of the one that is asked about; hands them out in order.
class ReadAhead {
 public:
  ReadAhead(const std::vector<std::filesystem::path>& files, const Preprocess& preprocess,
            bool allow_truncated, int workers)
      : files_(files),
        preprocess_(preprocess),
        allow_truncated_(allow_truncated),
        workers_(static_cast<size_t>(workers)) {}

  // The next file's picture; throws what reading it threw.
  at::Tensor next() {
    while (started_ < files_.size() && pending_.size() <= workers_) {
      const auto policy = workers_ > 0 ? std::launch::async : std::launch::deferred;
      pending_.push_back(std::async(policy, load_picture, files_[started_++], preprocess_, allow_truncated_));
    }
    auto picture = std::move(pending_.front());
    pending_.pop_front();
    return picture.get();
  }

 private:
  const std::vector<std::filesystem::path>& files_;
  Preprocess preprocess_;
  bool allow_truncated_;
  size_t workers_, started_ = 0;
  std::deque<std::future<at::Tensor>> pending_;
};

void print_answer(const Answer& answer, ProblemType problem) {
  std::printf("%s\n", printable(answer.file).c_str());
  for (const auto& [label, index, probability] : answer.top) {
    if (problem == ProblemType::regression)
      std::printf("  %10.6g  %s\n", static_cast<double>(probability), printable(label).c_str());
    else
      std::printf("  %6.2f %%  %s\n", 100 * static_cast<double>(probability), printable(label).c_str());
  }
}

nlohmann::ordered_json to_json(const Answer& answer, bool with_logits, ProblemType problem) {
  const bool numbers = problem == ProblemType::regression;
  const char* const list = numbers ? "numbers" : "top";
  nlohmann::ordered_json object = {{"file", answer.file}, {list, nlohmann::ordered_json::array()}};
  for (const auto& [label, index, probability] : answer.top)
    object[list].push_back(
        {{"label", label}, {"index", index}, {numbers ? "number" : "probability", probability}});
  if (with_logits) object["logits"] = answer.logits;
  return object;
}

int command(const std::vector<std::string>& arguments) {
  cxxopts::Options options = declare_flags();
  const cxxopts::ParseResult flags = parse_options(options, arguments);
  const bool json = flags.count("json") > 0, with_logits = flags.count("logits") > 0;
  const TorchOptions torch = read_torch_options(flags);
  const int64_t top = parse_integer("--top", flags["top"].as<std::string>(), 1, 1'000'000);
  if (with_logits && !json) throw Error(ErrorCode::usage, "--logits", "is a part of the JSON", "Add --json.");
  const auto given = operands(options, flags, {1, std::numeric_limits<size_t>::max(), "a picture or folder"});
  int status = 0;
  const auto report = [&](const Error& error) {
    std::cerr << "zoo: " << error.what() << '\n';
    status = 1;
  };
  const std::vector<std::filesystem::path> files = picture_files(given, report);
  if (files.empty()) return status;
  start_torch(torch);

  const ResolvedWeights weights = read_weights(flags);
  const Classifier classifier =
      Classifier::open(weights, {.device = torch.device.str(),
                                 .precision = torch.precision,
                                 .preprocess = override_preprocess(weights.preprocess, flags)});
  const ProblemType problem = classifier.problem_type();
  if (weights.num_classes == 1 && !weights.problem_type)
    print_note(weights.name + " has one output, and nobody says what for: taken for a yes or no (sigmoid)");
  ReadAhead pictures(files, classifier.preprocess(), flags.count("allow-truncated") > 0, torch.workers);

  nlohmann::ordered_json answers = nlohmann::ordered_json::array();
  for (const auto& file : files) {
    Answer answer{file.string(), {}, {}};
    try {
      answer.logits = classifier.logits(pictures.next());
    } catch (const Error& error) {
      report(error);
      continue;
    }
    answer.top = top_predictions(answer.logits, classifier.labels(), top, problem);
    if (json)
      answers.push_back(to_json(answer, with_logits, problem));
    else
      print_answer(answer, problem);
  }
  if (json) write_json(answers);
  return status;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::command);
}
