#include "zoo/manifest/schema.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "zoo/arch/arch.h"
#include "zoo/base/error.h"
#include "zoo/base/json_node.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/manifest/preprocess_json.h"

namespace zoo {
namespace {

constexpr int64_t kSchemaVersion = 1;
constexpr int64_t kAny = JsonNode::kAny;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// A path inside the manifest's folder, made absolute.
std::filesystem::path inside_folder(const JsonNode& node, const std::filesystem::path& folder) {
  const std::filesystem::path relative = std::filesystem::path(node.text()).lexically_normal();
  if (relative.is_absolute() || *relative.begin() == ".." || !relative.has_filename()) {
    node.refuse("'" + node.text() + "' is not the name of a file inside the manifest's folder");
  }
  return folder / relative;
}

std::string parse_url(const JsonNode& node, const std::filesystem::path& folder) {
  std::string url = node.text();
  const std::string scheme = url_scheme(url);
  if (scheme.empty()) return file_url(inside_folder(node, folder));
  if (scheme != "https" && scheme != "http" && scheme != "file") {
    node.refuse("scheme '" + scheme + "', expected https, http, file or a path beside the manifest");
  }
  return url;
}

std::string parse_hex(const JsonNode& node, size_t least, size_t most, const std::string& remedy) {
  const std::string text = node.text();
  if (text.find_first_not_of(kHexDigits) != std::string::npos) {
    node.refuse("'" + text + "' is not hexadecimal (0-9, a-f)", remedy);
  }
  if (text.size() < least || text.size() > most) {
    node.refuse(std::to_string(text.size()) + " hex digits, expected " + std::to_string(least) +
                    (least == most ? "" : " to " + std::to_string(most)),
                remedy);
  }
  return text;
}

// It names a file in the cache: no folders, nothing hidden.
std::string parse_file_name(const JsonNode& node) {
  std::string name = node.text();
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+").find(c) != std::string_view::npos;
  });
  if (!plain || name.front() == '.' || name.size() > 200) {
    node.refuse("'" + name + "' cannot be a file name",
                "Use up to 200 letters, digits and . _ - +, not a dot first.");
  }
  return name;
}

WeightFile parse_file(const JsonNode& node, const std::filesystem::path& folder) {
  node.check_members({"urls", "name", "layout"}, {"sha256", "sha256_prefix", "bytes", "format"});
  WeightFile file;
  for (const JsonNode& url : node["urls"].items()) file.urls.push_back(parse_url(url, folder));
  if (file.urls.empty()) node["urls"].refuse("is empty, expected one URL or more");
  file.name = parse_file_name(node["name"]);
  if (node.has("sha256")) {
    file.sha256 = parse_hex(node["sha256"], 64, 64, "Paste the output of 'sha256sum <file>'.");
  }
  if (node.has("sha256_prefix")) {
    file.sha256_prefix =
        parse_hex(node["sha256_prefix"], 8, 63, "Paste what the publisher's file name says.");
    if (!file.sha256.empty() && !file.sha256.starts_with(file.sha256_prefix)) {
      node["sha256_prefix"].refuse("'" + file.sha256_prefix + "' is not how sha256 begins");
    }
  }
  if (node.has("bytes")) file.bytes = node["bytes"].integer(1, kAny);
  file.format = node.text_or_nothing("format");
  file.layout = node["layout"].text();
  return file;
}

Metric parse_metric(const JsonNode& node) {
  node.check_members({"dataset", "top1", "source"}, {"top5"});
  Metric metric{
      .dataset = node["dataset"].text(), .top1 = node["top1"].number(0, 100), .top5 = {}, .source = {}};
  if (node.has("top5")) metric.top5 = node["top5"].number(metric.top1 - 1e-9, 100);
  metric.source = node["source"].text();
  return metric;
}

template <typename Value>
const Value& look_up(const std::map<std::string, Value>& table, const JsonNode& node,
                     const std::string& table_name) {
  const auto found = table.find(node.text());
  if (found != table.end()) return found->second;
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& [name, value] : table) names.push_back(name);
  node.refuse("'" + node.text() + "' is not in " + table_name,
              did_you_mean(nearest_names(node.text(), names)) + "Known: " + join(names, ", ") + ".");
}

const ArchSpec& parse_weight_name(const JsonNode& node) {
  const std::string name = node.text();
  const size_t dot = name.find('.');
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (dot == std::string::npos || dot + 1 == name.size() ||
      name.find_first_not_of(kAllowed, dot + 1) != std::string::npos) {
    node.refuse("'" + name + "' is not of the form 'arch.tag' (tag: a-z, 0-9, _)");
  }
  try {
    return get_arch(name.substr(0, dot));
  } catch (const Error& error) {
    node.refuse(error.what());
  }
}

WeightRecord parse_record(const JsonNode& node, const ManifestTables& tables,
                          const std::filesystem::path& folder) {
  node.check_members(
      {"name", "source", "dataset", "num_classes", "files", "preprocess", "params", "macs"},
      {"default", "labels", "metrics", "published_params_m", "published_gmacs", "config", "log_urls",
       "pretrained_from", "converted_from", "paper", "license", "origin", "aliases", "notes"});
  const ArchSpec& arch = parse_weight_name(node["name"]);
  const Publisher& publisher = look_up(tables.publishers, node["source"], "sources");
  WeightRecord record;
  record.name = node["name"].text();
  record.arch = arch.name;
  record.source = node["source"].text();
  record.dataset = node["dataset"].text();
  if (!node["num_classes"].is_null()) record.num_classes = node["num_classes"].integer(1, 1'000'000);
  if (node.has("labels")) {
    record.labels = node["labels"].text();
    const int64_t classes = look_up(tables.label_sets, node["labels"], "label_sets").classes;
    if (record.num_classes != classes) {
      node["labels"].refuse("'" + record.labels + "' has " + std::to_string(classes) +
                            " classes, num_classes is " +
                            (record.num_classes ? std::to_string(*record.num_classes) : "null"));
    }
  }
  for (const JsonNode& file : node["files"].items()) record.files.push_back(parse_file(file, folder));
  if (record.files.empty()) node["files"].refuse("is empty, expected one file or more");
  record.preprocess = node["preprocess"].is_text()
                          ? look_up(tables.preprocess, node["preprocess"], "preprocess")
                          : parse_preprocess(node["preprocess"], PreprocessForm::record);
  if (node.has("metrics")) {
    for (const JsonNode& metric : node["metrics"].items()) record.metrics.push_back(parse_metric(metric));
  }
  record.params = node["params"].integer(1, kAny);
  record.macs = node["macs"].integer(1, kAny);
  if (node.has("published_params_m")) record.published_params_m = node["published_params_m"].number(0, 1e6);
  if (node.has("published_gmacs")) record.published_gmacs = node["published_gmacs"].number(0, 1e6);
  record.config = node.text_or_nothing("config");
  record.log_urls = node.texts("log_urls");
  record.pretrained_from = node.text_or_nothing("pretrained_from");
  record.converted_from = node.text_or_nothing("converted_from");
  record.paper = node.has("paper") ? node["paper"].text() : std::string(arch.paper);
  record.license = node.has("license") ? node["license"].text() : publisher.license;
  record.origin = node.has("origin") ? node["origin"].text() : publisher.origin;
  record.aliases = node.texts("aliases");
  record.is_default = node.has("default") && node["default"].flag();
  record.notes = node.text_or_nothing("notes");
  return record;
}

}  // namespace

ManifestContents parse_manifest(std::string_view text, const std::filesystem::path& path,
                                const ManifestTables& known) {
  const std::string file = path.string();
  const JsonTree tree(text, file);
  const JsonNode root(tree, file);
  const std::filesystem::path folder = std::filesystem::absolute(path).lexically_normal().parent_path();
  root.check_members({"version", "sources", "label_sets", "preprocess", "weights"}, {});
  if (const int64_t version = root["version"].integer(1, kAny); version != kSchemaVersion) {
    root["version"].refuse(
        "is " + std::to_string(version) + ", this program knows " + std::to_string(kSchemaVersion),
        "Use a newer zoo.");
  }

  ManifestContents contents{.tables = known, .records = {}};
  ManifestTables& tables = contents.tables;
  for (const auto& [name, node] : root["sources"].members()) {
    node.check_members({"license", "origin"}, {});
    tables.publishers[name] = {.license = node["license"].text(), .origin = node["origin"].text()};
  }
  for (const auto& [name, node] : root["label_sets"].members()) {
    node.check_members({"file", "classes"}, {});
    if (known.label_sets.contains(name)) node.refuse("a label set of this name ships with zoo");
    tables.label_sets[name] = {.file = inside_folder(node["file"], folder),
                               .classes = node["classes"].integer(1, 1'000'000)};
  }
  for (const auto& [name, node] : root["preprocess"].members())
    tables.preprocess[name] = parse_preprocess(node, PreprocessForm::record);

  for (const JsonNode& node : root["weights"].items()) {
    WeightRecord record = parse_record(node, tables, folder);
    record.place = file + ":/weights/" + std::to_string(contents.records.size());
    contents.records.push_back(std::move(record));
  }
  return contents;
}

}  // namespace zoo
