// The publisher's evaluation geometry: resize, then centre crop, or the other way round. No tensor: see
// zoo/loader/loader.h for the last step. docs/preprocessing.md says what each publisher does.
#pragma once

#include <cstdint>
#include <optional>

#include "transforms/decode/decode.h"
#include "transforms/image.h"
#include "transforms/resize/resize.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

// What a picture of that size (of ResizeMode::crop_first: its part that is cut out first) becomes, before
// the crop. At least 1 x 1. Nothing is checked against absurd sizes here.
Size resized_size(Size image, const Preprocess& preprocess);

// What evaluation_transform makes of any picture, or nothing where that depends on the picture.
std::optional<Size> evaluation_size(const Preprocess& preprocess);

// Offsets as torchvision's center_crop; a smaller picture is padded with zeros (torchvision) or the crop
// shrinks (OpenMMLab).
Image center_crop(const Image& image, int64_t crop_px, bool pad);

// Resize and crop; still RGB. Throws Error{mismatch} for an empty picture or a resize that would make one
// of more than 2^28 pixels, Error{unsupported} for an interpolation that the backend lacks.
Image evaluation_transform(const Image& image, const Preprocess& preprocess);

// The part of a picture of that size that the evaluation transform reads, the neighbours that the resize
// weighs in included: decoding only it is enough. All of it where OpenCV resizes. Throws as
// evaluation_transform.
CropRect evaluation_window(Size picture, const Preprocess& preprocess);
// evaluation_transform of the whole picture, bit for bit, given the pixels `where` of it, which hold
// evaluation_window's.
Image evaluation_transform_window(const Image& window, const CropRect& where, Size whole,
                                  const Preprocess& preprocess);

// Decodes with the preprocessing's EXIF rule first.
DecodeOptions decode_options(const Preprocess& preprocess);

}  // namespace zoo
