#include "zoo/resolve/description.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/foreign_text.h"
#include "zoo/convert/cast.h"
#include "zoo/convert/class_names.h"
#include "zoo/layouts/model_card.h"
#include "zoo/layouts/resnet_config.h"
#include "zoo/resolve/image_processor.h"
#include "zoo/resolve/transformers_config.h"

namespace zoo {
namespace {

// Three numbers of a floating tensor.
std::optional<std::array<double, 3>> three_of(const TensorView& tensor) {
  constexpr std::array kFloating{DType::f64, DType::f32, DType::f16, DType::bf16};
  if (tensor.numel() != 3 || std::ranges::find(kFloating, tensor.dtype) == kFloating.end())
    return std::nullopt;
  const std::vector<NamedTensor> wide = cast({{"", tensor}}, DType::f32);
  std::array<float, 3> values{};
  wide.front().tensor.copy_to(reinterpret_cast<std::byte*>(values.data()));
  return std::array<double, 3>{values[0], values[1], values[2]};
}

// "0.mean and 0.std" where a module in front of the net subtracts and divides by these; "" where none does.
std::string take_normaliser(const std::vector<NamedTensor>& beside, Preprocess& preprocess) {
  for (const NamedTensor& one : beside) {
    if (!one.name.ends_with("mean")) continue;
    const std::string other_name = one.name.substr(0, one.name.size() - 4) + "std";
    const auto other = std::ranges::find(beside, other_name, &NamedTensor::name);
    if (other == beside.end()) continue;
    const auto mean = three_of(one.tensor), std = three_of(other->tensor);
    if (!mean || !std || !std::ranges::all_of(*std, [](double value) { return value > 0; })) continue;
    preprocess.mean = *mean;
    preprocess.std = *std;
    // In 0..255.
    if (std::ranges::any_of(*std, [](double value) { return value > 1; })) preprocess.rescale = 1;
    return excerpt(one.name) + " and " + excerpt(other_name);
  }
  return {};
}

std::string in_words(const Preprocess& preprocess, const std::string& normaliser = {}) {
  const std::string resize = preprocess.resize == ResizeMode::none
                                 ? "no resize"
                                 : "short edge " + std::to_string(preprocess.resize_px) + " (bilinear)";
  return resize + ", centre crop " + std::to_string(preprocess.crop_px) + ", " +
         (normaliser.empty() ? "ImageNet mean and std" : "mean and std of the file's own " + normaliser);
}

Description describe_card(const ModelCard& card, const std::string& file, int64_t num_classes) {
  const auto named = static_cast<int64_t>(card.labels.size());
  if (num_classes > 0 && named > 0 && named != num_classes) {
    throw Error(
        ErrorCode::mismatch, file,
        "names " + std::to_string(named) + " classes, the tensors have " + std::to_string(num_classes));
  }
  return {.labels = num_classes > 0 ? card.labels : std::vector<std::string>{},
          .other_names = {},
          .preprocess = card.preprocess,
          .problem_type = card.problem_type,
          .notes = {}};
}

}  // namespace

Description describe_record(const WeightRecord& record, const Manifest& manifest, int64_t num_classes,
                            const std::string& name) {
  Description description;
  description.preprocess = record.preprocess;
  if (record.labels.empty()) return description;
  const LabelSet& set = manifest.label_set(record.labels);
  if (std::ssize(set.names) == num_classes) {
    description.labels = set.names;
    description.other_names = set.other_names;
  } else {
    description.notes.push_back(name + ": its " + std::to_string(num_classes) +
                                " classes are left without names: the label set '" + record.labels +
                                "' has " + std::to_string(set.names.size()));
  }
  return description;
}

Description describe_folder(const ModelFolder& folder, const ArchSpec& arch, int64_t num_classes) {
  if (folder.timm) return describe_card(folder.timm->card, folder.config_path().string(), num_classes);
  Description description;
  const std::filesystem::path preprocessor = folder.path / "preprocessor_config.json";
  if (std::filesystem::is_regular_file(preprocessor)) {
    description.preprocess = read_transformers_preprocess(read_text(preprocessor), preprocessor.string());
  } else {
    description.preprocess = default_preprocess(arch);
    description.assumed =
        preprocessor.string() + " is not there; assumed: " + in_words(description.preprocess);
  }
  description.labels =
      read_transformers_labels(folder.config_text, folder.config_path().string(), num_classes);
  description.problem_type =
      hf::parse_resnet_config(folder.config_text, folder.config_path().string()).problem_type;
  return description;
}

void add_names_in_file(Description& description, const Checkpoint& checkpoint, int64_t num_classes,
                       const std::string& name) {
  if (!description.labels.empty() || num_classes == 0) return;
  std::vector<std::string> names = class_names_in(checkpoint);
  if (std::ssize(names) == num_classes) {
    description.labels = std::move(names);
  } else if (!names.empty()) {
    description.notes.push_back(name + ": the class names in the file are not used: they are " +
                                std::to_string(names.size()) + ", the model has " +
                                std::to_string(num_classes) + " classes");
  }
}

Description describe_unknown(const ArchSpec& arch, const std::string& name,
                             const std::vector<NamedTensor>& beside) {
  Description description;
  description.preprocess = default_preprocess(arch);
  const std::string normaliser = take_normaliser(beside, description.preprocess);
  description.assumed = name + ": nobody says how its pictures were prepared; assumed: " +
                        in_words(description.preprocess, normaliser);
  return description;
}

}  // namespace zoo
