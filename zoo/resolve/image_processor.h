// What preprocessor_config.json says of transformers' image processor, read as that class reads it.
// Reference: transformers 5.23, image_processing_backends.py (PilBackend) and the classes that are listed
// there.
#pragma once

#include <string>
#include <string_view>

#include "zoo/manifest/preprocess.h"

namespace zoo {

// The processor's own result: members that are absent have the defaults of the class that
// image_processor_type names (feature_extractor_type in older files; ...Fast and ...FeatureExtractor are
// names of the same classes), and of ConvNextImageProcessor, which transformers takes for its ResNets, where
// none does. `where` is the file's name for messages. Throws Error{corrupt}, and Error{unsupported} for
// another class and for what zoo cannot do; both name the member.
Preprocess read_transformers_preprocess(std::string_view text, const std::string& where);

}  // namespace zoo
