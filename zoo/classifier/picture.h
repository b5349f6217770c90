// A picture file as a model's input.
#pragma once

#include <filesystem>

#include <ATen/core/Tensor.h>

#include "zoo/manifest/preprocess.h"

namespace zoo {

struct ResolvedWeights;

// Throws Error{mismatch} unless the model has a head and three input channels.
void require_picture_classifier(const ResolvedWeights& weights);

// Decodes, resizes, crops and normalises -> float [1, 3, H, W], channels-last. Of a file that ends early an
// error, or what there is (see DecodeOptions). Thread-safe. Throws Error with the path.
at::Tensor load_picture(const std::filesystem::path& path, const Preprocess& preprocess,
                        bool allow_truncated = false);

}  // namespace zoo
