// What is known of a model besides its tensors, and who says so: the manifest, the files in its folder, or
// nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/manifest/label_set.h"
#include "zoo/manifest/manifest.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/manifest/problem_type.h"
#include "zoo/resolve/model_folder.h"

namespace zoo {

struct Description {
  std::vector<std::string> labels;  // one a class, or empty where nobody says
  OtherNames other_names;           // of the same classes
  Preprocess preprocess;            // of evaluation
  std::optional<ProblemType> problem_type;
  std::string assumed = {};        // of the preprocessing, in words, where nobody says it
  std::vector<std::string> notes;  // what was left out, beginning with the model's name
};

// `name` is the model's, for the notes. Throws as Manifest::label_set.
Description describe_record(const WeightRecord& record, const Manifest& manifest, int64_t num_classes,
                            const std::string& name);

// Of config.json and, where that is transformers' own, preprocessor_config.json. Throws Error{corrupt,
// unsupported, mismatch} that names the file.
Description describe_folder(const ModelFolder& folder, const ArchSpec& arch, int64_t num_classes);

// Where nobody names the classes, those that the file itself names; a note, and no names, where they are of
// another number than `num_classes`.
void add_names_in_file(Description& description, const Checkpoint& checkpoint, int64_t num_classes,
                       const std::string& name);

// The arch's usual preprocessing; with the mean and the deviation of a normaliser among `beside`, the tensors
// that lie beside the net in its file.
Description describe_unknown(const ArchSpec& arch, const std::string& name,
                             const std::vector<NamedTensor>& beside = {});

}  // namespace zoo
