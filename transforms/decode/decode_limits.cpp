#include "transforms/decode/decode_limits.h"

#include <algorithm>

#include "zoo/base/error.h"

namespace zoo {

void require_size(int64_t width, int64_t height, const std::string& name, int64_t max_pixels) {
  if (width <= 0 || height <= 0) {
    throw Error(ErrorCode::corrupt, name, "the header gives no picture size; the file is damaged");
  }
  if (width <= max_pixels / height) return;
  throw Error(ErrorCode::corrupt, name,
              "the header claims " + std::to_string(width) + " x " + std::to_string(height) +
                  " pixels, the limit is " + std::to_string(max_pixels),
              "Shrink the picture, or leave the file out if it is damaged.");
}

void require_plausible(int64_t width, int64_t height, size_t bytes, const std::string& name,
                       const Packing& packing) {
  // Of a cut picture this little is not worth to be seen.
  constexpr int64_t kPixelsPerByteOfCut = 4096;
  if (width <= packing.free_pixels / height) return;
  const int64_t most = std::max(packing.pixels_per_byte, packing.may_be_cut ? kPixelsPerByteOfCut : 0);
  if (width * height / most <= static_cast<int64_t>(bytes)) return;
  throw Error(ErrorCode::corrupt, name,
              "the header claims " + std::to_string(width) + " x " + std::to_string(height) +
                  " pixels, for which " + std::to_string(bytes) + " bytes are too few",
              "Get the whole file, or leave it out.");
}

void require_inside(const CropRect& window, Size size, const std::string& name) {
  const bool is_inside = window.left >= 0 && window.top >= 0 && window.width > 0 && window.height > 0 &&
                         window.width <= size.width - window.left &&
                         window.height <= size.height - window.top;
  if (is_inside) return;
  throw Error(ErrorCode::mismatch, name,
              "the window of " + std::to_string(window.width) + " x " + std::to_string(window.height) +
                  " pixels at (" + std::to_string(window.left) + ", " + std::to_string(window.top) +
                  ") is not inside the picture of " + std::to_string(size.width) + " x " +
                  std::to_string(size.height));
}

}  // namespace zoo
