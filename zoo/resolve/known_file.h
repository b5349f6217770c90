// Which published weight a local file is.
#pragma once

#include <filesystem>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/manifest/manifest.h"

namespace zoo {

struct KnownFile {
  const WeightRecord* record = nullptr;  // nullptr: the manifest does not know it
  bool by_name = false;                  // not by its bytes: worth a word to the user
};

// By its SHA-256, or else by its name if `tensors`, those of the model in it, fit the record of that name.
// Throws Error{io}.
KnownFile find_known_file(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                          const Manifest& manifest);

}  // namespace zoo
