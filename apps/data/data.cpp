// zoo data: what is in a data set and what is wrong with it; setting a part of it apart for validation.
#include <filesystem>
#include <iostream>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/data_options.h"
#include "apps/cli/flag_values.h"
#include "apps/cli/json_output.h"
#include "apps/cli/options.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_main.h"
#include "apps/data/data_report.h"
#include "apps/data/data_survey.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/duplicates.h"
#include "zoo/datasets/split.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

PictureCheck parse_check(const std::string& text) {
  for (const PictureCheck check : {PictureCheck::none, PictureCheck::headers, PictureCheck::decode}) {
    if (text == to_string(check)) return check;
  }
  throw Error(ErrorCode::usage, "--check", "'" + text + "' is no check", "Use none, headers or decode.");
}

struct SplitRequest {
  fs::path out;
  double fraction = 0;
  uint64_t seed = 0;
  bool json = false;
};

void print_split(const SplitRequest& request, const Dataset& dataset, const Split& split,
                 const DuplicateGroups& copies) {
  if (request.json) {
    const nlohmann::ordered_json object{{"split", request.out.string()},
                                        {"train", split.train.size()},
                                        {"val", split.val.size()},
                                        {"copies", copies.size()}};
    write_json(object);
    return;
  }
  std::cout << "wrote " << printable(request.out.string()) << ": "
            << format_count(static_cast<int64_t>(split.train.size())) << " pictures for training, "
            << format_count(static_cast<int64_t>(split.val.size())) << " for validation, of "
            << dataset.classes().size() << " classes\n";
  if (!copies.empty()) {
    std::cout << copies.size() << (copies.size() == 1 ? " group" : " groups")
              << " of exact copies: each is on one side ('zoo data' lists them)\n";
  }
}

int write_split_of(const Dataset& dataset, const fs::path& root, const SplitRequest& request) {
  std::error_code error;
  if (fs::exists(request.out, error)) {
    throw Error(ErrorCode::usage, request.out.string(), "exists already",
                "Choose another --out, or remove it first.");
  }
  const DuplicateGroups copies = find_duplicates(dataset);
  const Split split = stratified_split(dataset, request.fraction, request.seed, copies);
  write_split(request.out, dataset, root, {split, request.fraction, request.seed});
  print_split(request, dataset, split, copies);
  return 0;
}

int report(const Dataset& dataset, const std::string& root, PictureCheck check, bool json) {
  ProgressLine line;
  const Survey found = survey(dataset, check, [&](int64_t done) {
    if (line.due()) line.show("looked at " + format_count(done) + " of " + format_count(dataset.size()));
  });
  line.clear();
  (json ? print_json_report : print_report)(root, dataset, found, check);
  return found.broken.empty() ? 0 : 1;
}

cxxopts::Options declare() {
  cxxopts::Options options =
      make_options("zoo data", "DATA [--check LEVEL] [--json] | DATA --split SHARE [--out FILE]",
                   "Show what is in a data set: classes with their pictures, sizes, formats, broken\n"
                   "files, exact copies, files left out. DATA is a folder of class folders, one with\n"
                   "train/ and val/, a CSV, JSON or annotation list, CIFAR, MNIST, or tar shards.\n"
                   "With --split a share of each class is set apart for validation instead, and the\n"
                   "choice written to a file that is a data set with two parts; exact copies stay on\n"
                   "one side. The exit status is 1 where a picture is broken.");
  options.add_options()("check", "none: only names; headers: read every file; decode: every pixel",
                        cxxopts::value<std::string>()->default_value("headers"), "LEVEL")(
      "split", "the share of each class for validation: 0.2", cxxopts::value<std::string>(), "SHARE")(
      "seed", "seed of the choice", cxxopts::value<std::string>()->default_value("0"), "N")(
      "part", "one part of the data alone: train", cxxopts::value<std::string>(), "NAME")(
      "out", "where the split goes", cxxopts::value<std::string>()->default_value("split.json"), "FILE")(
      "json", "print a JSON object");
  add_data_options(options);
  return options;
}

int run(const std::vector<std::string>& arguments) {
  cxxopts::Options options = declare();
  const cxxopts::ParseResult flags = parse_options(options, arguments);
  const std::string root = operands(options, flags, {.at_least = 1, .at_most = 1, .what = "DATA"}).front();
  const bool json = flags.count("json") > 0;
  const PictureCheck check = parse_check(flags["check"].as<std::string>());
  const bool splits = flags.count("split") > 0;
  for (const char* flag : {"seed", "out"}) {
    if (flags.count(flag) > 0 && !splits)
      throw Error(ErrorCode::usage, std::string("--") + flag, "is for --split, which is missing");
  }
  if (splits && flags.count("check") > 0)
    throw Error(ErrorCode::usage, "--check", "is for the report, which --split does not make");
  SplitRequest request{.out = flags["out"].as<std::string>(), .json = json};
  if (splits) request.fraction = parse_number("--split", flags["split"].as<std::string>(), 0, 1);
  request.seed =
      static_cast<uint64_t>(parse_integer("--seed", flags["seed"].as<std::string>(), 0, INT64_MAX));

  std::shared_ptr<const Dataset> dataset = open_dataset(root, read_data_options(flags));
  if (flags.count("part") > 0) {
    dataset = take_part(dataset, flags["part"].as<std::string>());
  } else if (splits && !dataset->parts().empty()) {
    throw Error(ErrorCode::usage, root, "is divided already: " + join(dataset->parts(), ", "),
                "Split one of them: --part " + dataset->parts().front() + ".");
  }
  return splits ? write_split_of(*dataset, root, request) : report(*dataset, root, check, json);
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
