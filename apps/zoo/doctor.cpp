// zoo doctor: looks at everything the other commands need, says what is wrong, and how to mend it.
#include <array>
#include <filesystem>
#include <iostream>

#include <unistd.h>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/options.h"
#include "apps/cli/table.h"
#include "apps/zoo/commands.h"
#include "apps/zoo/machine.h"
#include "apps/zoo/sibling.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/cache/cache.h"
#include "zoo/manifest/manifest.h"
#include "zoo/version.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

struct Finding {
  std::string topic, text;
  std::string problem, remedy;          // both empty where all is well
  std::vector<std::string> lines = {};  // instead of `text`
  ordered_json details = ordered_json::object();
};

Finding examine_machine() {
  const Machine machine = read_machine();
  return {
      .topic = "machine",
      .text =
          (machine.processor.empty() ? "unknown processor" : printable(machine.processor)) + "; " +
          std::to_string(machine.threads) + " threads; " +
          (machine.features.empty() ? "no vector instructions that matter" : join(machine.features, ", ")),
      .problem = {},
      .remedy = {},
      .details = {
          {"processor", machine.processor}, {"threads", machine.threads}, {"features", machine.features}}};
}

Finding examine_manifest() {
  Finding finding{
      .topic = "manifest", .text = Manifest::shipped_path().string(), .problem = {}, .remedy = {}};
  finding.details["path"] = finding.text;
  std::error_code none;
  if (const fs::path users = Manifest::users_path(); fs::exists(users, none)) {
    finding.text += " and " + users.string();
    finding.details["users_path"] = users.string();
  }
  try {
    const Manifest manifest = Manifest::load_default();
    finding.text += ", " + std::to_string(manifest.records().size()) + " weights";
    finding.details["weights"] = manifest.records().size();
  } catch (const Error& error) {
    finding.problem = error.what();
    finding.remedy = "Install zoo again, mend that file, or unset ZOO_MANIFEST and ZOO_DATA.";
  }
  return finding;
}

// The nearest folder above that exists: where the cache would be made.
fs::path existing_part(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

void count_cached(Finding& finding) {
  int64_t count = 0, bytes = 0;
  try {
    const Manifest manifest = Manifest::load_default();
    for (const WeightRecord& record : manifest.records()) {
      if (!is_cached(record)) continue;
      ++count;
      bytes += static_cast<int64_t>(fs::file_size(cached_path(record)));
    }
  } catch (const Error&) {
    return;  // examine_manifest says why
  }
  finding.text += ", " + std::to_string(count) + " weights (" + format_bytes(bytes) + ")";
  finding.details["weights"] = count;
  finding.details["bytes"] = bytes;
}

Finding examine_cache() {
  const fs::path directory = cache_directory(), existing = existing_part(directory);
  Finding finding{.topic = "cache", .text = directory.string(), .problem = {}, .remedy = {}};
  std::error_code error;
  const bool is_folder = fs::is_directory(existing, error);
  const bool writable = is_folder && ::access(existing.c_str(), W_OK | X_OK) == 0;
  finding.details = {{"path", directory.string()}, {"exists", existing == directory}, {"writable", writable}};
  if (!writable) {
    finding.problem = existing.string() + (is_folder ? " is not writable" : " is not a folder");
    finding.remedy = "Set ZOO_HOME to a folder of your own, or mend its permissions.";
    return finding;
  }
  const fs::space_info space = fs::space(existing, error);
  if (!error) {
    finding.text += ", " + format_bytes(static_cast<int64_t>(space.available)) + " free";
    finding.details["free_bytes"] = space.available;
  }
  count_cached(finding);
  return finding;
}

Finding examine_program(const std::string& name) {
  const fs::path program = sibling_program(name);
  Finding finding{.topic = "zoo-" + name, .text = program.string(), .problem = {}, .remedy = {}};
  finding.details["path"] = program.string();
  if (::access(program.c_str(), X_OK) == 0) return finding;
  finding.problem = program.string() + " is not installed";
  finding.remedy =
      "'zoo " + name + "' needs it: build it (scripts/setup does, with LibTorch) and install again.";
  return finding;
}

// The parts with commas between, in lines that fit beside the topics.
std::vector<std::string> wrap(const std::vector<std::string>& parts) {
  constexpr size_t kColumns = 64;
  std::vector<std::string> lines{""};
  for (const std::string& part : parts) {
    if (!lines.back().empty() && lines.back().size() + part.size() + 2 > kColumns) {
      lines.back() += ',';
      lines.emplace_back();
    }
    lines.back().append(lines.back().empty() ? "" : ", ").append(part);
  }
  return lines;
}

// "libtorch" is a text, "mkldnn" is true, ... as the program prints them.
std::vector<std::string> build_lines(const ordered_json& info) {
  std::vector<std::string> facts;
  for (const auto& [key, value] : info.items()) {
    if (value.is_boolean()) {
      facts.push_back((value.get<bool>() ? "" : "no ") + key);
    } else {
      facts.push_back(key + " " + (value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
  return wrap(facts);
}

Finding examine_libtorch() {
  Finding finding{.topic = "libtorch", .text = {}, .problem = {}, .remedy = {}};
  const fs::path program = sibling_program("evaluate");
  if (::access(program.c_str(), X_OK) != 0) {
    finding.text = "unknown: zoo-evaluate, which would tell, is not installed";
    return finding;
  }
  const Captured captured = capture(program, {"--build-info"});
  if (captured.status == 0) {
    finding.details = ordered_json::parse(captured.output, nullptr, false);
    if (finding.details.is_object()) {
      finding.lines = build_lines(finding.details);
      return finding;
    }
  }
  finding.details = ordered_json::object();
  finding.problem = program.string() + " does not start (status " + std::to_string(captured.status) +
                    "): " + printable(captured.errors.substr(0, captured.errors.find('\n')));
  finding.remedy = "Its LibTorch was moved or removed, or is another version: run scripts/setup again.";
  return finding;
}

std::vector<Finding> examine_all() {
  std::vector<Finding> findings{examine_machine(), examine_manifest(), examine_cache()};
  for (const Command& command : commands()) {
    if (command.run == nullptr) findings.push_back(examine_program(std::string(command.name)));
  }
  findings.push_back(examine_libtorch());
  return findings;
}

void print_json(const std::vector<Finding>& findings, bool healthy) {
  ordered_json object{{"version", ZOO_VERSION_STRING}, {"healthy", healthy}};
  for (const Finding& finding : findings) {
    ordered_json entry = finding.details;
    if (!finding.problem.empty()) entry.update({{"problem", finding.problem}, {"remedy", finding.remedy}});
    object[finding.topic] = std::move(entry);
  }
  write_json(object);
}

void print_text(const std::vector<Finding>& findings, bool healthy) {
  print_fact("zoo", ZOO_VERSION_STRING);
  for (const Finding& finding : findings) {
    if (finding.problem.empty()) {
      print_fact(finding.topic, finding.text);
      if (!finding.lines.empty()) print_fact(finding.topic, finding.lines);
    } else {
      print_fact(finding.topic, std::vector{"WRONG: " + finding.problem, finding.remedy});
    }
  }
  std::cout << (healthy ? "\nAll is well.\n" : "");
}

}  // namespace

int run_doctor(const Arguments& arguments) {
  auto options =
      make_options("zoo doctor", "[--json]",
                   "Look at what zoo needs: the machine, the manifest, the cache, the programs, LibTorch.\n"
                   "Say what is wrong and how to mend it. Exit status 1 if something is.");
  options.add_options()("json", "print a JSON object");
  const auto flags = parse_options(options, arguments);
  operands(options, flags, {});
  const std::vector<Finding> findings = examine_all();
  const bool healthy =
      std::ranges::all_of(findings, [](const Finding& finding) { return finding.problem.empty(); });
  if (flags.count("json") > 0) {
    print_json(findings, healthy);
  } else {
    print_text(findings, healthy);
  }
  return healthy ? 0 : 1;
}

}  // namespace zoo::apps
