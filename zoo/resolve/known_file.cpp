#include "zoo/resolve/known_file.h"

#include <algorithm>

#include "zoo/base/sha256.h"
#include "zoo/convert/translate.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

const WeightRecord* find_by_bytes(const fs::path& file, const Manifest& manifest) {
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  const bool possible = std::ranges::any_of(manifest.records(), [&](const WeightRecord& record) {
    return std::ranges::any_of(record.files, [&](const WeightFile& known) {
      return !known.sha256.empty() && (known.bytes < 0 || known.bytes == bytes);
    });
  });
  return possible ? manifest.find_by_sha256(sha256_file(file)) : nullptr;
}

// A name proves little ("model.safetensors"), so the tensors must fit the record too.
const WeightRecord* find_by_name(const fs::path& file, const std::vector<NamedTensor>& tensors,
                                 const Manifest& manifest) {
  const WeightRecord* record = manifest.find_by_file_name(file.filename().string());
  if (record == nullptr) return nullptr;
  const auto fits = fit_archs(shapes_of(tensors));
  const bool right = std::ranges::any_of(fits, [&](const ArchFit& fit) {
    return fit.exact() && fit.arch->name == record->arch &&
           fit.num_classes == record->num_classes.value_or(fit.num_classes);
  });
  return right ? record : nullptr;
}

}  // namespace

KnownFile find_known_file(const fs::path& file, const std::vector<NamedTensor>& tensors,
                          const Manifest& manifest) {
  if (const WeightRecord* record = find_by_bytes(file, manifest)) return {.record = record, .by_name = false};
  const WeightRecord* record = find_by_name(file, tensors, manifest);
  return {.record = record, .by_name = record != nullptr};
}

}  // namespace zoo
