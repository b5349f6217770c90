#include "zoo/manifest/manifest.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>

#include "zoo/arch/arch.h"
#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/manifest/built_in.h"
#include "zoo/manifest/checks.h"
#include "zoo/manifest/schema.h"

namespace zoo {

struct Manifest::LazyLabelSet {
  LazyLabelSet(std::string set_name, LabelSetSource from)
      : name(std::move(set_name)), source(std::move(from)) {}

  const LabelSet& get() const {
    std::call_once(once, [this] { labels = read(); });
    return labels;
  }

  // Without its file, what is compiled in.
  LabelSet read() const {
    std::error_code none;
    if (!std::filesystem::exists(source.file, none)) {
      const LabelSet* built_in = find_built_in_label_set(name);
      if (built_in != nullptr && static_cast<int64_t>(built_in->names.size()) == source.classes)
        return *built_in;
    }
    return read_label_set(source.file, source.classes);
  }

  std::string name;
  LabelSetSource source;
  mutable std::once_flag once;
  mutable LabelSet labels;
};

namespace {

// Lays a user's records over the shipped ones: each hides the one of its name and replaces a default.
void lay_over(std::vector<WeightRecord>& shipped, std::vector<WeightRecord> own) {
  for (WeightRecord& record : own) {
    const auto same_name = std::ranges::find(shipped, record.name, &WeightRecord::name);
    if (same_name != shipped.end()) {
      record.shadows = record.name;
      record.is_default = record.is_default || same_name->is_default;
      shipped.erase(same_name);
    }
    if (!record.is_default) continue;
    for (WeightRecord& other : shipped) {
      if (!other.is_default || other.arch != record.arch) continue;
      other.is_default = false;
      record.shadows = other.name;
    }
  }
  std::ranges::move(own, std::back_inserter(shipped));
}

ManifestContents read_contents(const std::filesystem::path& path) {
  return parse_manifest(read_text(path), path);
}

ManifestContents with_users(ManifestContents shipped, const std::filesystem::path& users) {
  ManifestContents own = parse_manifest(read_text(users), users, shipped.tables);
  shipped.tables.label_sets = std::move(own.tables.label_sets);
  lay_over(shipped.records, std::move(own.records));
  return shipped;
}

// Where there is no data folder, what is compiled in; not where the user has said where it is.
ManifestContents shipped_contents() {
  const std::filesystem::path path = Manifest::shipped_path();
  std::error_code none;
  if (std::filesystem::exists(path, none)) return read_contents(path);
  if (!environment("ZOO_DATA")) return parse_manifest(built_in_manifest(), path);
  throw Error(ErrorCode::not_found, path.string(), "the manifest of published weights is not there",
              "Set ZOO_DATA to the folder of the weights.json that came with zoo, or unset it.");
}

}  // namespace

Manifest::Manifest(ManifestContents contents) : records_(std::move(contents.records)) {
  check_records(records_);
  for (auto& [name, source] : contents.tables.label_sets) {
    label_sets_.emplace(name, std::make_shared<LazyLabelSet>(name, std::move(source)));
  }
}

Manifest Manifest::load(const std::filesystem::path& path) {
  return Manifest(read_contents(path));
}

Manifest Manifest::load(const std::filesystem::path& shipped, const std::filesystem::path& users) {
  return Manifest(with_users(read_contents(shipped), users));
}

Manifest Manifest::load_default() {
  const std::filesystem::path users = users_path();
  std::error_code none;
  const bool has_own = environment("ZOO_MANIFEST") || std::filesystem::exists(users, none);
  ManifestContents shipped = shipped_contents();
  return Manifest(has_own ? with_users(std::move(shipped), users) : std::move(shipped));
}

std::filesystem::path Manifest::users_path() {
  if (const auto chosen = environment("ZOO_MANIFEST")) return *chosen;
  const auto config = user_config_folder();
  return config ? *config / "zoo" / "weights.json" : std::filesystem::path();
}

std::filesystem::path Manifest::shipped_path() {
  if (const auto chosen = environment("ZOO_DATA")) return std::filesystem::path(*chosen) / "weights.json";
  std::error_code none;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
  for (const std::filesystem::path& path :
       {(program.parent_path() / ZOO_DATA_FROM_PROGRAMS / "weights.json").lexically_normal(),
        std::filesystem::path(ZOO_SOURCE_TREE) / "weights.json"}) {
    if (std::filesystem::is_regular_file(path, none)) return path;
  }
  return std::filesystem::path(ZOO_INSTALLED_DATA) / "weights.json";
}

const Manifest::LazyLabelSet& Manifest::labels_of(const std::string& name) const {
  const auto found = label_sets_.find(name);
  if (found != label_sets_.end()) return *found->second;
  std::vector<std::string> known;
  known.reserve(label_sets_.size());
  for (const auto& [key, set] : label_sets_) known.push_back(key);
  throw Error(ErrorCode::not_found, "", "no label set '" + name + "' in the manifest",
              "Known: " + join(known, ", ") + ".");
}

const LabelSet& Manifest::label_set(const std::string& name) const {
  return labels_of(name).get();
}

const WeightRecord* Manifest::find(std::string_view name) const {
  const auto first = [this](auto matches) {
    const auto found = std::ranges::find_if(records_, matches);
    return found == records_.end() ? nullptr : &*found;
  };
  const auto holds = [](const std::vector<std::string>& values, std::string_view value) {
    return std::ranges::find(values, value) != values.end();
  };
  if (const auto* record = first([&](const WeightRecord& r) { return r.name == name; })) return record;
  if (const auto* record = first([&](const WeightRecord& r) { return r.is_default && r.arch == name; }))
    return record;
  if (const auto* record = first([&](const WeightRecord& r) { return holds(r.aliases, name); }))
    return record;
  if (const auto* record = find_by_file_name(name)) return record;
  if (const auto* record = first([&](const WeightRecord& r) {
        return std::ranges::any_of(r.files, [&](const WeightFile& file) { return holds(file.urls, name); });
      })) {
    return record;
  }
  return find_moved(name);
}

// Publishers move files and leave their names, of which the hash is a part.
const WeightRecord* Manifest::find_moved(std::string_view url) const {
  const std::string scheme = url_scheme(url);
  if ((scheme != "https" && scheme != "http") || url.find('#') != std::string_view::npos) return nullptr;
  url = url.substr(0, url.find('?'));
  const std::string name(url.substr(url.rfind('/') + 1));
  const std::string digits = hash_in_name(name);
  const WeightRecord* record = digits.empty() ? nullptr : find_by_file_name(name);
  if (record == nullptr) return nullptr;
  const auto file = std::ranges::find(record->files, name, &WeightFile::name);
  const std::string& published = file->sha256.empty() ? file->sha256_prefix : file->sha256;
  return published.starts_with(digits) ? record : nullptr;
}

const WeightRecord& Manifest::get(std::string_view name) const {
  if (const WeightRecord* record = find(name)) return *record;
  if (find_arch(name) != nullptr) {
    throw Error(ErrorCode::not_found, "", "architecture '" + std::string(name) + "' has no published weights",
                "'zoo list' shows those that have.");
  }
  std::vector<std::string> names;
  for (const ArchSpec& arch : arch_table()) names.emplace_back(arch.name);
  for (const WeightRecord& record : records_) {
    names.push_back(record.name);
    names.insert(names.end(), record.aliases.begin(), record.aliases.end());
  }
  std::vector<std::string> near = nearest_names(name, names);
  if (near.empty() && name.size() > 2) {  // the beginning of a longer name: "resnet50.tv"
    std::ranges::copy_if(names, std::back_inserter(near),
                         [&](const std::string& n) { return n.starts_with(name); });
    near.resize(std::min<size_t>(near.size(), 3));
  }
  throw Error(ErrorCode::not_found, "", "unknown model '" + std::string(name) + "'",
              did_you_mean(near) + "'zoo list' shows all names.");
}

const WeightRecord* Manifest::find_by_sha256(std::string_view sha256) const {
  if (sha256.empty()) return nullptr;
  for (const WeightRecord& record : records_) {
    for (const WeightFile& file : record.files) {
      if (file.sha256 == sha256) return &record;
    }
  }
  return nullptr;
}

const WeightRecord* Manifest::find_by_file_name(std::string_view file_name) const {
  for (const WeightRecord& record : records_) {
    for (const WeightFile& file : record.files) {
      if (file.name == file_name) return &record;
    }
  }
  return nullptr;
}

}  // namespace zoo
