// zoo list: the published weights, or the architectures.
#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <iostream>
#include <set>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/flag_values.h"
#include "apps/cli/json_output.h"
#include "apps/cli/options.h"
#include "apps/cli/table.h"
#include "apps/zoo/arch_parts.h"
#include "apps/zoo/commands.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/cache/cache.h"
#include "zoo/layouts/layouts.h"
#include "zoo/manifest/manifest.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;
using Records = std::vector<const WeightRecord*>;

double top1(const WeightRecord& record) {
  return record.metrics.empty() ? -1 : record.metrics.front().top1;
}

// What a weight takes: its file's size, or that of its parameters in single precision where it is not known.
int64_t size_of(const WeightRecord& record) {
  return record.file().bytes >= 0 ? record.file().bytes : record.params * int64_t{sizeof(float)};
}

struct SortKey {
  std::string_view name;
  std::function<bool(const WeightRecord&, const WeightRecord&)> before;
};

const std::array<SortKey, 7>& sort_keys() {
  static const std::array<SortKey, 7> keys{{
      {"name", [](auto& a, auto& b) { return natural_less(a.name, b.name); }},
      {"source", [](auto& a, auto& b) { return a.source < b.source; }},
      {"dataset", [](auto& a, auto& b) { return a.dataset < b.dataset; }},
      {"top1", [](auto& a, auto& b) { return top1(a) > top1(b); }},
      {"params", [](auto& a, auto& b) { return a.params < b.params; }},
      {"macs", [](auto& a, auto& b) { return a.macs < b.macs; }},
      {"bytes", [](auto& a, auto& b) { return size_of(a) < size_of(b); }},
  }};
  return keys;
}

// A pattern without wildcards matches wherever it occurs.
bool matches(const std::string& pattern, std::string_view name) {
  if (pattern.find_first_of("*?[") != std::string::npos) return glob_match(pattern, name);
  return name.find(pattern) != std::string_view::npos;
}

void sort_records(Records& records, const std::string& key) {
  const auto by = [&](std::string_view name) {
    const auto found = std::ranges::find(sort_keys(), name, &SortKey::name);
    if (found == sort_keys().end()) {
      std::vector<std::string> names;
      for (const SortKey& one : sort_keys()) names.emplace_back(one.name);
      throw Error(ErrorCode::usage, "--sort", "unknown key '" + key + "'",
                  "Expected one of: " + join(names, ", ") + ".");
    }
    std::ranges::stable_sort(records, [&](auto* a, auto* b) { return found->before(*a, *b); });
  };
  by("name");
  if (key != "name") by(key);
}

// The records whose `field` is `value`; an unknown value is an error that lists the known ones.
void keep(Records& records, const std::string& flag, const std::string& value,
          std::string WeightRecord::* field) {
  std::set<std::string> known;
  for (const WeightRecord* record : records) known.insert(record->*field);
  if (!known.contains(value)) {
    throw Error(ErrorCode::not_found, flag, "'" + value + "' has no weights here",
                "Expected one of: " + join({known.begin(), known.end()}, ", ") + ".");
  }
  std::erase_if(records, [&](const WeightRecord* record) { return record->*field != value; });
}

// A licence is a sentence: the text may be anywhere in it, in either case.
void keep_licence(Records& records, const std::string& text) {
  const auto lower = [](std::string value) {
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return std::tolower(c); });
    return value;
  };
  std::set<std::string> known;
  for (const WeightRecord* record : records) known.insert(record->license);
  std::erase_if(records, [&](const WeightRecord* record) {
    return lower(record->license).find(lower(text)) == std::string::npos;
  });
  if (records.empty()) {
    throw Error(ErrorCode::not_found, "--license", "'" + text + "' is in no licence here",
                "Known: " + join({known.begin(), known.end()}, "; ") + ".");
  }
}

[[noreturn]] void no_match(const std::string& pattern, const std::vector<std::string>& names) {
  throw Error(ErrorCode::not_found, "", "nothing matches '" + pattern + "'",
              did_you_mean(nearest_names(pattern, names)) + "Patterns may have * and ?; quote them.");
}

Records select(const Manifest& manifest, const cxxopts::ParseResult& flags,
               const std::vector<std::string>& patterns) {
  Records records;
  std::vector<std::string> names;
  for (const WeightRecord& record : manifest.records()) {
    names.push_back(record.name);
    if (patterns.empty() || matches(patterns.front(), record.name)) records.push_back(&record);
  }
  if (records.empty()) no_match(patterns.front(), names);
  if (flags.count("source") > 0)
    keep(records, "--source", flags["source"].as<std::string>(), &WeightRecord::source);
  if (flags.count("dataset") > 0)
    keep(records, "--dataset", flags["dataset"].as<std::string>(), &WeightRecord::dataset);
  if (flags.count("license") > 0) keep_licence(records, flags["license"].as<std::string>());
  if (flags.count("min-top1") > 0) {
    const auto least = flags["min-top1"].as<double>();
    std::erase_if(records, [&](const WeightRecord* record) { return top1(*record) < least; });
  }
  if (flags.count("max-size") > 0) {
    const int64_t most = parse_size("--max-size", flags["max-size"].as<std::string>());
    std::erase_if(records, [&](const WeightRecord* record) { return size_of(*record) > most; });
  }
  if (flags.count("cached") > 0)
    std::erase_if(records, [](const WeightRecord* record) { return !is_cached(*record); });
  sort_records(records, flags["sort"].as<std::string>());
  return records;
}

ordered_json to_json(const WeightRecord& record) {
  ordered_json object{
      {"name", record.name},       {"arch", record.arch},          {"source", record.source},
      {"dataset", record.dataset}, {"license", record.license},    {"top1", nullptr},
      {"top5", nullptr},           {"params", record.params},      {"macs", record.macs},
      {"bytes", nullptr},          {"default", record.is_default}, {"cached", is_cached(record)}};
  if (record.num_classes) object["num_classes"] = *record.num_classes;
  if (record.file().bytes >= 0) object["bytes"] = record.file().bytes;
  if (!record.metrics.empty()) {
    object["top1"] = record.metrics.front().top1;
    if (const auto& top5 = record.metrics.front().top5) object["top5"] = *top5;
  }
  return object;
}

void print_weights(const Records& records) {
  Table table({{"NAME"}, {"TRAINED ON"}, {"TOP-1", true}, {"PARAMS", true}, {""}});
  for (const WeightRecord* record : records) {
    table.add({record->name, record->dataset, record->metrics.empty() ? "" : percent_text(top1(*record)),
               scaled_text(record->params), is_cached(*record) ? "*" : ""});
  }
  table.print(std::cout);
}

void list_archs(const std::vector<std::string>& patterns, bool json) {
  ordered_json array = ordered_json::array();
  Table table({{"ARCH"},
               {"BLOCK"},
               {"STEM"},
               {"SHORTCUT"},
               {"INPUT", true},
               {"PARAMS", true},
               {"MACS", true},
               {"ALSO"}});
  std::vector<std::string> names;
  bool found = false;
  for (const ArchSpec& spec : arch_table()) {
    names.emplace_back(spec.name);
    if (!patterns.empty() && !matches(patterns.front(), spec.name)) continue;
    found = true;
    const TensorListOptions options{.num_classes = spec.num_classes};
    const int64_t params = count_parameters(spec, options);
    const int64_t macs = count_macs(spec, spec.input_px, spec.input_px, options);
    const std::vector<std::string> also = other_parts(spec);
    array.push_back({{"name", spec.name},
                     {"block", to_string(spec.block)},
                     {"stem", to_string(spec.stem)},
                     {"shortcut", to_string(spec.shortcut)},
                     {"input_px", spec.input_px},
                     {"num_classes", spec.num_classes},
                     {"params", params},
                     {"macs", macs},
                     {"also", also}});
    table.add({std::string(spec.name), std::string(to_string(spec.block)), std::string(to_string(spec.stem)),
               std::string(to_string(spec.shortcut)), std::to_string(spec.input_px), scaled_text(params),
               scaled_text(macs), also.empty() ? "-" : join(also, ", ")});
  }
  if (!found) no_match(patterns.front(), names);
  if (json) {
    write_json(array);
  } else {
    table.print(std::cout);
  }
}

}  // namespace

int run_list(const Arguments& arguments) {
  auto options =
      make_options("zoo list",
                   "[PATTERN] [--source S] [--dataset D] [--license L] [--min-top1 P]\n"
                   "           [--max-size N] [--cached] [--sort KEY] [--json]\n"
                   "  zoo list --archs [PATTERN] [--json]",
                   "List the published weights; * marks those in the cache. A PATTERN may have * and ?;\n"
                   "without them it matches wherever it occurs in a name.");
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("archs", "list the architectures instead")(
      "cached", "only weights that are in the cache")("license", "only weights whose licence mentions L",
                                                      text(), "L")(
      "max-size", "only weights of at most N bytes: 100M, 1.5G", text(), "N")(
      "min-top1", "only weights with at least P percent top-1", cxxopts::value<double>(), "P")(
      "dataset", "only weights that were trained on it", text(), "D")(
      "source", "only weights that S published", text(), "S")(
      "sort", "by name, source, dataset, top1, params, macs, bytes", text()->default_value("name"), "KEY")(
      "json", "print a JSON array");
  const auto flags = parse_options(options, arguments);
  const auto patterns = operands(options, flags, {.at_least = 0, .at_most = 1, .what = "a PATTERN"});
  const bool json = flags.count("json") > 0;
  if (flags.count("archs") > 0) {
    list_archs(patterns, json);
    return 0;
  }

  const Manifest manifest = Manifest::load_default();
  const Records records = select(manifest, flags, patterns);
  if (json) {
    ordered_json array = ordered_json::array();
    for (const WeightRecord* record : records) array.push_back(to_json(*record));
    write_json(array);
  } else if (records.empty()) {
    std::cerr << (flags.count("cached") > 0 ? "None of them is in the cache; 'zoo download NAME' gets one.\n"
                                            : "No weight is left by these filters.\n");
  } else {
    print_weights(records);
  }
  return 0;
}

}  // namespace zoo::apps
