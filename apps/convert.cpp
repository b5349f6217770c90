// zoo convert: any checkpoint into another file format, layout or precision.
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>

#include "apps/convert_options.h"
#include "apps/run_main.h"
#include "apps/table.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/cast.h"
#include "zoo/convert/ema.h"
#include "zoo/convert/hugging_face.h"
#include "zoo/convert/model_directory.h"
#include "zoo/convert/relabel.h"
#include "zoo/core/cache.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/manifest.h"
#include "zoo/core/sha256.h"
#include "zoo/core/text.h"
#include "zoo/weights/transformers_config.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

// IN, and what the manifest knows of it.
struct Input {
  fs::path path;
  const WeightRecord* record = nullptr;
};

const WeightRecord* known_file(const fs::path& path, const Manifest& manifest) {
  if (!fs::is_regular_file(path)) return nullptr;
  if (const WeightRecord* record = manifest.find_by_sha256(sha256_file(path))) return record;
  return manifest.find_by_file_name(path.filename().string());
}

Input find_input(const std::string& text, const Manifest& manifest) {
  std::error_code error;
  if (fs::exists(text, error)) return {text, nullptr};
  const WeightRecord* record = manifest.find(text);
  if (record == nullptr) throw Error(ErrorCode::not_found, text, "no such file");
  const fs::path path = cached_path(*record);
  if (!fs::exists(path, error)) {
    throw Error(ErrorCode::not_found, text, "is not in the cache",
                "'zoo download " + record->name + "' gets it.");
  }
  return {path, record};
}

void keep_only(std::vector<NamedTensor>& tensors, const std::string& pattern, const std::string& file) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  std::erase_if(tensors, [&](const NamedTensor& tensor) { return !glob_match(pattern, tensor.name); });
  if (!tensors.empty()) return;
  throw Error(ErrorCode::not_found, file, "no tensor's name fits '" + pattern + "'",
              did_you_mean(nearest_names(pattern, names)) + "'zoo inspect' lists them all.");
}

void rename(std::vector<NamedTensor>& tensors, const std::vector<Renaming>& renamings) {
  for (const Renaming& renaming : renamings) {
    try {
      for (NamedTensor& tensor : tensors)
        tensor.name = std::regex_replace(tensor.name, renaming.from, renaming.to);
    } catch (const std::regex_error&) {
      throw Error(ErrorCode::usage, "zoo convert", "--rename: '" + renaming.text + "' is too complex");
    }
  }
  std::set<std::string_view> names;
  for (const NamedTensor& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      throw Error(ErrorCode::usage, "zoo convert",
                  "--rename gives two tensors the name '" + tensor.name + "'");
  }
}

// The config.json beside the tensors; an empty path where there is none.
fs::path config_of(const fs::path& in) {
  const fs::path folder = in.filename() == "model.safetensors" ? in.parent_path() : in;
  const fs::path config = folder / "config.json";
  return fs::is_regular_file(config) ? config : fs::path();
}

// What others say that the model is: its tensors alone do not always tell.
std::optional<ArchSpec> known_arch(const Input& in) {
  if (in.record != nullptr) return get_arch(in.record->arch);
  const fs::path config = config_of(in.path);
  if (config.empty()) return std::nullopt;
  const std::string text = read_text(config);
  if (is_transformers_config(text)) return read_transformers_arch(text, config.string());
  try {
    return get_arch(parse_config_json(text, config.string()).card.arch);
  } catch (const Error&) {
    return std::nullopt;  // somebody else's file: the tensors decide
  }
}

// Labels and preprocessing: of the published weight, of the folder's own config.json, or the arch's usual
// ones.
ModelCard make_card(const Input& in, const Relabelled& model, const Manifest& manifest) {
  if (in.record != nullptr && in.record->arch == model.arch.name) {
    ModelCard card{.arch = in.record->arch, .labels = {}, .preprocess = in.record->preprocess};
    if (!in.record->labels.empty()) card.labels = manifest.label_set(in.record->labels);
    if (static_cast<int64_t>(card.labels.size()) != model.num_classes) card.labels.clear();
    return card;
  }
  const fs::path config = config_of(in.path);
  try {
    if (!config.empty()) return parse_config_json(read_text(config), config.string()).card;
  } catch (const Error&) {
    // Transformers' own: it says nothing of preprocessing.
  }
  std::cerr << "zoo convert: nobody says how pictures were prepared for " << in.path.string()
            << "; the usual way is written down\n";
  return {.arch = std::string(model.arch.name), .labels = {}, .preprocess = default_preprocess(model.arch)};
}

void write_folder(const ConvertOptions& options, const Input& in, const Relabelled& model,
                  const Manifest& manifest, const std::vector<NamedTensor>& tensors) {
  const ModelConfig config{make_card(in, model, manifest), model.num_classes, model.in_channels};
  if (options.format == OutputFormat::timm) {
    write_model_directory(options.out, tensors, {{"config.json", to_config_json(config)}});
  } else {
    write_model_directory(
        options.out, tensors,
        {{"config.json", to_hugging_face_config(model.arch, config)},
         {"preprocessor_config.json", to_hugging_face_preprocessor(config.card.preprocess)}});
  }
}

int run(const std::vector<std::string>& arguments) {
  const ConvertOptions options = parse_convert_options(arguments);
  const Manifest manifest = Manifest::load_default();
  Input in = find_input(options.in, manifest);
  const Checkpoint checkpoint = Checkpoint::open(in.path);
  const bool folder = options.format == OutputFormat::hf || options.format == OutputFormat::timm;
  if (folder && in.record == nullptr) in.record = known_file(in.path, manifest);

  StateDict state{{}, checkpoint.tensors()};
  if (options.ema) {
    state = find_ema(checkpoint);
  } else if (options.layout) {
    state = find_state_dict(checkpoint);
  }
  Relabelled model;
  if (options.layout) {
    const std::optional<ArchSpec> known = known_arch(in);
    model = relabel(std::move(state), *options.layout, in.path.string(), known ? &*known : nullptr);
    state.tensors = std::move(model.tensors);
  }
  if (state.tensors.empty()) throw Error(ErrorCode::mismatch, in.path.string(), "holds no tensors");
  if (!options.only.empty()) keep_only(state.tensors, options.only, in.path.string());
  if (!options.renamings.empty()) rename(state.tensors, options.renamings);
  if (options.dtype) state.tensors = cast(std::move(state.tensors), *options.dtype);

  if (folder) {
    write_folder(options, in, model, manifest, state.tensors);
  } else if (options.format == OutputFormat::safetensors) {
    write_safetensors(options.out, state.tensors, checkpoint.metadata());
  } else {
    write_torch_zip(options.out, state.tensors);
  }
  int64_t bytes = 0;
  for (const NamedTensor& tensor : state.tensors) bytes += tensor.tensor.bytes();
  std::cout << "wrote " << options.out.string() << ": " << format_count(std::ssize(state.tensors))
            << " tensors, " << format_bytes(bytes);
  if (options.layout) std::cout << ", " << to_string(*options.layout) << " names";
  std::cout << '\n';
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
