// A checkpoint's state dict under canonical names: what wrappers and publishers put around them is removed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"

namespace zoo {

struct TranslatedTensor {
  std::string name;       // canonical, or empty where the layout has no such name
  std::string file_name;  // as the state dict has it
  TensorView tensor;      // with its axes in canonical order
};

struct TranslatedTensors {
  std::vector<TranslatedTensor> tensors;  // of the net in the file, see find_net()
  Layout layout = Layout::torchvision;
  std::string wrapper;                       // "state_dict", "module.", "state_dict, module.", ... or ""
  std::vector<NamedTensor> between, beside;  // of the file and not of the net, see Place
  std::vector<std::string> notes;  // which net was taken and what was left out, without the file's name

  // nullptr if there is none of that canonical name.
  const TranslatedTensor* find(std::string_view name) const;
};

// `spec` decides the few names that differ between architectures; without a layout it is recognised by the
// names.
// `renamings` are made first (see rename).
// Throws Error{mismatch} if the file holds no state dict, if no layout knows any of its names, if it holds
// several nets of which none is the usual choice, or if two tensors become one canonical name.
TranslatedTensors translate(const Checkpoint& checkpoint, const ArchSpec& spec,
                            std::optional<Layout> layout = {}, std::span<const std::string> renamings = {});
// The same of a state dict that was found already, in the file of that name; without a spec see to_canonical.
TranslatedTensors translate(StateDict state, const std::string& file, const ArchSpec* spec,
                            std::optional<Layout> layout = {});

// What stands between the pictures and the answer changes it. Throws Error{mismatch} that lists those
// tensors.
[[noreturn]] void refuse_between(const TranslatedTensors& tensors, const std::string& file);

// What fit_archs goes by.
std::vector<NamedShape> shapes_of(const std::vector<NamedTensor>& tensors);

}  // namespace zoo
