#include "zoo/resolve/resolve.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/sharded.h"
#include "zoo/convert/rename.h"
#include "zoo/convert/translate.h"
#include "zoo/fetch/mirrors.h"
#include "zoo/fetch/unlisted.h"
#include "zoo/layouts/layouts.h"
#include "zoo/resolve/choose_arch.h"
#include "zoo/resolve/description.h"
#include "zoo/resolve/known_file.h"
#include "zoo/resolve/model_folder.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// The structure alone: the bytes are checked when the model is built.
Checkpoint open_structure(const fs::path& file) {
  return Checkpoint::open(file, {.check_crc = false});
}

// Takes arch from `arch`, and class and channel counts and the pool from the file's own tensors.
TranslatedTensors read_sizes(const Checkpoint& checkpoint, const ArchSpec& arch, ResolvedWeights& weights) {
  weights.arch = arch;
  TranslatedTensors tensors = translate(checkpoint, arch, {}, weights.renamings);
  for (const std::string& note : tensors.notes) weights.notes.push_back(weights.name + ": " + note);
  const auto* head = tensors.find("fc.weight");
  const auto* stem = tensors.find(first_conv_name(arch));
  if (head != nullptr && head->tensor.shape.size() == 2) {
    weights.num_classes = head->tensor.shape[0];
    weights.global_pool = pool_of_head(arch, head->tensor.shape[1]);
  }
  if (stem != nullptr && stem->tensor.shape.size() == 4) weights.in_channels = stem->tensor.shape[1];
  return tensors;
}

void take(Description description, const Checkpoint& checkpoint, ResolvedWeights& weights) {
  add_names_in_file(description, checkpoint, weights.num_classes, weights.name);
  weights.labels = std::move(description.labels);
  weights.other_names = std::move(description.other_names);
  weights.problem_type = description.problem_type;
  weights.preprocess = description.preprocess;
  weights.assumed = std::move(description.assumed);
  for (std::string& note : description.notes) weights.notes.push_back(std::move(note));
}

void take_record(const WeightRecord& record, const Manifest& manifest, const Checkpoint& checkpoint,
                 ResolvedWeights& weights) {
  weights.record = record;
  take(describe_record(record, manifest, weights.num_classes, weights.name), checkpoint, weights);
}

[[noreturn]] void refuse_fits(const fs::path& file, const std::vector<NamedTensor>& tensors,
                              const std::vector<ArchFit>& fits) {
  if (fits.empty()) {
    translate({.wrapper = {}, .tensors = tensors}, file.string(), nullptr);  // may know better why
    throw Error(ErrorCode::mismatch, file.string(), "its tensors fit no architecture that zoo knows",
                "'zoo inspect' shows them, 'zoo list --archs' shows the architectures.");
  }
  const ArchFit& nearest = fits.front();
  const std::string name(nearest.arch->name);
  throw Error(ErrorCode::mismatch, file.string(),
              "fits no architecture exactly; the nearest is " + name + ", of which it lacks " +
                  std::to_string(nearest.missing) + " tensors and to which it adds " +
                  std::to_string(nearest.unexpected),
              "'zoo inspect' shows its tensors, 'zoo list --archs' the architectures.");
}

// Says so where several architectures have these tensors and nobody says which is meant.
const ArchSpec& choose_fit(const fs::path& file, const Checkpoint& checkpoint,
                           const std::vector<NamedTensor>& tensors, std::vector<std::string>& notes) {
  const ArchChoice choice = choose_arch(checkpoint, tensors);
  if (choice.arch == nullptr) refuse_fits(file, tensors, choice.fits);
  if (!choice.others.empty()) {
    notes.push_back(file.string() + ": taken for " + std::string(choice.arch->name) +
                    ", whose tensors are also those of " + join(choice.others, ", ") +
                    "; '--arch' says which");
  }
  return *choice.arch;
}

ResolvedWeights from_file(const fs::path& file, const Manifest& manifest, const ResolveOptions& options) {
  ResolvedWeights weights;
  weights.renamings = options.renamings;
  weights.name = file.string();
  weights.file = file;
  const Checkpoint checkpoint = open_structure(file);
  StateDict state = find_state_dict(checkpoint);
  rename(state.tensors, options.renamings);
  const auto [record, by_name] = find_known_file(file, state.tensors, manifest);
  if (by_name) weights.notes.push_back(weights.name + ": taken for " + record->name + " by its file name");
  const ArchSpec& arch = options.arch        ? get_arch(*options.arch)
                         : record != nullptr ? get_arch(record->arch)
                                             : choose_fit(file, checkpoint, state.tensors, weights.notes);
  const TranslatedTensors tensors = read_sizes(checkpoint, arch, weights);
  if (record != nullptr) {
    take_record(*record, manifest, checkpoint, weights);
  } else {
    take(describe_unknown(weights.arch, weights.name, tensors.beside), checkpoint, weights);
  }
  return weights;
}

ResolvedWeights from_record(const WeightRecord& record, const Manifest& manifest,
                            const ResolveOptions& options) {
  const FetchResult fetched = fetch(record, options.fetch);
  ResolvedWeights weights;
  weights.renamings = options.renamings;
  weights.name = record.name;
  weights.file = fetched.path;
  if (!fetched.note.empty()) weights.notes.push_back(fetched.note);
  const Checkpoint checkpoint = open_structure(fetched.path);
  read_sizes(checkpoint, get_arch(options.arch.value_or(record.arch)), weights);
  take_record(record, manifest, checkpoint, weights);
  return weights;
}

ResolvedWeights from_model_folder(const ModelFolder& folder, const std::string& name,
                                  const ResolveOptions& options) {
  ResolvedWeights weights;
  weights.renamings = options.renamings;
  weights.name = name;
  weights.file = folder.weights;
  const ArchSpec arch = options.arch ? get_arch(*options.arch) : folder.arch();
  const Checkpoint checkpoint = open_structure(weights.file);
  read_sizes(checkpoint, arch, weights);
  if (folder.timm) {
    weights.num_classes = folder.timm->num_classes;
    weights.in_channels = folder.timm->in_channels;
    weights.global_pool = folder.timm->global_pool;
    weights.output_stride = folder.timm->output_stride;
  }
  take(describe_folder(folder, weights.arch, weights.num_classes), checkpoint, weights);
  return weights;
}

ResolvedWeights from_directory(const fs::path& directory, const ResolveOptions& options) {
  std::vector<std::string> notes;
  if (const auto folder = find_model(directory, options.arch.has_value(), &notes))
    return from_model_folder(*folder, folder->path.string(), options);
  refuse_unpacked(directory);
  const auto file = find_weights_in(directory);
  throw Error(
      ErrorCode::not_found, directory.string(),
      "holds no model: expected config.json and model.safetensors (or another file of weights that "
      "hubs have), in it or in its best/" +
          (notes.empty() ? "" : "; " + notes.front()),
      file ? "Give the file itself, '" + file->string() + "', with '--arch ARCH' where it does not tell."
           : "Give a training run's directory, a model directory or a checkpoint file.");
}

ResolvedWeights from_hub(const HubName& name, const ResolveOptions& options) {
  const HubModel model = fetch_hub_model(name, options.fetch);
  ResolvedWeights weights = from_directory(model.folder, options);
  weights.name = name.text();
  if (!model.weights.note.empty()) weights.notes.push_back(weights.name + ": " + model.weights.note);
  return weights;
}

// Names of weights hold dots too, so that an unknown suffix says nothing.
bool looks_like_path(const std::string& text) {
  constexpr std::array kSuffixes{".pth", ".pt", ".th", ".tar", ".bin", ".safetensors"};
  return text.find('/') != std::string::npos ||
         std::ranges::find(kSuffixes, fs::path(text).extension()) != kSuffixes.end();
}

ResolvedWeights from_url(const std::string& url, const Manifest& manifest, const ResolveOptions& options) {
  const UnlistedFile unlisted = file_of_url(url, options.fetch);
  const FetchResult fetched = fetch_unlisted(url, unlisted, options.fetch);
  ResolvedWeights weights = from_file(fetched.path, manifest, options);
  weights.name = url;
  if (!fetched.note.empty()) weights.notes.push_back(url + ": " + fetched.note);
  return weights;
}

}  // namespace

ResolvedWeights resolve_weights(const std::string& name_or_path, const Manifest& manifest,
                                const ResolveOptions& options) {
  const WeightRecord* record = manifest.find(name_or_path);
  if (is_hub_name(name_or_path)) return from_hub(parse_hub_name(name_or_path), options);
  if (record == nullptr && is_url(name_or_path)) return from_url(name_or_path, manifest, options);
  const fs::path path(name_or_path);
  std::error_code unreadable;
  const fs::file_status status = fs::status(path, unreadable);
  const bool is_directory = fs::is_directory(status);
  if (is_directory && (record == nullptr || looks_like_path(name_or_path))) {
    return from_directory(path, options);
  }
  if (fs::exists(status) && !is_directory) {
    std::vector<std::string> notes;
    const auto folder = find_model_folder(path, options.arch.has_value(), &notes);
    ResolvedWeights weights =
        folder ? from_model_folder(*folder, name_or_path, options) : from_file(path, manifest, options);
    weights.notes.insert(weights.notes.begin(), notes.begin(), notes.end());
    return weights;
  }
  if (record == nullptr && looks_like_path(name_or_path)) {
    throw Error(ErrorCode::not_found, name_or_path, "no such file, and no published weights of that name",
                "'zoo list' shows all names.");
  }
  const WeightRecord& known = record != nullptr ? *record : manifest.get(name_or_path);
  ResolveOptions with_url = options;
  add_given_url(name_or_path, known, with_url.fetch.mirrors);
  return from_record(known, manifest, with_url);
}

}  // namespace zoo
