// What is known of a model besides its tensors, and who says so: the manifest, the files in its folder, or
// nobody.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/core/arch.h"
#include "zoo/core/manifest.h"
#include "zoo/core/preprocess.h"
#include "zoo/weights/model_folder.h"

namespace zoo {

struct Description {
  std::vector<std::string> labels;  // one a class, or empty where nobody says
  Preprocess preprocess;            // of evaluation
  std::vector<std::string> notes;   // what was assumed or left out; begin with the model's name
};

// `name` is the model's, for the notes. Throws as Manifest::label_set.
Description describe_record(const WeightRecord& record, const Manifest& manifest, int64_t num_classes,
                            const std::string& name);

// Of config.json and, where that is transformers' own, preprocessor_config.json. Throws Error{corrupt,
// unsupported, mismatch} that names the file.
Description describe_folder(const ModelFolder& folder, const ArchSpec& arch, int64_t num_classes);

// The arch's usual preprocessing; with the mean and the deviation of a normaliser among `beside`, the tensors
// that lie beside the net in its file.
Description describe_unknown(const ArchSpec& arch, const std::string& name,
                             const std::vector<NamedTensor>& beside = {});

}  // namespace zoo
