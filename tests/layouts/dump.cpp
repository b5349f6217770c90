// Prints, for every architecture and every layout that can say it, one line of JSON: the publisher's names of
// its tensors with their shapes, in zoo's order.
#include <iostream>

#include <nlohmann/json.hpp>

#include "zoo/layouts/layouts.h"

int main() {
  for (const zoo::ArchSpec& spec : zoo::arch_table()) {
    for (const zoo::Layout layout : zoo::named_layouts()) {
      if (!zoo::cannot_say(layout, spec).empty()) continue;
      nlohmann::json tensors = nlohmann::json::array();
      for (const zoo::TensorSpec& tensor : zoo::list_tensors(spec, {.num_classes = spec.num_classes}))
        tensors.push_back({zoo::from_canonical(layout, tensor.name, &spec), tensor.shape});
      std::cout << nlohmann::json{{"arch", spec.name}, {"layout", to_string(layout)}, {"tensors", tensors}}
                << '\n';
    }
  }
}
