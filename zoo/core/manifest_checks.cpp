#include "zoo/core/manifest_checks.h"

#include <map>

#include "zoo/core/arch.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/core/url.h"

namespace zoo {
namespace {

// Everything of one kind that may be there once, and the place where it was first seen.
class Unique {
 public:
  Unique(std::string file, std::string noun) : file_(std::move(file)), noun_(std::move(noun)) {}

  void add(const std::string& value, const std::string& pointer) {
    const auto [first, added] = places_.emplace(value, pointer);
    if (added) return;
    throw Error(ErrorCode::corrupt, file_ + ":" + pointer,
                noun_ + " '" + value + "' is already at " + first->second);
  }
  bool has(const std::string& value) const { return places_.contains(value); }

 private:
  std::string file_, noun_;
  std::map<std::string, std::string> places_;
};

std::string record_pointer(size_t index) {
  return "/weights/" + std::to_string(index);
}

void check_defaults(const std::vector<WeightRecord>& records, const std::string& file) {
  std::map<std::string, std::string> defaults;
  for (size_t i = 0; i < records.size(); ++i) {
    if (!records[i].is_default) continue;
    const auto [first, added] = defaults.emplace(records[i].arch, record_pointer(i));
    if (added) continue;
    throw Error(ErrorCode::corrupt, file + ":" + record_pointer(i) + "/default",
                "architecture '" + records[i].arch + "' already has the default " + first->second);
  }
  for (size_t i = 0; i < records.size(); ++i) {
    if (defaults.contains(records[i].arch)) continue;
    throw Error(ErrorCode::corrupt, file + ":" + record_pointer(i),
                "architecture '" + records[i].arch + "' has no default",
                "Put \"default\": true into one of its records.");
  }
}

}  // namespace

void check_records(const std::vector<WeightRecord>& records, const std::string& file) {
  Unique names(file, "name");
  Unique files(file, "file");
  Unique urls(file, "URL");
  for (const ArchSpec& arch : arch_table()) names.add(std::string(arch.name), "the architectures");
  for (size_t i = 0; i < records.size(); ++i) names.add(records[i].name, record_pointer(i) + "/name");
  for (size_t i = 0; i < records.size(); ++i) {
    const WeightRecord& record = records[i];
    for (size_t k = 0; k < record.aliases.size(); ++k) {
      names.add(record.aliases[k], record_pointer(i) + "/aliases/" + std::to_string(k));
    }
    for (size_t k = 0; k < record.files.size(); ++k) {
      const std::string pointer = record_pointer(i) + "/files/" + std::to_string(k);
      files.add(record.files[k].name, pointer + "/name");
      for (size_t n = 0; n < record.files[k].urls.size(); ++n) {
        urls.add(record.files[k].urls[n], pointer + "/urls/" + std::to_string(n));
      }
    }
  }
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string& from = records[i].pretrained_from;
    if (!from.empty() && url_scheme(from).empty() && !names.has(from)) {
      throw Error(ErrorCode::corrupt, file + ":" + record_pointer(i) + "/pretrained_from",
                  "'" + from + "' is neither a record nor a URL");
    }
  }
  check_defaults(records, file);
}

}  // namespace zoo
