// zoo inspect: what is in a checkpoint file. Nothing in it is executed.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <utility>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/table.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/layouts/layouts.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

constexpr size_t kNearestArchs = 3;   // shown where none fits exactly
constexpr size_t kValueColumns = 64;  // of a value's text; the JSON has all of it

struct Finding {
  std::string wrapper, prefix;  // "state_dict", "module."
  std::optional<Layout> layout;
  std::vector<ArchFit> archs;  // exact ones, else the nearest
};

Finding recognise(const Checkpoint& checkpoint) {
  Finding finding;
  std::vector<NamedShape> shapes;
  std::vector<std::string> names;
  try {
    const StateDict state_dict = find_state_dict(checkpoint);
    finding.wrapper = state_dict.wrapper;
    for (const NamedTensor& tensor : state_dict.tensors) {
      shapes.push_back({tensor.name, tensor.tensor.shape});
      names.push_back(tensor.name);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch) throw;
    return finding;  // no dict of tensors: there is nothing to recognise
  }
  finding.prefix = common_wrapper_prefix(names);
  for (std::string& name : names) name.erase(0, finding.prefix.size());
  finding.layout = recognise_layout(names);
  const auto known = [&](const std::string& name) { return to_canonical(*finding.layout, name).has_value(); };
  // A few names that any net may have ("fc.weight") are no layout.
  if (finding.layout && 2 * std::ranges::count_if(names, known) < std::ssize(names)) finding.layout.reset();
  finding.archs = fit_archs(shapes);
  if (!finding.archs.empty() && finding.archs.front().exact()) {
    std::erase_if(finding.archs, [](const ArchFit& fit) { return !fit.exact(); });
  } else if (finding.archs.size() > kNearestArchs) {
    finding.archs.erase(finding.archs.begin() + kNearestArchs, finding.archs.end());
  }
  return finding;
}

// The fewest digits that give the same number back.
std::string shortest_text(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

struct Plain {
  std::string name, value;
};

// The numbers and texts beside the tensors, at the top of the tree: epoch, accuracy, ...
std::vector<Plain> plain_values(const Value& root) {
  std::vector<Plain> values;
  const Dict* dict = root.as_dict();
  if (dict == nullptr) return values;
  for (const auto& [key, value] : *dict) {
    const std::string* name = key.as_string();
    if (name == nullptr) continue;
    if (const bool* flag = value.as_bool()) values.push_back({*name, *flag ? "true" : "false"});
    if (const int64_t* number = value.as_int()) values.push_back({*name, std::to_string(*number)});
    if (const double* number = value.as_double()) values.push_back({*name, shortest_text(*number)});
    if (const std::string* text = value.as_string()) values.push_back({*name, *text});
  }
  return values;
}

std::string arch_text(const ArchFit& fit) {
  std::string text = std::string(fit.arch->name) + ", ";
  text += fit.num_classes > 0 ? std::to_string(fit.num_classes) + " classes" : "no head";
  if (fit.in_channels != 3) text += ", " + std::to_string(fit.in_channels) + " input channels";
  if (!fit.exact()) {
    text += "; " + std::to_string(fit.missing) + " of its tensors are missing, " +
            std::to_string(fit.unexpected) + " are not its own";
  }
  return text;
}

void print_text(const Checkpoint& checkpoint, const Finding& finding) {
  print_fact("File", printable(checkpoint.path().string()));
  print_fact("Format", std::string(to_string(checkpoint.format())));
  print_fact("Size", format_bytes(static_cast<int64_t>(std::filesystem::file_size(checkpoint.path()))));
  print_fact("Tensors", format_count(static_cast<int64_t>(checkpoint.tensors().size())));
  print_fact("State dict", printable(finding.wrapper));
  print_fact("Prefix", finding.prefix);
  if (finding.layout) print_fact("Layout", std::string(to_string(*finding.layout)));
  const bool exact = !finding.archs.empty() && finding.archs.front().exact();
  for (const ArchFit& fit : finding.archs) print_fact(exact ? "Fits" : "Nearest", arch_text(fit));
  if (finding.archs.empty()) print_fact("Fits", "no architecture that zoo knows");
  for (const auto& [key, value] : checkpoint.metadata())
    print_fact("Metadata", printable(join({key, value}, " = ")));
  for (const Plain& plain : plain_values(checkpoint.root())) {
    print_fact("Value", printable(join({plain.name, plain.value}, " = ")).substr(0, kValueColumns));
  }
  std::string label = "Names";
  for (const std::string& global : checkpoint.globals())
    print_fact(std::exchange(label, ""), printable(global));
  if (checkpoint.tensors().empty()) return;
  std::cout << '\n';
  Table table({{"DTYPE"}, {"SHAPE"}, {"NAME"}});
  for (const NamedTensor& tensor : checkpoint.tensors()) {
    table.add({std::string(to_string(tensor.tensor.dtype)), shape_text(tensor.tensor.shape),
               printable(tensor.name)});
  }
  table.print(std::cout);
}

void print_json(const Checkpoint& checkpoint, const Finding& finding) {
  ordered_json archs = ordered_json::array(), tensors = ordered_json::array(),
               values = ordered_json::object();
  for (const ArchFit& fit : finding.archs) {
    archs.push_back({{"name", fit.arch->name},
                     {"exact", fit.exact()},
                     {"num_classes", fit.num_classes},
                     {"in_channels", fit.in_channels},
                     {"missing", fit.missing},
                     {"unexpected", fit.unexpected}});
  }
  for (const NamedTensor& tensor : checkpoint.tensors()) {
    tensors.push_back(
        {{"name", tensor.name}, {"dtype", to_string(tensor.tensor.dtype)}, {"shape", tensor.tensor.shape}});
  }
  for (const Plain& plain : plain_values(checkpoint.root())) values[plain.name] = plain.value;
  const ordered_json object{
      {"file", checkpoint.path().string()},
      {"format", to_string(checkpoint.format())},
      {"bytes", std::filesystem::file_size(checkpoint.path())},
      {"complete", checkpoint.truncation().empty()},
      {"wrapper", finding.wrapper},
      {"prefix", finding.prefix},
      {"layout", finding.layout ? ordered_json(to_string(*finding.layout)) : ordered_json(nullptr)},
      {"archs", archs},
      {"metadata", checkpoint.metadata()},
      {"values", values},
      {"globals", checkpoint.globals()},
      {"tensors", tensors}};
  // Names in a file need not be UTF-8.
  std::cout << object.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

int run_inspect(const Arguments& arguments) {
  auto options =
      make_options("zoo inspect", "FILE [--json]",
                   "Show what is in a checkpoint: its format, metadata and tensors, and which architectures\n"
                   "their names and shapes fit. Nothing in the file is executed. Of a file that is cut off\n"
                   "it shows what the header says; the exit status is 1 then.");
  options.add_options()("json", "print a JSON object");
  const auto flags = parse_options(options, arguments);
  const auto file = operands(options, flags, {.at_least = 1, .at_most = 1, .what = "a FILE"}).front();
  const Checkpoint checkpoint = Checkpoint::open(file, {.allow_truncated = true});
  const Finding finding = recognise(checkpoint);
  if (flags.count("json") > 0) {
    print_json(checkpoint, finding);
  } else {
    print_text(checkpoint, finding);
  }
  if (checkpoint.truncation().empty()) return 0;
  throw Error(ErrorCode::corrupt, file, checkpoint.truncation(), "Get the file again.");
}

}  // namespace zoo::apps
