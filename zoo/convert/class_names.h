// The class names that a checkpoint holds beside its tensors.
#pragma once

#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

// One a class, in the order of the model's outputs; none where the file names none. Looked for, under the
// names of class_name_keys() (label_file.h), in the object itself and where trainers keep what belongs to the
// data: "meta" and its "dataset_meta" (OpenMMLab), "hyper_parameters" (Lightning), "args", "config"; and, as
// JSON, in safetensors' metadata. A list of names, or a dict from index to name or from name to index.
std::vector<std::string> class_names_in(const Checkpoint& checkpoint);

}  // namespace zoo
