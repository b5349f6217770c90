// zoo inspect --opaque: what a pickle would have Python import and call, for whoever has to trust a file.
#include <algorithm>
#include <iostream>
#include <tuple>

#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/table.h"
#include "apps/inspect/inspect.h"
#include "apps/inspect/weights_only_names.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

bool is_listed(const Global& global) {
  const auto pair = [](const auto& of) {
    return std::tuple<std::string_view, std::string_view>(of.module, of.name);
  };
  return std::ranges::binary_search(kWeightsOnlyNames, pair(global), {},
                                    [&](const auto& known) { return pair(known); });
}

}  // namespace

bool print_opaque(const Checkpoint& checkpoint, bool json) {
  std::vector<Global> names(checkpoint.globals().begin(), checkpoint.globals().end());
  std::ranges::stable_partition(names, std::not_fn(is_listed));
  const auto foreign = std::ranges::count_if(names, std::not_fn(is_listed));
  const bool calls = foreign > 0 || checkpoint.is_torch_script();
  if (json) {
    ordered_json list = ordered_json::array();
    for (const Global& one : names)
      list.push_back({{"module", one.module}, {"name", one.name}, {"listed", is_listed(one)}});
    const ordered_json object{{"file", checkpoint.path().string()},
                              {"format", to_string(checkpoint.format())},
                              {"torch_script", checkpoint.is_torch_script()},
                              {"all_listed", !calls},
                              {"names", list}};
    write_json(object);
    return calls;
  }
  if (checkpoint.is_torch_script()) {
    std::cout << "This is a TorchScript archive: torch.load and torch.jit.load compile the code in it, and "
                 "run what\n"
                 "it says about loading. zoo reads its tensors and no code.\n\n";
  }
  if (names.empty()) {
    std::cout << "No pickle in this file names a class or a function.\n";
    return calls;
  }
  Table table({{"LISTED"}, {"NAME"}});
  for (const Global& one : names) table.add({is_listed(one) ? "yes" : "no", printable(one.text())});
  table.print(std::cout);
  std::cout << '\n';
  if (foreign == 0) {
    std::cout << "All of them are on PyTorch's list: torch.load(weights_only=True) imports and calls nothing "
                 "else.\n";
  } else {
    std::cout
        << foreign << " of " << names.size()
        << " are not on PyTorch's list of what torch.load(weights_only=True) takes. A loader that executes,\n"
           "such as torch.load(weights_only=False), imports each and calls it with what the file says.\n"
           "zoo read their names and nothing else. 'zoo convert' writes the tensors alone.\n";
  }
  return calls;
}

}  // namespace zoo::apps
