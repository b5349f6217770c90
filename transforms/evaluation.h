// The publisher's evaluation geometry: resize, then centre crop. No tensor: see zoo/data/loader.h for the
// last step.
#pragma once

#include "transforms/decode.h"
#include "transforms/image.h"
#include "transforms/resize.h"
#include "zoo/core/preprocess.h"

namespace zoo {

// What a picture of that size becomes, before the crop.
Size resized_size(Size image, const Preprocess& preprocess);

// Half-to-even offsets as torchvision's center_crop; a smaller picture is padded with zeros (torchvision) or
// the crop shrinks (OpenMMLab) as preprocess.pad_to_crop says.
Image center_crop(const Image& image, int64_t crop_px, bool pad);

// Resize and crop; still RGB. Throws Error{mismatch} for an empty picture or a resize that would make one
// of more than 2^28 pixels.
Image evaluation_transform(const Image& image, const Preprocess& preprocess);
// Decodes with the preprocessing's EXIF rule first.
DecodeOptions decode_options(const Preprocess& preprocess);

}  // namespace zoo
