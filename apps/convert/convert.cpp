// zoo convert: any checkpoint into another file format, layout or precision.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

#include "apps/cli/run_main.h"
#include "apps/convert/convert_options.h"
#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/json_string.h"
#include "zoo/base/text.h"
#include "zoo/cache/lockfile.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/cast.h"
#include "zoo/convert/class_names.h"
#include "zoo/convert/ema.h"
#include "zoo/convert/hugging_face.h"
#include "zoo/convert/model_directory.h"
#include "zoo/convert/relabel.h"
#include "zoo/convert/rename.h"
#include "zoo/fetch/present.h"
#include "zoo/manifest/manifest.h"
#include "zoo/resolve/choose_arch.h"
#include "zoo/resolve/description.h"
#include "zoo/resolve/known_file.h"
#include "zoo/resolve/model_folder.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

// IN, and who describes the model in it: the folder, or the manifest, or nobody.
struct Input {
  fs::path path;
  std::optional<ModelFolder> folder = {};
  const WeightRecord* record = nullptr;

  // What others say that the model is: its tensors alone do not always tell.
  std::optional<ArchSpec> arch() const {
    if (folder) return folder->arch();
    return record != nullptr ? std::optional(get_arch(record->arch)) : std::nullopt;
  }
};

Input find_input(const std::string& text, const Manifest& manifest) {
  std::error_code error;
  if (fs::exists(text, error)) return {.path = model_in(text)};
  const WeightRecord* record = manifest.find(text);
  if (record == nullptr) throw Error(ErrorCode::not_found, text, "no such file");
  std::string wrong;
  const auto found = find_present(*record, {.project_lock = find_project_lock()}, wrong);
  if (!found) {
    throw Error(wrong.empty() ? ErrorCode::not_found : ErrorCode::hash_mismatch, text,
                wrong.empty() ? "is not in the cache" : wrong,
                "'zoo download " + record->name + "' gets it.");
  }
  return {.path = found->path, .folder = {}, .record = record};
}

void note(const std::string& line) {
  std::cerr << "zoo convert: " << printable(line) << '\n';
}

void find_out_what_is_known(Input& in, const fs::path& file, const std::vector<NamedTensor>& tensors,
                            const Manifest& manifest) {
  if (in.record != nullptr) return;
  std::vector<std::string> notes;
  in.folder = find_model_folder(in.path, /*arch_is_given=*/false, &notes);
  if (in.folder) return;
  if (!notes.empty() && fs::is_directory(in.path)) {  // a folder is its config.json's word
    throw Error(ErrorCode::unsupported, in.path.string(), notes.front(),
                "Give the file itself, '" + file.string() + "'.");
  }
  for (const std::string& line : notes) note(line);
  const KnownFile known = find_known_file(file, tensors, manifest);
  in.record = known.record;
  if (known.by_name) note(file.string() + ": taken for " + known.record->name + " by its file name");
}

// Where nobody describes the model. What is said of it matters where a config.json names it.
std::optional<ArchSpec> chosen_arch(const Input& in, const Checkpoint& checkpoint,
                                    const std::vector<NamedTensor>& tensors, bool is_named) {
  const ArchChoice choice = choose_arch(checkpoint, tensors);
  if (choice.arch == nullptr) return std::nullopt;
  if (is_named && !choice.others.empty())
    note(in.path.string() + ": taken for " + std::string(choice.arch->name) +
         ", whose tensors are also those of " + join(choice.others, ", "));
  return *choice.arch;
}

void keep_only(std::vector<NamedTensor>& tensors, const std::string& pattern, const std::string& file) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  std::erase_if(tensors, [&](const NamedTensor& tensor) { return !glob_match(pattern, tensor.name); });
  if (!tensors.empty()) return;
  throw Error(ErrorCode::not_found, file, "no tensor's name fits '" + pattern + "'",
              did_you_mean(nearest_names(pattern, names)) + "'zoo inspect' lists them all.");
}

Description describe(const Input& in, const Relabelled& model, const Manifest& manifest) {
  const std::string name = in.path.string();
  if (in.folder) return describe_folder(*in.folder, model.arch, model.num_classes);
  if (in.record != nullptr && in.record->arch == model.arch.name) {
    return describe_record(*in.record, manifest, model.num_classes, name);
  }
  return describe_unknown(model.arch, name);
}

ModelCard make_card(const Input& in, const Checkpoint& checkpoint, const Relabelled& model,
                    const Manifest& manifest) {
  Description description = describe(in, model, manifest);
  add_names_in_file(description, checkpoint, model.num_classes, in.path.string());
  for (const std::string& line : description.notes) note(line);
  if (!description.assumed.empty()) note(description.assumed);
  return {.arch = std::string(model.arch.name),
          .labels = std::move(description.labels),
          .preprocess = description.preprocess,
          .problem_type = description.problem_type};
}

// The folder's word, unless the head's width contradicts it.
GlobalPool pool_of(const Input& in, const Relabelled& model) {
  if (!in.folder || !in.folder->timm) return model.global_pool;
  const GlobalPool said = in.folder->timm->global_pool;
  const bool agrees = pooled_channels(model.arch, said) == pooled_channels(model.arch, model.global_pool);
  return agrees || model.num_classes == 0 ? said : model.global_pool;
}

int64_t stride_of(const Input& in) {
  return in.folder && in.folder->timm ? in.folder->timm->output_stride : 0;
}

// Under other names than timm's the file would open as a model that computes something else.
void require_sayable(Layout layout, const Input& in, const Relabelled& model) {
  const std::string lack = cannot_say(layout, pool_of(in, model), stride_of(in));
  if (lack.empty()) return;
  throw Error(
      ErrorCode::unsupported, in.path.string(),
      "says a global pool or an output stride, and " + std::string(to_string(layout)) + "'s layout " + lack,
      "Use --format timm.");
}

// The tensors alone would open as a model that computes something else.
void require_told_by_tensors(const Input& in) {
  if (!in.folder || !in.folder->timm) return;
  const GlobalPool pool = in.folder->timm->global_pool;
  if ((pool == GlobalPool::avg || pool == GlobalPool::cat_avg_max) && stride_of(in) == 0) return;
  throw Error(ErrorCode::unsupported, in.path.string(),
              "says a global pool or an output stride, which a file of tensors does not",
              "Use --format timm.");
}

// Of a file that keeps its names. A damaged config.json says nothing, and matters little here.
void look_for_description(Input& in) {
  try {
    in.folder = find_model_folder(in.path, /*arch_is_given=*/true);
  } catch (const Error& error) {
    note(std::string("not heeded: ") + error.what());
  }
}

// A run would hold two models of one name, and lose the one that is read.
void require_out_of_model(const Input& in, const fs::path& out) {
  std::error_code error;
  const fs::path folder = in.folder ? in.folder->path : in.path;
  const fs::path target = fs::weakly_canonical(out, error), model = fs::canonical(folder, error);
  if (error || !fs::is_directory(model, error)) return;
  if (std::mismatch(model.begin(), model.end(), target.begin(), target.end()).first != model.end()) return;
  throw Error(ErrorCode::usage, out.string(), "lies in " + folder.string() + ", the model that is converted",
              "Write it to another place.");
}

WeightsFile weights_file(OutputFormat format) {
  if (format == OutputFormat::flax) return WeightsFile::flax;
  return format == OutputFormat::tf ? WeightsFile::tf : WeightsFile::safetensors;
}

void write_folder(const ConvertOptions& options, const Input& in, const Checkpoint& checkpoint,
                  const Relabelled& model, const Manifest& manifest,
                  const std::vector<NamedTensor>& tensors) {
  const ModelConfig config{.card = make_card(in, checkpoint, model, manifest),
                           .num_classes = model.num_classes,
                           .in_channels = model.in_channels,
                           .global_pool = pool_of(in, model),
                           .output_stride = stride_of(in)};
  std::vector<TextFile> texts;
  if (options.format == OutputFormat::timm) {
    if (find_arch(model.arch.name) == nullptr)
      throw Error(
          ErrorCode::unsupported, in.path.string(),
          "is a net that is none of zoo's architectures, so that timm's config.json has no name for it",
          "Use --format hf, or --format safetensors for its tensors alone.");
    texts.push_back({"config.json", to_config_json(config)});
  } else {
    texts.push_back({"config.json", to_hugging_face_config(model.arch, config)});
    texts.push_back({"preprocessor_config.json", to_hugging_face_preprocessor(config.card.preprocess)});
  }
  write_model_directory(options.out, weights_file(options.format), tensors, texts);
}

// Of the file itself, else of whoever describes it; a description needs to know the model.
std::vector<std::string> class_names_of(const Input& in, const Checkpoint& checkpoint,
                                        const Relabelled& model, const Manifest& manifest) {
  std::vector<std::string> names = class_names_in(checkpoint);
  const bool is_described = !model.arch.name.empty() && (in.folder || in.record != nullptr);
  if (names.empty() && !is_described && in.folder && in.folder->timm) return in.folder->timm->card.labels;
  return names.empty() && is_described ? describe(in, model, manifest).labels : names;
}

// The input's, which architecture it is, and what its classes are called, where class_names_in() finds it
// again.
std::map<std::string, std::string> metadata_of(const Input& in, const Checkpoint& checkpoint,
                                               std::vector<std::string> names) {
  std::map<std::string, std::string> metadata = checkpoint.metadata();
  if (in.folder && in.folder->timm && is_row(in.folder->arch()))
    metadata.emplace("arch", std::string(in.folder->arch().name));
  for (std::string& name : names) name = json_string(name);
  if (!names.empty()) metadata.emplace("class_names", "[" + join(names, ", ") + "]");
  return metadata;
}

void write_file(const ConvertOptions& options, const Input& in, const std::vector<NamedTensor>& tensors,
                const Checkpoint& checkpoint, const Relabelled& model, const Manifest& manifest) {
  std::vector<std::string> names;
  switch (options.format) {
    case OutputFormat::safetensors:
      names = class_names_of(in, checkpoint, model, manifest);
      write_safetensors(options.out, tensors, metadata_of(in, checkpoint, names));
      break;
    case OutputFormat::flax:
    case OutputFormat::tf:
      write_weights(options.out, weights_file(options.format), tensors);
      break;
    default:
      write_torch_zip(options.out, tensors);
  }
  if (!in.folder && in.record == nullptr && !fs::is_directory(in.path)) return;  // nobody says more
  note(in.path.string() + ": how its pictures are prepared" +
       (names.empty() ? " and what its classes are called" : "") +
       " is not part of a file; '--format timm' writes a folder that says it");
}

int run(const std::vector<std::string>& arguments) {
  const ConvertOptions options = parse_convert_options(arguments);
  const Manifest manifest = Manifest::load_default();
  Input in = find_input(options.in, manifest);
  const Checkpoint checkpoint = Checkpoint::open(in.path);
  require_out_of_model(in, options.out);

  StateDict state{{}, checkpoint.tensors()};
  if (options.ema) {
    state = find_ema(checkpoint);
  } else if (options.layout) {
    state = find_state_dict(checkpoint);
  }
  rename(state.tensors, options.renamings);
  if (options.layout) {
    find_out_what_is_known(in, checkpoint.path(), state.tensors, manifest);
  } else if (!options.ema && in.record == nullptr) {
    look_for_description(in);
    require_told_by_tensors(in);
  }
  Relabelled model;
  if (options.layout) {
    std::optional<ArchSpec> known = in.arch();
    if (!known) known = chosen_arch(in, checkpoint, state.tensors, options.folder);
    model = relabel(std::move(state), *options.layout, in.path.string(), known ? &*known : nullptr);
    for (const std::string& line : model.notes) note(in.path.string() + ": " + line);
    require_sayable(*options.layout, in, model);
    state.tensors = std::move(model.tensors);
  }
  if (state.tensors.empty()) throw Error(ErrorCode::mismatch, in.path.string(), "holds no tensors");
  if (!options.only.empty()) keep_only(state.tensors, options.only, in.path.string());
  if (options.dtype) state.tensors = cast(std::move(state.tensors), *options.dtype);

  if (options.folder) {
    write_folder(options, in, checkpoint, model, manifest, state.tensors);
  } else {
    write_file(options, in, state.tensors, checkpoint, model, manifest);
  }
  int64_t bytes = 0;
  for (const NamedTensor& tensor : state.tensors) bytes += tensor.tensor.bytes();
  std::cout << "wrote " << printable(options.out.string()) << ": " << format_count(std::ssize(state.tensors))
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
