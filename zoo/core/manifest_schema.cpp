#include "zoo/core/manifest_schema.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "zoo/core/arch.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/core/url.h"

namespace zoo {
namespace {

using nlohmann::json;

constexpr int64_t kSchemaVersion = 1;
constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
constexpr std::string_view kHexDigits = "0123456789abcdef";

// A manifest as JSON, and the file that messages name.
struct Document {
  json root;
  std::string file;
};

// The JSON pointer that leads from `from` to `value`, or nothing if it is elsewhere.
std::optional<std::string> path_to(const json& value, const json& from) {
  if (&value == &from) return "";
  if (!from.is_structured()) return std::nullopt;
  for (const auto& [key, inner] : from.items()) {
    const auto rest = path_to(value, inner);
    if (!rest) continue;
    std::string escaped;  // as RFC 6901 wants it
    for (const char c : key) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return "/" + escaped + *rest;
  }
  return std::nullopt;
}

// A value of a document. Where it is, "weights.json:/weights/3/sha256", is looked for only when something is
// wrong with it: the whole manifest is read before any command does anything.
class Node {
 public:
  Node(const json& value, const Document& document) : value_(&value), document_(&document) {}

  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const {
    throw Error(ErrorCode::corrupt, document_->file + ":" + path_to(*value_, document_->root).value_or(""),
                what, remedy);
  }

  // The members must be these, of which the mandatory ones must be there.
  void check_members(std::initializer_list<const char*> mandatory,
                     std::initializer_list<const char*> optional) const {
    if (!value_->is_object()) refuse_type("an object");
    for (const char* key : mandatory) {
      if (!value_->contains(key)) refuse(std::string("no member '") + key + "'");
    }
    for (auto member = value_->begin(); member != value_->end(); ++member) {
      const std::string& key = member.key();
      const auto is_key = [&](const char* name) { return key == name; };
      if (std::ranges::any_of(mandatory, is_key) || std::ranges::any_of(optional, is_key)) continue;
      std::vector<std::string> known(mandatory.begin(), mandatory.end());
      known.insert(known.end(), optional.begin(), optional.end());
      (*this)[key].refuse("unknown member",
                          did_you_mean(nearest_names(key, known)) + "Known here: " + join(known, ", ") + ".");
    }
  }

  bool has(const std::string& key) const { return value_->contains(key); }

  Node operator[](const std::string& key) const { return {value_->at(key), *document_}; }

  std::vector<Node> items() const {
    if (!value_->is_array()) refuse_type("an array");
    std::vector<Node> nodes;
    nodes.reserve(value_->size());
    for (const json& item : *value_) nodes.emplace_back(item, *document_);
    return nodes;
  }

  std::vector<std::pair<std::string, Node>> members() const {
    if (!value_->is_object()) refuse_type("an object");
    std::vector<std::pair<std::string, Node>> nodes;
    for (const auto& [key, value] : value_->items()) nodes.emplace_back(key, (*this)[key]);
    return nodes;
  }

  bool is_null() const { return value_->is_null(); }
  bool is_text() const { return value_->is_string(); }

  std::string text() const {
    if (!value_->is_string()) refuse_type("a string");
    auto text = value_->get<std::string>();
    if (text.empty()) refuse("is empty", "Leave the member out where there is nothing to say.");
    return text;
  }

  std::string text_or_nothing(const std::string& key) const { return has(key) ? (*this)[key].text() : ""; }

  std::vector<std::string> texts(const std::string& key) const {
    std::vector<std::string> values;
    if (!has(key)) return values;
    for (const Node& item : (*this)[key].items()) values.push_back(item.text());
    return values;
  }

  int64_t integer(int64_t lowest, int64_t highest) const {
    if (!value_->is_number_integer()) refuse_type("an integer");
    const bool too_big =
        value_->is_number_unsigned() && value_->get<uint64_t>() > static_cast<uint64_t>(kAny);
    if (too_big || value_->get<int64_t>() < lowest || value_->get<int64_t>() > highest) {
      refuse("is " + value_->dump() + ", expected " + std::to_string(lowest) +
             (highest == kAny ? " or more" : " to " + std::to_string(highest)));
    }
    return value_->get<int64_t>();
  }

  double number(double above, double at_most) const {
    if (!value_->is_number()) refuse_type("a number");
    const auto number = value_->get<double>();
    if (!(number > above && number <= at_most)) {
      refuse("is " + value_->dump() + ", expected more than " + json(above).dump() + " and at most " +
             json(at_most).dump());
    }
    return number;
  }

  bool flag() const {
    if (!value_->is_boolean()) refuse_type("true or false");
    return value_->get<bool>();
  }

 private:
  [[noreturn]] void refuse_type(const std::string& expected) const {
    refuse(std::string("is of type ") + value_->type_name() + ", expected " + expected);
  }

  const json* value_;
  const Document* document_;
};

// nlohmann keeps the last of two members with one name; here that is an error.
json parse_json(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> open;
  const json::parser_callback_t watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second) {
      throw Error(ErrorCode::corrupt, file,
                  "member '" + parsed.get<std::string>() + "' is there twice in one object");
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception& error) {
    const std::string what = error.what();  // "[json.exception...] parse error at line 1, ..."
    const size_t begin = what.find("] ");
    throw Error(ErrorCode::corrupt, file,
                "is not JSON: " + (begin == std::string::npos ? what : what.substr(begin + 2)));
  }
}

// A path inside the manifest's folder, made absolute.
std::filesystem::path inside_folder(const Node& node, const std::filesystem::path& folder) {
  const std::filesystem::path relative = std::filesystem::path(node.text()).lexically_normal();
  if (relative.is_absolute() || *relative.begin() == ".." || !relative.has_filename()) {
    node.refuse("'" + node.text() + "' is not the name of a file inside the manifest's folder");
  }
  return folder / relative;
}

std::string parse_url(const Node& node, const std::filesystem::path& folder) {
  std::string url = node.text();
  const std::string scheme = url_scheme(url);
  if (scheme.empty()) return file_url(inside_folder(node, folder));
  if (scheme != "https" && scheme != "http" && scheme != "file") {
    node.refuse("scheme '" + scheme + "', expected https, http, file or a path beside the manifest");
  }
  return url;
}

std::string parse_hex(const Node& node, size_t least, size_t most, const std::string& remedy) {
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
std::string parse_file_name(const Node& node) {
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

WeightFile parse_file(const Node& node, const std::filesystem::path& folder) {
  node.check_members({"urls", "name", "layout"}, {"sha256", "sha256_prefix", "bytes", "format"});
  WeightFile file;
  for (const Node& url : node["urls"].items()) file.urls.push_back(parse_url(url, folder));
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

template <typename Parse>
auto parse_name(const Node& node, Parse parse) {
  try {
    return parse(node.text());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    node.refuse(error.what());
  }
}

Preprocess parse_preprocess(const Node& node) {
  node.check_members(
      {"resize", "crop_px", "interpolation", "backend", "exif", "bgr", "pad_to_crop", "mean", "std"},
      {"resize_px"});
  constexpr int64_t kLargestPx = 16384;
  Preprocess preprocess;
  preprocess.resize = parse_name(node["resize"], parse_resize_mode);
  if (node.has("resize_px") != (preprocess.resize != ResizeMode::none)) {
    node.refuse("resize_px belongs to every resize but 'none'");
  }
  preprocess.resize_px = node.has("resize_px") ? node["resize_px"].integer(1, kLargestPx) : 0;
  preprocess.crop_px = node["crop_px"].integer(0, kLargestPx);
  preprocess.interpolation = parse_name(node["interpolation"], parse_interpolation);
  preprocess.backend = parse_name(node["backend"], parse_backend);
  preprocess.exif = node["exif"].flag();
  preprocess.bgr = node["bgr"].flag();
  preprocess.pad_to_crop = node["pad_to_crop"].flag();
  const auto channels = [&](const char* key, double above, std::array<float, 3>& values) {
    const std::vector<Node> items = node[key].items();
    if (items.size() != values.size())
      node[key].refuse(std::to_string(items.size()) + " numbers, expected 3");
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(items[i].number(above, 1));
  };
  channels("mean", -1, preprocess.mean);
  channels("std", 0, preprocess.std);
  return preprocess;
}

Metric parse_metric(const Node& node) {
  node.check_members({"dataset", "top1", "source"}, {"top5"});
  Metric metric{
      .dataset = node["dataset"].text(), .top1 = node["top1"].number(0, 100), .top5 = {}, .source = {}};
  if (node.has("top5")) metric.top5 = node["top5"].number(metric.top1 - 1e-9, 100);
  metric.source = node["source"].text();
  return metric;
}

template <typename Value>
const Value& look_up(const std::map<std::string, Value>& table, const Node& node,
                     const std::string& table_name) {
  const auto found = table.find(node.text());
  if (found != table.end()) return found->second;
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& [name, value] : table) names.push_back(name);
  node.refuse("'" + node.text() + "' is not in " + table_name,
              did_you_mean(nearest_names(node.text(), names)) + "Known: " + join(names, ", ") + ".");
}

const ArchSpec& parse_weight_name(const Node& node) {
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

WeightRecord parse_record(const Node& node, const ManifestTables& tables,
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
  for (const Node& file : node["files"].items()) record.files.push_back(parse_file(file, folder));
  if (record.files.empty()) node["files"].refuse("is empty, expected one file or more");
  record.preprocess = node["preprocess"].is_text()
                          ? look_up(tables.preprocess, node["preprocess"], "preprocess")
                          : parse_preprocess(node["preprocess"]);
  if (node.has("metrics")) {
    for (const Node& metric : node["metrics"].items()) record.metrics.push_back(parse_metric(metric));
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
  const Document document{.root = parse_json(text, path.string()), .file = path.string()};
  const Node root(document.root, document);
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
    tables.preprocess[name] = parse_preprocess(node);

  for (const Node& node : root["weights"].items()) {
    WeightRecord record = parse_record(node, tables, folder);
    record.place = document.file + ":/weights/" + std::to_string(contents.records.size());
    contents.records.push_back(std::move(record));
  }
  return contents;
}

}  // namespace zoo
