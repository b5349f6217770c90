#include "zoo/models/translate.h"

#include <algorithm>

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
  const std::string file = checkpoint.path().string();
  StateDict state = find_state_dict(checkpoint);
  std::vector<std::string> names;
  for (const NamedTensor& tensor : state.tensors) names.push_back(tensor.name);
  const std::string prefix = common_wrapper_prefix(names);
  for (std::string& name : names) name.erase(0, prefix.size());

  TranslatedTensors result;
  result.layout = layout ? *layout : layout_of(names, file);
  result.wrapper = state.wrapper + (state.wrapper.empty() || prefix.empty() ? "" : ", ") + prefix;
  for (size_t i = 0; i < names.size(); ++i) {
    TranslatedTensor& tensor = result.tensors.emplace_back();
    tensor.name = to_canonical(result.layout, names[i], &spec).value_or("");
    tensor.file_name = std::move(state.tensors[i].name);
    tensor.tensor = std::move(state.tensors[i].tensor);
  }
  return result;
}

}  // namespace zoo
