// weights.json: every published weight, and all that is known of it; and the weights that a user added.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/label_set.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

// One copy of a weight's bytes. The publisher's own comes first.
struct WeightFile {
  std::vector<std::string> urls =
      {};                          // https, http or file; made absolute where a manifest has a relative one
  std::string name = {};           // in the cache too
  std::string sha256 = {};         // 64 hex digits, or empty where nobody published it
  std::string sha256_prefix = {};  // what the publisher's file name claims, or empty
  int64_t bytes = -1;              // -1 = unknown
  std::string format = {};         // "zip", "legacy", "tar", "safetensors", or empty
  std::string layout = {};         // "torchvision", "openmmlab", "akamaster", ...
};

struct Metric {
  std::string dataset;
  double top1 = 0;             // percent
  std::optional<double> top5;  // percent
  std::string source;          // who says so
};

struct WeightRecord {
  std::string name;  // "arch.tag"
  std::string arch;
  std::string source;   // who published it: "torchvision", "openmmlab", "akamaster", "zoo"
  std::string dataset;  // what it was trained on: "imagenet-1k", "cifar10", ...
  std::vector<WeightFile> files;
  std::optional<int64_t> num_classes;  // unknown for a few
  std::string labels;                  // name of a label set (see Manifest::label_set), or empty
  Preprocess preprocess;
  std::vector<Metric> metrics;
  int64_t params = 0;
  int64_t macs = 0;  // multiply-accumulates of convolutions and fully connected layers, one picture
  std::optional<double> published_params_m;  // millions, as printed by the publisher
  std::optional<double> published_gmacs;     // 1e9, as printed by the publisher
  std::string config;                        // the publisher's training recipe
  std::vector<std::string> log_urls;
  std::string pretrained_from;
  std::string converted_from;
  std::string paper;
  std::string license;
  std::string origin;                // page that describes it
  std::vector<std::string> aliases;  // the names that others use for it
  bool is_default = false;           // what a bare arch name means
  std::string notes;
  std::string place;    // of the record: "weights.json:/weights/3"; empty where it is in no manifest
  std::string shadows;  // the shipped record in whose place a user's manifest has put this one, or empty

  const WeightFile& file() const { return files.front(); }
};

struct ManifestContents;  // manifest_schema.h

class Manifest {
 public:
  // Throws Error{not_found, io}, and Error{corrupt} that names the place as a JSON pointer if the file does
  // not follow docs/weights.md.
  static Manifest load(const std::filesystem::path& path);
  // The same of a manifest and a user's own laid over it: a record there stands in the place of the one that
  // has its name, or was the default of its arch where it is the default itself, and says so in `shadows`.
  static Manifest load(const std::filesystem::path& shipped, const std::filesystem::path& users);
  // The shipped one and the user's, if that is there. Without a data folder the shipped one is what is
  // compiled in; a file that belongs to it (a weight that ships with the project) is then not there.
  static Manifest load_default();
  // The shipped one: weights.json in $ZOO_DATA, else of the running program's installation, of the source
  // tree that the library was built in, or of the library's installation, whichever is there first.
  static std::filesystem::path shipped_path();
  // The user's: $ZOO_MANIFEST, which then must be there to be read, else $XDG_CONFIG_HOME/zoo/weights.json,
  // else ~/.config/zoo/weights.json; empty if there is no HOME.
  static std::filesystem::path users_path();
  const std::vector<WeightRecord>& records() const { return records_; }

  // The names of a set's classes, in the order of the model's outputs. Read at first use, then kept;
  // thread-safe. Where a shipped set's file is missing, what is compiled in. Throws Error{not_found, io,
  // corrupt}.
  const LabelSet& label_set(const std::string& name) const;

  // By name, bare arch name (its default), foreign alias, file name or URL; of other http and https URLs by a
  // file name with a hash in it that is also the record's. nullptr if there is none.
  const WeightRecord* find(std::string_view name) const;
  // As find, but throws Error{not_found} with the nearest names.
  const WeightRecord& get(std::string_view name) const;
  // By the bytes of a local file: its SHA-256. nullptr if there is none.
  const WeightRecord* find_by_sha256(std::string_view sha256) const;
  const WeightRecord* find_by_file_name(std::string_view file_name) const;

 private:
  struct LazyLabelSet;
  explicit Manifest(ManifestContents contents);
  const LazyLabelSet& labels_of(const std::string& name) const;
  const WeightRecord* find_moved(std::string_view url) const;

  std::vector<WeightRecord> records_;
  std::map<std::string, std::shared_ptr<LazyLabelSet>, std::less<>> label_sets_;
};

}  // namespace zoo
