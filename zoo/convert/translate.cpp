#include "zoo/convert/translate.h"

#include <algorithm>
#include <map>

#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

Layout layout_of(const std::vector<std::string>& names, const std::string& file) {
  if (const auto layout = recognise_layout(names)) return *layout;
  std::vector<std::string> some;
  for (size_t i = 0; i < std::min<size_t>(names.size(), 3); ++i) some.push_back("'" + names[i] + "'");
  throw Error(ErrorCode::mismatch, file,
              "none of its " + std::to_string(names.size()) +
                  " tensor names is one of a ResNet that zoo knows: " + join(some, ", ") +
                  (names.size() > some.size() ? ", ..." : ""),
              "'zoo inspect' lists them all.");
}

}  // namespace

const TranslatedTensor* TranslatedTensors::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &TranslatedTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

TranslatedTensors translate(const Checkpoint& checkpoint, const ArchSpec& spec,
                            std::optional<Layout> layout) {
  return translate(find_state_dict(checkpoint), checkpoint.path().string(), &spec, layout);
}

TranslatedTensors translate(StateDict state, const std::string& file, const ArchSpec* spec,
                            std::optional<Layout> layout) {
  std::vector<std::string> names;
  names.reserve(state.tensors.size());
  for (const NamedTensor& tensor : state.tensors) names.push_back(tensor.name);
  const std::string prefix = common_wrapper_prefix(names);
  for (std::string& name : names) name.erase(0, prefix.size());

  TranslatedTensors result;
  result.layout = layout ? *layout : layout_of(names, file);
  result.wrapper = state.wrapper + (state.wrapper.empty() || prefix.empty() ? "" : ", ") + prefix;
  std::map<std::string_view, std::string_view> origin;  // of a canonical name
  result.tensors.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    TranslatedTensor& tensor = result.tensors.emplace_back();
    tensor.name = to_canonical(result.layout, names[i], spec).value_or("");
    tensor.file_name = std::move(state.tensors[i].name);
    const TensorView& view = state.tensors[i].tensor;
    tensor.tensor = view.permuted(canonical_axes(result.layout, view.shape.size()));
    if (tensor.name.empty()) continue;
    const auto [other, is_new] = origin.emplace(tensor.name, tensor.file_name);
    if (!is_new) {
      throw Error(ErrorCode::mismatch, file,
                  "tensors '" + std::string(other->second) + "' and '" + tensor.file_name +
                      "' are both the model's '" + tensor.name + "'");
    }
  }
  return result;
}

std::vector<NamedShape> shapes_of(const std::vector<NamedTensor>& tensors) {
  std::vector<NamedShape> shapes;
  shapes.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) shapes.push_back({tensor.name, tensor.tensor.shape});
  return shapes;
}

}  // namespace zoo
