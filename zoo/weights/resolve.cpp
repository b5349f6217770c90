#include "zoo/weights/resolve.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/translate.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/sha256.h"
#include "zoo/core/text.h"
#include "zoo/core/unlisted.h"
#include "zoo/core/url.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/model_card.h"
#include "zoo/weights/transformers_config.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// The structure alone: the bytes are checked when the model is built.
Checkpoint open_structure(const fs::path& file) {
  return Checkpoint::open(file, {.check_crc = false});
}

std::vector<NamedShape> shapes_of(const Checkpoint& checkpoint) {
  std::vector<NamedShape> shapes;
  for (NamedTensor& tensor : find_state_dict(checkpoint).tensors) {
    shapes.push_back({std::move(tensor.name), tensor.tensor.shape});
  }
  return shapes;
}

// Takes arch from `arch`, and class and channel counts from the file's own tensors.
void read_sizes(const Checkpoint& checkpoint, const ArchSpec& arch, ResolvedWeights& weights) {
  weights.arch = arch;
  const TranslatedTensors tensors = translate(checkpoint, arch);
  const auto* head = tensors.find("fc.weight");
  const auto* stem = tensors.find(first_conv_name(arch));
  weights.num_classes = head != nullptr && head->tensor.shape.size() == 2 ? head->tensor.shape[0] : 0;
  if (stem != nullptr && stem->tensor.shape.size() == 4) weights.in_channels = stem->tensor.shape[1];
}

void take_record(const WeightRecord& record, const Manifest& manifest, ResolvedWeights& weights) {
  weights.record = record;
  weights.preprocess = record.preprocess;
  if (record.labels.empty()) return;
  weights.labels = manifest.label_set(record.labels);
  if (static_cast<int64_t>(weights.labels.size()) == weights.num_classes) return;
  weights.notes.push_back(weights.name + ": its " + std::to_string(weights.num_classes) +
                          " classes are left without names: the label set '" + record.labels + "' has " +
                          std::to_string(weights.labels.size()));
  weights.labels.clear();
}

std::string describe_default(const Preprocess& preprocess) {
  const std::string resize = preprocess.resize == ResizeMode::none
                                 ? "no resize"
                                 : "short edge " + std::to_string(preprocess.resize_px) + " (bilinear)";
  return resize + ", centre crop " + std::to_string(preprocess.crop_px) + ", ImageNet mean and std";
}

[[noreturn]] void refuse_fits(const fs::path& file, const std::vector<ArchFit>& fits) {
  if (fits.empty()) {
    throw Error(ErrorCode::mismatch, file.string(), "its tensors fit no architecture that zoo knows",
                "'zoo inspect' shows them, 'zoo list --archs' shows the architectures.");
  }
  const ArchFit& nearest = fits.front();
  const std::string name(nearest.arch->name);
  throw Error(ErrorCode::mismatch, file.string(),
              "fits no architecture exactly; the nearest is " + name + ", of which it lacks " +
                  std::to_string(nearest.missing) + " tensors and to which it adds " +
                  std::to_string(nearest.unexpected),
              "'--arch " + name + "' says which.");
}

// The usual one of the architectures that the file fits exactly; says so where there are others.
const ArchSpec& usual_fit(const fs::path& file, const Checkpoint& checkpoint,
                          std::vector<std::string>& notes) {
  const std::vector<ArchFit> fits = fit_archs(shapes_of(checkpoint));
  std::vector<std::string> exact;
  for (const ArchFit& fit : fits) {
    if (fit.exact()) exact.emplace_back(fit.arch->name);
  }
  if (exact.empty()) refuse_fits(file, fits);
  const std::string usual = exact.front();
  exact.erase(exact.begin());
  if (!exact.empty()) {
    notes.push_back(file.string() + ": taken for " + usual + ", whose tensors are also those of " +
                    join(exact, ", ") + "; '--arch' says which");
  }
  return *fits.front().arch;
}

const WeightRecord* find_by_bytes(const fs::path& file, const Manifest& manifest) {
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  const bool possible = std::ranges::any_of(manifest.records(), [&](const WeightRecord& record) {
    return std::ranges::any_of(record.files, [&](const WeightFile& known) {
      return !known.sha256.empty() && (known.bytes < 0 || known.bytes == bytes);
    });
  });
  return possible ? manifest.find_by_sha256(sha256_file(file)) : nullptr;
}

// A name proves little ("model.safetensors"), so the tensors must fit the record too.
const WeightRecord* find_by_name(const fs::path& file, const Checkpoint& checkpoint,
                                 const Manifest& manifest) {
  const WeightRecord* record = manifest.find_by_file_name(file.filename().string());
  if (record == nullptr) return nullptr;
  const auto fits = fit_archs(shapes_of(checkpoint));
  const bool right = std::ranges::any_of(fits, [&](const ArchFit& fit) {
    return fit.exact() && fit.arch->name == record->arch &&
           fit.num_classes == record->num_classes.value_or(fit.num_classes);
  });
  return right ? record : nullptr;
}

ResolvedWeights from_file(const fs::path& file, const Manifest& manifest, const ResolveOptions& options) {
  ResolvedWeights weights;
  weights.name = file.string();
  weights.file = file;
  const Checkpoint checkpoint = open_structure(file);
  const WeightRecord* record = find_by_bytes(file, manifest);
  if (record == nullptr) {
    record = find_by_name(file, checkpoint, manifest);
    if (record != nullptr)
      weights.notes.push_back(weights.name + ": taken for " + record->name + " by its file name");
  }
  if (options.arch) {
    read_sizes(checkpoint, get_arch(*options.arch), weights);
  } else {
    read_sizes(checkpoint,
               record != nullptr ? get_arch(record->arch) : usual_fit(file, checkpoint, weights.notes),
               weights);
  }
  if (record != nullptr) {
    take_record(*record, manifest, weights);
  } else {
    weights.preprocess = default_preprocess(weights.arch);
    weights.notes.push_back(weights.name + ": nobody says how its pictures were prepared; assumed: " +
                            describe_default(weights.preprocess));
  }
  return weights;
}

ResolvedWeights from_record(const WeightRecord& record, const Manifest& manifest,
                            const ResolveOptions& options) {
  const FetchResult fetched = fetch(record, options.fetch);
  ResolvedWeights weights;
  weights.name = record.name;
  weights.file = fetched.path;
  if (!fetched.note.empty()) weights.notes.push_back(fetched.note);
  read_sizes(open_structure(fetched.path), get_arch(options.arch.value_or(record.arch)), weights);
  take_record(record, manifest, weights);
  return weights;
}

ResolvedWeights from_transformers_directory(const fs::path& directory, const std::string& config,
                                            const ResolveOptions& options) {
  ResolvedWeights weights;
  weights.file = directory / "model.safetensors";
  const std::string where = (directory / "config.json").string();
  const ArchSpec arch = options.arch ? get_arch(*options.arch) : read_transformers_arch(config, where);
  read_sizes(open_structure(weights.file), arch, weights);
  weights.labels = read_transformers_labels(config, where, weights.num_classes);
  const fs::path preprocessor = directory / "preprocessor_config.json";
  if (fs::is_regular_file(preprocessor)) {
    weights.preprocess = read_transformers_preprocess(read_text(preprocessor), preprocessor.string());
  } else {
    weights.preprocess = default_preprocess(weights.arch);
    weights.notes.push_back(preprocessor.string() +
                            " is not there; assumed: " + describe_default(weights.preprocess));
  }
  return weights;
}

ResolvedWeights from_timm_directory(const fs::path& directory, const std::string& text,
                                    const ResolveOptions& options) {
  const ModelConfig config = parse_config_json(text, (directory / "config.json").string());
  ResolvedWeights weights;
  weights.file = directory / "model.safetensors";
  weights.arch = get_arch(options.arch.value_or(config.card.arch));
  weights.num_classes = config.num_classes;
  weights.in_channels = config.in_channels;
  weights.labels = config.card.labels;
  weights.preprocess = config.card.preprocess;
  return weights;
}

ResolvedWeights from_model_directory(const fs::path& directory, const ResolveOptions& options) {
  const std::string config = read_text(directory / "config.json");
  ResolvedWeights weights = is_transformers_config(config)
                                ? from_transformers_directory(directory, config, options)
                                : from_timm_directory(directory, config, options);
  weights.name = directory.string();
  return weights;
}

ResolvedWeights from_hub(const HubName& name, const ResolveOptions& options) {
  const HubModel model = fetch_hub_model(name, options.fetch);
  ResolvedWeights weights = from_model_directory(model.folder, options);
  weights.name = name.text();
  if (!model.weights.note.empty()) weights.notes.push_back(weights.name + ": " + model.weights.note);
  return weights;
}

bool is_model_directory(const fs::path& directory) {
  return fs::is_regular_file(directory / "config.json") &&
         fs::is_regular_file(directory / "model.safetensors");
}

ResolvedWeights from_directory(const fs::path& directory, const ResolveOptions& options) {
  for (const fs::path& candidate : {directory, directory / "best", directory / "last"}) {
    if (is_model_directory(candidate)) return from_model_directory(candidate, options);
  }
  throw Error(ErrorCode::not_found, directory.string(),
              "holds no model: expected config.json and model.safetensors, in it or in its best/",
              "Give a training run's directory, a model directory or a checkpoint file.");
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
    const bool in_model_directory =
        path.filename() == "model.safetensors" && is_model_directory(path.parent_path());
    return in_model_directory ? from_model_directory(path.parent_path(), options)
                              : from_file(path, manifest, options);
  }
  if (record == nullptr && looks_like_path(name_or_path)) {
    throw Error(ErrorCode::not_found, name_or_path, "no such file, and no published weights of that name",
                "'zoo list' shows all names.");
  }
  return from_record(record != nullptr ? *record : manifest.get(name_or_path), manifest, options);
}

}  // namespace zoo
