// zoo add: looks at weights that no manifest has and writes a record of them into the user's own.
#include <algorithm>
#include <functional>
#include <iostream>
#include <set>

#include <cxxopts.hpp>

#include "apps/add/users_manifest.h"
#include "apps/cli/download_progress.h"
#include "apps/cli/fetch_options.h"
#include "apps/cli/options.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/sha256.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/translate.h"
#include "zoo/fetch/hub.h"
#include "zoo/layouts/layouts.h"
#include "zoo/manifest/license.h"
#include "zoo/resolve/resolve.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

struct Origin {
  std::string url;      // of the file
  std::string page;     // for people
  std::string stem;     // what a tag is made of
  std::string license;  // or ""
};

Origin origin_of(const std::string& source, const fs::path& file, const FetchOptions& options) {
  if (is_hub_name(source)) {
    const HubName name = parse_hub_name(source);
    const HubFile found = look_up(name, file.filename().string(), options.network);
    return {.url = found.url,
            .page = hub_endpoint() + "/" + name.owner + "/" + name.repository,
            .stem = name.owner + "_" + name.repository,
            .license = hub_license(name, options.network)};
  }
  if (is_url(source)) {
    const std::string address = source.substr(0, source.find('#'));
    return {.url = address, .page = address, .stem = file.stem().string(), .license = {}};
  }
  const fs::path absolute = fs::canonical(file);
  const bool folder = fs::is_directory(source);
  return {.url = file_url(absolute),
          .page = absolute.string(),
          .stem = folder ? fs::canonical(source).filename().string() : absolute.stem().string(),
          .license = {}};
}

std::string tag_of(const std::string& stem) {
  std::string tag;
  for (const char c : to_lower(stem)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || (!tag.empty() && tag.back() != '_')) tag += plain ? c : '_';
  }
  while (tag.ends_with('_')) tag.pop_back();
  return tag.empty() ? "mine" : tag;
}

// A label file has one line a class, and no two classes of one name.
bool can_be_kept(const std::vector<std::string>& labels) {
  const std::set<std::string> different(labels.begin(), labels.end());
  const bool lines = std::ranges::all_of(labels, [](const std::string& label) {
    return !label.empty() && label.find_first_of("\t\r\n") == std::string::npos;
  });
  return lines && different.size() == labels.size() && !labels.empty();
}

// Of a record's file nothing but the tensors is read.
void require_plain(const ResolvedWeights& weights, const std::string& source) {
  const bool told_by_head =
      weights.global_pool == GlobalPool::avg || weights.global_pool == GlobalPool::cat_avg_max;
  const bool one_label = weights.problem() == ProblemType::single_label_classification;
  if (told_by_head && weights.output_stride == 0 && (one_label || !weights.problem_type)) return;
  throw Error(ErrorCode::unsupported, source,
              "has a global pool, an output stride or a problem type of its own, which a record cannot say",
              "Give the folder itself to --weights.");
}

WeightRecord describe(const ResolvedWeights& weights, const std::string& name, const Origin& origin) {
  const Checkpoint checkpoint = Checkpoint::open(weights.file);
  const TensorListOptions sizes{.num_classes = weights.num_classes,
                                .in_channels = weights.in_channels,
                                .global_pool = weights.global_pool};
  const int64_t side = weights.preprocess.crop_px > 0 ? weights.preprocess.crop_px : weights.arch.input_px;
  WeightRecord record;
  record.name = name;
  record.dataset = "not stated";
  record.files.push_back({.urls = {origin.url},
                          .name = name + weights.file.extension().string(),
                          .sha256 = sha256_file(weights.file),
                          .bytes = static_cast<int64_t>(fs::file_size(weights.file)),
                          .format = std::string(to_string(checkpoint.format())),
                          .layout = std::string(to_string(translate(checkpoint, weights.arch).layout))});
  if (weights.num_classes > 0) record.num_classes = weights.num_classes;
  if (can_be_kept(weights.labels)) record.labels = name;
  record.preprocess = weights.preprocess;
  record.params = count_parameters(weights.arch, sizes);
  record.macs = count_macs(weights.arch, side, side, sizes);
  record.license = origin.license;
  record.origin = origin.page;
  return record;
}

// A manifest that ZOO_MANIFEST names need not be there yet.
Manifest load_manifest() {
  std::error_code none;
  return fs::exists(Manifest::users_path(), none) ? Manifest::load_default()
                                                  : Manifest::load(Manifest::shipped_path());
}

ResolvedWeights resolve(const std::string& source, const Manifest& manifest, ResolveOptions options) {
  if (!is_hub_name(source) && manifest.find(source) != nullptr) {
    throw Error(ErrorCode::usage, source, "is known already", "'zoo show " + source + "' says all about it.");
  }
  DownloadLines lines;
  DownloadProgress progress(lines, source);
  options.fetch.progress = std::ref(progress);
  options.fetch.notice = [&](const std::string& line) { lines.print(std::cerr, line); };
  return resolve_weights(source, manifest, options);
}

int run(const std::vector<std::string>& arguments) {
  auto options =
      make_options("zoo add", "SOURCE [NAME] [--arch ARCH] [--license TEXT] [--dataset TEXT]",
                   "Put weights into your own list, so that every command knows them by name.\n"
                   "SOURCE is hf:OWNER/REPO[@REVISION], a URL, a checkpoint file or a folder with\n"
                   "config.json and model.safetensors; NAME is ARCH.TAG. They are fetched once, looked\n"
                   "into and hashed; the hash is binding from then on. The list is $ZOO_MANIFEST, else\n"
                   "zoo/weights.json in $XDG_CONFIG_HOME or ~/.config; edit it to remove something.");
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("arch", "the architecture, where a file does not say it", text(), "ARCH")(
      "license", "the licence, where the hub does not say it", text(), "TEXT")(
      "dataset", "what it was trained on", text(), "TEXT");
  add_fetch_options(options);
  const auto flags = parse_options(options, arguments);
  const auto given = operands(options, flags, {.at_least = 1, .at_most = 2, .what = "the SOURCE"});
  const std::string& source = given.front();

  const Manifest manifest = load_manifest();
  ResolveOptions resolve_options;
  if (flags.count("arch") > 0) resolve_options.arch = flags["arch"].as<std::string>();
  resolve_options.fetch = read_fetch_options(flags);
  const ResolvedWeights weights = resolve(source, manifest, resolve_options);
  for (const std::string& note : weights.notes) print_note(note);
  if (!weights.assumed.empty()) print_note(weights.assumed);
  if (weights.record) {
    throw Error(ErrorCode::usage, source, "is known already, as " + weights.record->name);
  }
  require_plain(weights, source);
  const Origin origin = origin_of(source, weights.file, resolve_options.fetch);
  const std::string name =
      given.size() > 1 ? given[1] : std::string(weights.arch.name) + "." + tag_of(origin.stem);
  if (!name.starts_with(std::string(weights.arch.name) + ".")) {
    throw Error(ErrorCode::usage, name, "is not the name of a " + std::string(weights.arch.name),
                "Expected " + std::string(weights.arch.name) + ".TAG.");
  }
  if (manifest.find(name) != nullptr) {
    throw Error(ErrorCode::usage, name, "is there already", "Give another NAME.");
  }
  WeightRecord record = describe(weights, name, origin);
  if (flags.count("license") > 0) record.license = flags["license"].as<std::string>();
  if (flags.count("dataset") > 0) record.dataset = flags["dataset"].as<std::string>();
  if (record.labels.empty() && !weights.labels.empty()) {
    std::cerr
        << "note: the class names are left out: a list of labels needs different ones, each of one line\n";
  }
  const fs::path path = add_to_users_manifest(record, weights.labels);
  std::cerr << printable(name) << ": " << printable(license_line(record.license)) << "; recorded in "
            << printable(path.string()) << '\n';
  std::cout << printable(name) << '\n';
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
