// zoo inspect: what is in a checkpoint file. Nothing in it is executed.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/options.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "apps/inspect/inspect.h"
#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/class_names.h"
#include "zoo/convert/elements.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/net_names.h"
#include "zoo/resolve/description.h"
#include "zoo/resolve/model_folder.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

constexpr size_t kNearestArchs = 3;  // shown where none fits exactly

struct Finding {
  std::string wrapper, prefix;  // "state_dict", "module."
  std::optional<Layout> layout;
  std::vector<ArchFit> archs;       // exact ones, else the nearest
  std::vector<std::string> nets;    // prefixes of others, or, where none is the usual choice, of all
  std::vector<std::string> beside;  // tensors that are not the net's
};

Finding recognise(const Checkpoint& checkpoint) {
  Finding finding;
  std::vector<NamedShape> shapes;
  try {
    const StateDict state_dict = find_state_dict(checkpoint);
    finding.wrapper = state_dict.wrapper;
    for (const NamedTensor& tensor : state_dict.tensors) shapes.push_back({tensor.name, tensor.tensor.shape});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch) throw;
    return finding;  // no dict of tensors: there is nothing to recognise
  }
  finding.archs = fit_archs(shapes);
  NetNames net = find_net(shapes);
  finding.prefix = std::move(net.prefix);
  finding.layout = net.layout;
  finding.nets = std::move(net.ambiguous.empty() ? net.others : net.ambiguous);
  int64_t known = 0, of_net = 0;
  for (size_t i = 0; i < net.tensors.size(); ++i) {
    const auto& [place, name] = net.tensors[i];
    if (place != Place::net) finding.beside.push_back(std::move(shapes[i].name));
    of_net += place == Place::net;
    known += place == Place::net && to_canonical(*finding.layout, name).has_value();
  }
  // A few names that any net may have ("fc.weight") are no layout.
  if (2 * known < of_net) finding.layout.reset();
  if (!finding.archs.empty() && finding.archs.front().exact()) {
    std::erase_if(finding.archs, [](const ArchFit& fit) { return !fit.exact(); });
  } else if (finding.archs.size() > kNearestArchs) {
    finding.archs.erase(finding.archs.begin() + kNearestArchs, finding.archs.end());
  }
  return finding;
}

std::string arch_text(const ArchFit& fit) {
  std::string text = std::string(fit.arch->name) + ", ";
  text += fit.num_classes > 0 ? std::to_string(fit.num_classes) + " classes" : "no head";
  if (fit.in_channels != 3) text += ", " + std::to_string(fit.in_channels) + " input channels";
  if (fit.global_pool != GlobalPool::avg) text += ", global pool " + std::string(to_string(fit.global_pool));
  if (!fit.exact()) {
    text += "; " + std::to_string(fit.missing) + " of its tensors are missing, " +
            std::to_string(fit.unexpected) + " are not its own";
  }
  return text;
}

// Of the file, else of the config.json beside it.
std::vector<std::string> class_names_of(const Checkpoint& checkpoint, const Finding& finding) {
  std::vector<std::string> names = class_names_in(checkpoint);
  if (!names.empty() || finding.archs.empty()) return names;
  try {
    const auto folder = find_model_folder(checkpoint.path(), /*arch_is_given=*/true);
    const ArchFit& fit = finding.archs.front();
    if (folder) names = describe_folder(*folder, *fit.arch, fit.num_classes).labels;
  } catch (const Error&) {
    // Of another model: what is in the file is shown all the same.
  }
  return names;
}

// "1000: tench, goldfish, great white shark, ..."; nothing where the file names none.
std::string classes_text(std::vector<std::string> names) {
  constexpr size_t kShown = 10;
  if (names.empty()) return {};
  const std::string count = std::to_string(names.size());
  const bool more = names.size() > kShown;
  if (more) names.resize(kShown);
  return count + ": " + printable(join(names, ", ")) + (more ? ", ..." : "");
}

void print_text(const Checkpoint& checkpoint, const Finding& finding, const AllStatistics& statistics) {
  print_fact("File", printable(checkpoint.path().string()));
  print_fact("Format", std::string(to_string(checkpoint.format())));
  print_fact("Size", format_bytes(static_cast<int64_t>(std::filesystem::file_size(checkpoint.path()))));
  print_fact("Tensors", format_count(static_cast<int64_t>(checkpoint.tensors().size())));
  print_fact("State dict", printable(finding.wrapper));
  print_fact("Prefix", finding.prefix);
  for (const std::string& prefix : finding.nets)
    print_fact("Other net", prefix + ", --rename '" + renaming_of_prefix(prefix) + "' takes it");
  if (!finding.beside.empty())
    print_fact("Beside it", format_count(std::ssize(finding.beside)) +
                                (finding.beside.size() == 1 ? " tensor" : " tensors"));
  if (finding.layout) print_fact("Layout", std::string(to_string(*finding.layout)));
  const bool exact = !finding.archs.empty() && finding.archs.front().exact();
  for (const ArchFit& fit : finding.archs) print_fact(exact ? "Fits" : "Nearest", arch_text(fit));
  if (finding.archs.empty()) print_fact("Fits", "no architecture that zoo knows");
  print_fact("Class names", classes_text(class_names_of(checkpoint, finding)));
  for (const auto& [key, value] : checkpoint.metadata())
    print_fact("Metadata", printable(join({key, value}, " = ")));
  std::string label = "Names";
  for (const Global& global : checkpoint.globals())
    print_fact(std::exchange(label, ""), printable(global.text()));
  std::cout << '\n';
  print_tree(checkpoint, statistics);
}

// min, max and mean are null where no element is finite or the dtype has no order.
ordered_json to_json(const std::optional<Statistics>& found) {
  const bool finite = found && found->finite > 0;
  const auto number = [&](double value) { return finite ? ordered_json(value) : ordered_json(nullptr); };
  const auto count = [&](int64_t value) { return found ? ordered_json(value) : ordered_json(nullptr); };
  return {{"min", number(finite ? found->min : 0)},
          {"max", number(finite ? found->max : 0)},
          {"mean", number(finite ? found->mean : 0)},
          {"nan", count(found ? found->nan : 0)},
          {"inf", count(found ? found->inf : 0)}};
}

void print_json(const Checkpoint& checkpoint, const Finding& finding, const AllStatistics& statistics) {
  ordered_json archs = ordered_json::array(), tensors = ordered_json::array(),
               values = ordered_json::object();
  for (const ArchFit& fit : finding.archs) {
    archs.push_back({{"name", fit.arch->name},
                     {"exact", fit.exact()},
                     {"num_classes", fit.num_classes},
                     {"in_channels", fit.in_channels},
                     {"global_pool", to_string(fit.global_pool)},
                     {"missing", fit.missing},
                     {"unexpected", fit.unexpected}});
  }
  for (size_t i = 0; i < checkpoint.tensors().size(); ++i) {
    const auto& [name, tensor] = checkpoint.tensors()[i];
    ordered_json entry{{"name", name},
                       {"dtype", to_string(tensor.dtype)},
                       {"shape", tensor.shape},
                       {"bytes", tensor.bytes()}};
    if (!statistics.empty()) entry.update(to_json(statistics[i]));
    tensors.push_back(std::move(entry));
  }
  ordered_json globals = ordered_json::array();
  for (const Global& global : checkpoint.globals()) globals.push_back(global.text());
  // Put at the end without a search for the name, which would take time by the square of how many there are.
  const std::vector<PlainValue> plain_values = apps::plain_values(checkpoint.root());
  std::unordered_set<std::string_view> names;
  for (const PlainValue& plain : plain_values) {
    if (names.insert(plain.name).second)
      values.get_ref<ordered_json::object_t&>().push_back({plain.name, plain.text});
  }
  const ordered_json object{
      {"file", checkpoint.path().string()},
      {"format", to_string(checkpoint.format())},
      {"bytes", std::filesystem::file_size(checkpoint.path())},
      {"complete", checkpoint.truncation().empty()},
      {"wrapper", finding.wrapper},
      {"prefix", finding.prefix},
      {"other_nets", finding.nets},
      {"beside", finding.beside},
      {"layout", finding.layout ? ordered_json(to_string(*finding.layout)) : ordered_json(nullptr)},
      {"archs", archs},
      {"classes", class_names_of(checkpoint, finding)},
      {"metadata", checkpoint.metadata()},
      {"values", values},
      {"globals", globals},
      {"tensors", tensors}};
  // Names in a file need not be UTF-8.
  write_json(object);
}

// Nothing for tensors whose data is cut off.
AllStatistics gather_statistics(const std::vector<NamedTensor>& tensors) {
  AllStatistics found(tensors.size());
  size_t bytes = 0;
  for (const NamedTensor& tensor : tensors) bytes += static_cast<size_t>(tensor.tensor.bytes());
  run_parallel(tensors.size(), bytes, [&](size_t i) {
    try {
      found[i] = statistics(tensors[i].tensor);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::corrupt) throw;
    }
  });
  return found;
}

int run(const std::vector<std::string>& arguments) {
  auto options =
      make_options("zoo inspect", "FILE|FOLDER|RUN [--stats | --diff OTHER | --opaque] [--json]",
                   "Show what is in a checkpoint: its format, metadata, values and tensors, and which\n"
                   "architectures their names and shapes fit. Nothing in the file is executed. Of a\n"
                   "file that is cut off it shows what the header says; the exit status is 1 then.\n"
                   "It is 1 too where --diff finds a difference, and where --opaque finds a name that is\n"
                   "not on PyTorch's list of what torch.load(weights_only=True) takes.");
  options.add_options()("stats", "min, max, mean of each tensor, and how many elements are NaN or infinite")(
      "diff", "which tensors of another checkpoint differ, and by how much", cxxopts::value<std::string>(),
      "OTHER")("opaque", "which classes and functions a loader that executes would import and call")(
      "json", "print a JSON object");
  const auto flags = parse_options(options, arguments);
  const auto given = operands(options, flags, {.at_least = 1, .at_most = 1, .what = "a FILE"}).front();
  const std::string file = model_in(given).string();
  const bool json = flags.count("json") > 0, stats = flags.count("stats") > 0;
  if (flags.count("stats") + flags.count("diff") + flags.count("opaque") > 1)
    throw Error(ErrorCode::usage, "zoo inspect", "--stats, --diff and --opaque are reports of their own");
  if (flags.count("diff") > 0) {
    const auto other = flags["diff"].as<std::string>();
    return print_diff(Checkpoint::open(file), Checkpoint::open(model_in(other)), json) ? 1 : 0;
  }
  // A listing reads no tensor, so that it takes as long for a gigabyte as for a megabyte.
  const Checkpoint checkpoint = Checkpoint::open(file, {.check_crc = stats, .allow_truncated = true});
  const auto require_whole = [&] {
    if (!checkpoint.truncation().empty())
      throw Error(ErrorCode::corrupt, file, checkpoint.truncation(), "Get the file again.");
  };
  if (flags.count("opaque") > 0) {
    const bool calls = print_opaque(checkpoint, json);
    require_whole();
    return calls ? 1 : 0;
  }
  const Finding finding = recognise(checkpoint);
  const AllStatistics statistics = stats ? gather_statistics(checkpoint.tensors()) : AllStatistics();
  if (json) {
    print_json(checkpoint, finding, statistics);
  } else {
    print_text(checkpoint, finding, statistics);
  }
  require_whole();
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
