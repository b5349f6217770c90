// weights.json: every published weight, and all that is known of it; and the weights that a user added.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/label_set.h"
#include "zoo/manifest/weight_record.h"

namespace zoo {

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
