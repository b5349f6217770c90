// For the loader: sizes without decoding, and no more decoding than a crop needs. docs/decoding.md tells the
// rules.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_options.h"
#include "transforms/decode/reduced_window.h"
#include "transforms/image.h"
#include "transforms/resize/resize.h"

namespace zoo {

struct PictureInfo {
  Size size;  // as decode_image gives it, turned by EXIF where the options say so
};

// From the header alone. Refuses what decode_image refuses by the header; a picture that is damaged behind it
// still has a size. Throws Error{corrupt, unsupported}.
PictureInfo read_picture_info(std::span<const std::byte> bytes, const std::string& name,
                              const DecodeOptions& options = {});

// crop(decode_image(bytes, name, options), window), bit for bit, with less work where the format allows it:
// of a JPEG only the window's blocks become pixels, and nothing below the window is read. So damage below the
// window may go unseen; a file without its end is refused all the same. Throws Error{corrupt, unsupported},
// and Error{mismatch} where the window is empty or not inside the picture.
Image decode_window(std::span<const std::byte> bytes, const std::string& name, const CropRect& window,
                    const DecodeOptions& options = {});

// For training, where the window is resized to `target` next: as decode_window, but a JPEG is made at 1/2,
// 1/4 or 1/8 of its size where the window then still has kReducedMargin times the target's pixels in both
// directions. Only for JPEG are the pixels not those of decode_image. Throws as decode_window.
inline constexpr double kReducedMargin = 1.25;
ReducedWindow decode_reduced_window(std::span<const std::byte> bytes, const std::string& name,
                                    const CropRect& window, Size target, const DecodeOptions& options = {});

}  // namespace zoo
