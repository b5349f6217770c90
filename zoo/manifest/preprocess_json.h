// The reading half of to_json(Preprocess): every place that holds a preprocessing as JSON reads it here.
#pragma once

#include "zoo/base/json_node.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

enum class PreprocessForm {
  record,  // of a manifest, written by hand: no resize_px where nothing is resized, mean up to 1
  whole,   // as to_json writes it, all that a program can have made
};

// Absent crop_offset, fill, value_range and rescale have the defaults of Preprocess, which is what they were
// before they had names. Throws Error{corrupt} that names the place.
Preprocess parse_preprocess(const JsonNode& node, PreprocessForm form);

}  // namespace zoo
