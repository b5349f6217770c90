#include "zoo/convert/ema.h"

#include <algorithm>
#include <array>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

constexpr std::array<std::string_view, 13> kMembers{
    "state_dict_ema",  // timm
    "model_ema",       // torchvision's reference scripts
    "ema_state_dict", "model_ema_state_dict", "ema_model_state_dict", "ema_model", "ema",       "ema_weights",
    "params_ema",     "averaged_model",       "swa_state_dict",       "swa_model", "model_swa",
};
// Tensors of the average that are not the model's: torch's AveragedModel, mmengine, others.
constexpr std::array<std::string_view, 6> kCounters{"n_averaged",  "steps", "step",
                                                    "num_updates", "decay", "initted"};

// mmengine's hook swaps the two when it saves: the averaged weights are the checkpoint's "state_dict", those
// of the last step its "ema_state_dict".
bool is_swapped(const Value& root) {
  const Value* meta = root.find("meta");
  const bool mmengine =
      root.find("message_hub") != nullptr || (meta != nullptr && meta->find("mmengine_version") != nullptr);
  return mmengine && root.find("ema_state_dict") != nullptr && root.find("state_dict") != nullptr;
}

const Value* find_member(const Value& root, std::string& name) {
  if (is_swapped(root)) {
    name = "state_dict";
    return root.find(name);
  }
  for (const std::string_view member : kMembers) {
    const Value* found = root.find(member);
    if (found == nullptr || (found->as_dict() == nullptr && found->as_opaque() == nullptr)) continue;
    name = member;
    return found;
  }
  return nullptr;
}

[[noreturn]] void refuse(const Checkpoint& checkpoint) {
  std::vector<std::string> keys;
  if (const Dict* dict = checkpoint.root().as_dict()) {
    for (const auto& [key, member] : *dict) {
      const std::string* text = key.as_string();
      if (text != nullptr && member.as_tensor() == nullptr && keys.size() < 12)
        keys.push_back("'" + excerpt(*text, 80) + "'");
    }
  }
  throw Error(ErrorCode::not_found, checkpoint.path().string(),
              "no averaged weights in it" + (keys.empty() ? "" : ": its parts are " + join(keys, ", ")),
              "Leave --ema out to take the trained ones.");
}

}  // namespace

bool is_ema(std::string_view member) {
  return std::ranges::find(kMembers, member) != kMembers.end();
}

StateDict find_ema(const Checkpoint& checkpoint) {
  std::string member;
  const Value* value = find_member(checkpoint.root(), member);
  if (value == nullptr) refuse(checkpoint);
  StateDict state = find_state_dict(*value, checkpoint.path().string());
  state.wrapper = member + (state.wrapper.empty() ? "" : ".") + state.wrapper;
  std::erase_if(state.tensors, [](const NamedTensor& tensor) {
    return std::ranges::find(kCounters, tensor.name) != kCounters.end();
  });
  std::vector<std::string> names;
  names.reserve(state.tensors.size());
  for (const NamedTensor& tensor : state.tensors) names.push_back(tensor.name);
  const size_t prefix = common_wrapper_prefix(names).size();
  for (NamedTensor& tensor : state.tensors) tensor.name.erase(0, prefix);
  return state;
}

}  // namespace zoo
