#include "zoo/convert/translate.h"

#include <algorithm>
#include <map>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/convert/ema.h"
#include "zoo/convert/rename.h"
#include "zoo/layouts/net_names.h"

namespace zoo {
namespace {

constexpr size_t kListed = 3;  // names in a message; the rest is a number

std::string in_quotes(std::string_view text) {
  return "'" + excerpt(text, 80) + "'";
}

// "'a', 'b' and 7 more"
std::string some(const std::vector<std::string>& names) {
  std::vector<std::string> first;
  for (size_t i = 0; i < std::min(names.size(), kListed); ++i) first.push_back(in_quotes(names[i]));
  return join(first, ", ") +
         (names.size() > kListed ? " and " + std::to_string(names.size() - kListed) + " more" : "");
}

std::string rename_flag(const std::string& renaming) {
  return "--rename '" + excerpt(renaming, 1000) + "'";
}

[[noreturn]] void refuse_names(const std::vector<NamedTensor>& tensors, const std::string& file) {
  std::vector<std::string> names;
  names.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  throw Error(ErrorCode::mismatch, file,
              "none of its " + std::to_string(names.size()) +
                  " tensor names is one of a ResNet that zoo knows: " + some(names),
              "'zoo inspect' lists them all; --rename 'REGEX=TO' gives them torchvision's.");
}

[[noreturn]] void refuse_nets(const std::vector<std::string>& prefixes, const std::string& file) {
  std::vector<std::string> ways;
  const bool has_bare = std::ranges::find(prefixes, "") != prefixes.end();
  for (size_t i = 0; i < std::min(prefixes.size(), kListed); ++i) {
    if (!has_bare) {
      ways.push_back(rename_flag(renaming_of_prefix(prefixes[i])));
    } else if (!prefixes[i].empty()) {  // its names are taken: it can but be left out
      ways.push_back(rename_flag("^" + regex_of(prefixes[i]) + ".*=") + " leaves that one out");
    }
  }
  throw Error(ErrorCode::mismatch, file,
              "holds " + std::to_string(prefixes.size()) + " nets, under " + some(prefixes),
              "Say which is meant: " + join(ways, ", or ") + ".");
}

[[noreturn]] void refuse_pair(const std::string& other, const TranslatedTensor& tensor,
                              const std::string& file) {
  throw Error(ErrorCode::mismatch, file,
              "tensors " + in_quotes(other) + " and " + in_quotes(tensor.file_name) +
                  " are both the model's '" + tensor.name + "'",
              rename_flag("^" + regex_of(tensor.file_name) + "$=") + " leaves the second out.");
}

bool is_of_other_net(const NetNames& net, std::string_view name) {
  return std::ranges::any_of(net.others, [&](const std::string& other) { return name.starts_with(other); });
}

// Whether that module, "fc.0.", is a layer among others of a head: its own output is not the answer.
bool is_one_of_several(std::string_view module, const NetNames& net, const TranslatedTensors& found) {
  const std::string_view parent = module.substr(0, module.rfind('.', module.size() - 2) + 1);
  if (parent.empty() || net.prefix.starts_with(parent)) return false;
  return std::ranges::any_of(found.beside, [&](const NamedTensor& tensor) {
    return tensor.name.starts_with(parent) && !tensor.name.starts_with(module);
  });
}

// Of a net without a head: the one matrix beside it that reads its features, or nothing.
std::string head_note(const NetNames& net, const TranslatedTensors& found) {
  if (found.find("fc.weight") != nullptr) return {};
  int64_t features = 0;
  for (const TranslatedTensor& tensor : found.tensors) {
    if (tensor.tensor.shape.size() == 4) features = std::max(features, tensor.tensor.shape[0]);
  }
  constexpr std::string_view kWeight = "weight";
  std::vector<const NamedTensor*> heads;
  for (const NamedTensor& one : found.beside) {
    const std::vector<int64_t>& shape = one.tensor.shape;
    if (one.name.ends_with("." + std::string(kWeight)) && shape.size() == 2 && shape[1] == features &&
        !is_of_other_net(net, one.name))
      heads.push_back(&one);
  }
  if (heads.size() != 1) return {};
  std::string head = from_canonical(found.layout, "fc.weight"), module = heads.front()->name;
  head.erase(head.size() - kWeight.size());
  module.erase(module.size() - kWeight.size());
  if (is_one_of_several(module, net, found)) return {};
  return "the net has no head; " + in_quotes(heads.front()->name) + ", " +
         shape_text(heads.front()->tensor.shape) +
         ", may be it: " + rename_flag("^" + regex_of(module) + "=" + net.prefix + head) + " takes it";
}

std::vector<std::string> notes_of(const NetNames& net, const TranslatedTensors& found) {
  std::vector<std::string> notes;
  notes.reserve(net.others.size());
  for (const std::string& other : net.others) {
    notes.push_back("the net under " + in_quotes(net.prefix) + " is taken, not the one under " +
                    in_quotes(other) + "; " + rename_flag(renaming_of_prefix(other)) + " takes that");
  }
  std::vector<std::string> left_out;
  left_out.reserve(found.between.size() + found.beside.size());
  for (const NamedTensor& tensor : found.between) left_out.push_back(tensor.name);
  for (const NamedTensor& tensor : found.beside) {
    if (!is_of_other_net(net, tensor.name)) left_out.push_back(tensor.name);
  }
  if (!left_out.empty()) {
    notes.push_back("left out " + std::to_string(left_out.size()) +
                    (left_out.size() == 1 ? " tensor that is" : " tensors that are") +
                    " not the net's: " + some(left_out));
  }
  if (std::string head = head_note(net, found); !head.empty()) notes.push_back(std::move(head));
  return notes;
}

}  // namespace

const TranslatedTensor* TranslatedTensors::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &TranslatedTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

TranslatedTensors translate(const Checkpoint& checkpoint, const ArchSpec& spec, std::optional<Layout> layout,
                            std::span<const std::string> renamings) {
  StateDict state = find_state_dict(checkpoint);
  rename(state.tensors, renamings);
  return translate(std::move(state), checkpoint.path().string(), &spec, layout);
}

TranslatedTensors translate(StateDict state, const std::string& file, const ArchSpec* spec,
                            std::optional<Layout> layout) {
  const NetNames net = find_net(shapes_of(state.tensors));
  if (!net.ambiguous.empty()) refuse_nets(net.ambiguous, file);
  TranslatedTensors result;
  if (!net.layout && !layout) refuse_names(state.tensors, file);
  result.layout = layout ? *layout : *net.layout;
  result.wrapper = state.wrapper + (state.wrapper.empty() || net.prefix.empty() ? "" : ", ") + net.prefix;
  std::map<std::string, std::string> origin;  // of a canonical name
  for (size_t i = 0; i < state.tensors.size(); ++i) {
    const auto& [place, name] = net.tensors[i];
    if (place != Place::net) {
      (place == Place::between ? result.between : result.beside).push_back(std::move(state.tensors[i]));
      continue;
    }
    std::string& file_name = state.tensors[i].name;
    const TensorView& view = state.tensors[i].tensor;
    TranslatedTensor tensor{.name = to_canonical(result.layout, name, spec).value_or(""),
                            .file_name = std::move(file_name),
                            .tensor = view.permuted(canonical_axes(result.layout, view.shape.size()))};
    if (!tensor.name.empty()) {
      const auto [other, is_new] = origin.emplace(tensor.name, tensor.file_name);
      if (!is_new) refuse_pair(other->second, tensor, file);
    }
    result.tensors.push_back(std::move(tensor));
  }
  result.notes = notes_of(net, result);
  for (const std::string& other : state.others) {
    result.notes.push_back(in_quotes(state.wrapper) + " is taken, not " + in_quotes(other) + " beside it" +
                           (is_ema(other) ? "; 'zoo convert --ema' takes the average"
                                          : "; in Python, save that one alone to take it"));
  }
  return result;
}

void refuse_between(const TranslatedTensors& tensors, const std::string& file) {
  std::vector<std::string> names, ways;
  for (const NamedTensor& tensor : tensors.between) {
    names.push_back(tensor.name);
    const std::string module = tensor.name.substr(0, tensor.name.rfind('.') + 1);
    std::string way = rename_flag("^" + regex_of(module) + ".*=");
    if (std::ranges::find(ways, way) == ways.end()) ways.push_back(std::move(way));
  }
  throw Error(
      ErrorCode::mismatch, file,
      "has tensors between the pictures and the answer that zoo's ResNets do not have: " + some(names),
      "'zoo finetune' takes the backbone and gives it a new head; if they change nothing, " +
          join(ways, " ") + " leaves them out.");
}

std::vector<NamedShape> shapes_of(const std::vector<NamedTensor>& tensors) {
  std::vector<NamedShape> shapes;
  shapes.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) shapes.push_back({tensor.name, tensor.tensor.shape});
  return shapes;
}

}  // namespace zoo
