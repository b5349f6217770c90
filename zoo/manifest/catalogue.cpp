#include "zoo/manifest/catalogue.h"

#include "zoo/base/text.h"
#include "zoo/manifest/manifest.h"

namespace zoo {

Weight weight(const std::string& name) {
  const Manifest manifest = Manifest::load_default();
  Weight result{manifest.get(name), {}};
  if (!result.labels.empty()) result.class_names = manifest.label_set(result.labels).names;
  return result;
}

std::vector<std::string> list_weights(std::string_view pattern) {
  const Manifest manifest = Manifest::load_default();
  std::vector<std::string> names;
  for (const WeightRecord& record : manifest.records())
    if (pattern.empty() || glob_match(pattern, record.name)) names.push_back(record.name);
  return names;
}

}  // namespace zoo
