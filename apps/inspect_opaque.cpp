// zoo inspect --opaque: what a pickle would have imported, as a report for whoever has to trust a file.
#include <algorithm>
#include <array>
#include <iostream>

#include <nlohmann/json.hpp>

#include "apps/inspect.h"
#include "apps/table.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

enum class Verdict { harmless, code, dangerous };

// Names that only make data. A pattern that ends in '.' or '_' is the beginning of a name: of a family all of
// whose members are known to be harmless.
constexpr std::array kHarmless = std::to_array<std::string_view>({
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "collections.deque",
    "torch._utils._rebuild_",
    "torch.Size",
    "torch.device",
    "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer",
    "torch._tensor._rebuild_from_type_v2",
    "torch.serialization._get_layout",
    "torch.jit._pickle.",
    "__torch__.",
    "_codecs.encode",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.ndarray",
    "numpy.dtype",
    "argparse.Namespace",
    "datetime.datetime",
    "datetime.date",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "pathlib.Path",
    "pathlib.PosixPath",
    "pathlib.WindowsPath",
    "pathlib.PurePath",
    "pathlib.PurePosixPath",
    "pathlib.PureWindowsPath",
});
// Modules whose classes that end in Storage or Tensor are types of tensors.
constexpr std::array kTensorModules = std::to_array<std::string_view>(
    {"torch", "torch.cuda", "torch.storage", "torch.sparse", "torch.cuda.sparse"});
constexpr std::array<std::string_view, 14> kBuiltins{"bytes", "bytearray", "set",   "frozenset", "complex",
                                                     "int",   "float",     "bool",  "str",       "list",
                                                     "tuple", "dict",      "slice", "range"};
// Modules by which a pickle takes over the process that loads it, and functions that load another pickle.
constexpr std::array kDangerous = std::to_array<std::string_view>({
    "os",
    "posix",
    "nt",
    "subprocess",
    "sys",
    "socket",
    "shutil",
    "importlib",
    "runpy",
    "pickle",
    "_pickle",
    "marshal",
    "ctypes",
    "code",
    "codeop",
    "builtins",
    "__builtin__",
    "pty",
    "platform",
    "webbrowser",
    "commands",
    "timeit",
    "cProfile",
    "profile",
    "pdb",
    "bdb",
    "pydoc",
    "operator",
    "functools",
    "types",
    "urllib",
    "requests",
    "asyncio",
    "multiprocessing",
    "threading",
    "cloudpickle",
    "dill",
    "joblib",
    "torch.hub",
    "torch.package",
    "torch.utils.cpp_extension",
});
constexpr std::array kLoaders = std::to_array<std::string_view>({
    "torch.load",
    "torch.jit.load",
    "torch.serialization.load",
    "torch.serialization._load",
    "torch.serialization._legacy_load",
    "torch.storage._load_from_bytes",
    "numpy.load",
});

bool starts_or_is(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('.') || pattern.ends_with('_') ? name.starts_with(pattern) : name == pattern;
}

// "torch.FloatStorage", "torch.cuda.HalfStorage", "torch.float16", "torch.per_tensor_affine"
bool is_torch_value(std::string_view name) {
  if (!name.starts_with("torch.")) return false;
  const std::string_view last = name.substr(name.rfind('.') + 1);
  const std::string_view module = name.substr(0, name.rfind('.'));
  if (last.ends_with("Storage") || last.ends_with("Tensor"))
    return std::ranges::find(kTensorModules, module) != kTensorModules.end();
  return module == "torch" && (find_dtype(last).has_value() || last.starts_with("per_tensor_") ||
                               last.starts_with("per_channel_"));
}

Verdict judge(std::string_view name) {
  if (is_torch_value(name)) return Verdict::harmless;
  if (std::ranges::any_of(kHarmless, [&](std::string_view known) { return starts_or_is(name, known); }))
    return Verdict::harmless;
  const size_t dot = name.rfind('.');
  const std::string_view module = name.substr(0, dot == std::string_view::npos ? 0 : dot);
  if (module == "builtins" || module == "__builtin__") {
    const std::string_view type = name.substr(dot + 1);
    return std::ranges::find(kBuiltins, type) != kBuiltins.end() ? Verdict::harmless : Verdict::dangerous;
  }
  if (std::ranges::find(kLoaders, name) != kLoaders.end()) return Verdict::dangerous;
  const bool dangerous = std::ranges::any_of(kDangerous, [&](std::string_view known) {
    return module == known || (module.starts_with(known) && module[known.size()] == '.');
  });
  return dangerous ? Verdict::dangerous : Verdict::code;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::harmless:
      return "harmless";
    case Verdict::code:
      return "runs code";
    case Verdict::dangerous:
      return "DANGEROUS";
  }
  return "";
}

}  // namespace

bool print_opaque(const Checkpoint& checkpoint, bool json) {
  struct Judged {
    std::string name;
    Verdict verdict;
  };
  std::vector<Judged> names;
  for (const std::string& name : checkpoint.globals()) names.push_back({name, judge(name)});
  std::ranges::stable_sort(names, std::ranges::greater(), &Judged::verdict);
  const auto foreign =
      std::ranges::count_if(names, [](const Judged& one) { return one.verdict != Verdict::harmless; });
  if (json) {
    ordered_json list = ordered_json::array();
    for (const Judged& one : names) list.push_back({{"name", one.name}, {"verdict", to_string(one.verdict)}});
    const ordered_json object{{"file", checkpoint.path().string()}, {"safe", foreign == 0}, {"names", list}};
    std::cout << object.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return foreign > 0;
  }
  if (names.empty()) {
    std::cout << "This file names no class and no function: nothing in it could run.\n";
    return false;
  }
  Table table({{"VERDICT"}, {"NAME"}});
  for (const Judged& one : names) table.add({std::string(to_string(one.verdict)), printable(one.name)});
  table.print(std::cout);
  std::cout << '\n';
  if (foreign == 0) {
    std::cout << "All of them only make data.\n";
  } else {
    std::cout << foreign
              << " of them are code that Python's pickle would have imported and called to load this file.\n"
                 "zoo read their names and nothing else. 'zoo convert' writes the tensors alone.\n";
  }
  return foreign > 0;
}

}  // namespace zoo::apps
