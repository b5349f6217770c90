#include "zoo/manifest/checks.h"

#include <map>

#include "zoo/arch/arch.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"

namespace zoo {
namespace {

// "/weights/3" of "weights.json:/weights/3" where `other` is in the same file, else all of it.
std::string seen_from(const std::string& other, const std::string& place) {
  const size_t pointer = place.find(":/weights/");
  const bool same = pointer != std::string::npos && other.starts_with(place.substr(0, pointer + 1));
  return same ? place.substr(pointer + 1) : place;
}

// Everything of one kind that may be there once, and the place where it was first seen.
class Unique {
 public:
  explicit Unique(std::string noun) : noun_(std::move(noun)) {}

  void add(const std::string& value, const std::string& place) {
    const auto [first, added] = places_.emplace(value, place);
    if (added) return;
    throw Error(ErrorCode::corrupt, place,
                noun_ + " '" + value + "' is already at " + seen_from(place, first->second));
  }
  bool has(const std::string& value) const { return places_.contains(value); }

 private:
  std::string noun_;
  std::map<std::string, std::string> places_;
};

void check_defaults(const std::vector<WeightRecord>& records) {
  std::map<std::string, std::string> defaults;
  for (const WeightRecord& record : records) {
    if (!record.is_default) continue;
    const auto [first, added] = defaults.emplace(record.arch, record.place);
    if (added) continue;
    throw Error(ErrorCode::corrupt, record.place + "/default",
                "architecture '" + record.arch + "' already has the default " +
                    seen_from(record.place, first->second));
  }
  for (const WeightRecord& record : records) {
    if (defaults.contains(record.arch)) continue;
    throw Error(ErrorCode::corrupt, record.place, "architecture '" + record.arch + "' has no default",
                "Put \"default\": true into one of its records.");
  }
}

}  // namespace

void check_records(const std::vector<WeightRecord>& records) {
  Unique names("name");
  Unique files("file");
  Unique urls("URL");
  for (const ArchSpec& arch : arch_table()) names.add(std::string(arch.name), "the architectures");
  for (const WeightRecord& record : records) names.add(record.name, record.place + "/name");
  for (const WeightRecord& record : records) {
    for (size_t k = 0; k < record.aliases.size(); ++k) {
      names.add(record.aliases[k], record.place + "/aliases/" + std::to_string(k));
    }
    for (size_t k = 0; k < record.files.size(); ++k) {
      const std::string place = record.place + "/files/" + std::to_string(k);
      files.add(record.files[k].name, place + "/name");
      for (size_t n = 0; n < record.files[k].urls.size(); ++n) {
        urls.add(record.files[k].urls[n], place + "/urls/" + std::to_string(n));
      }
    }
  }
  for (const WeightRecord& record : records) {
    const std::string& from = record.pretrained_from;
    if (!from.empty() && url_scheme(from).empty() && !names.has(from)) {
      throw Error(ErrorCode::corrupt, record.place + "/pretrained_from",
                  "'" + from + "' is neither a record nor a URL");
    }
  }
  check_defaults(records);
}

}  // namespace zoo
