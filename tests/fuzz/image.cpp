// Whole pictures for both backends, turned and cut off, and the windows and sizes that the loader asks for: a
// window must be what it is of the whole picture. The first bytes choose the window; the rest is the file.
#include <algorithm>

#include "tests/fuzz/chosen_window.h"
#include "tests/fuzz/fuzz.h"
#include "transforms/decode/decode.h"
#include "transforms/decode/decode_window.h"

namespace {

using zoo::fuzz::chosen_window;
using zoo::fuzz::kChoices;
using zoo::fuzz::require;

constexpr int64_t kMaxPixels = 1 << 20;  // more costs time and finds nothing
const std::string kName = "input";

void read(std::span<const std::byte> bytes, std::span<const uint8_t> choices,
          const zoo::DecodeOptions& options) {
  const zoo::Size size = zoo::read_picture_info(bytes, kName, options).size;
  require(size.width > 0 && size.height > 0 && size.width <= kMaxPixels / size.height, "a wrong size");
  const zoo::CropRect window = chosen_window(size, choices);
  const zoo::ReducedWindow reduced = zoo::decode_reduced_window(bytes, kName, window, {8, 8}, options);
  require(reduced.box.left >= 0 && reduced.box.top >= 0 && reduced.box.left < reduced.box.right &&
              reduced.box.top < reduced.box.bottom &&
              reduced.box.right <= static_cast<double>(reduced.image.width) &&
              reduced.box.bottom <= static_cast<double>(reduced.image.height),
          "a box outside of its picture");
  const zoo::Image part = zoo::decode_window(bytes, kName, window, options);
  // The window may come out although there is damage below it.
  const zoo::Image whole = zoo::decode_image(bytes, kName, options);
  require(zoo::Size{whole.width, whole.height} == size, "a picture of another size than its header's");
  require(zoo::crop(whole, window).pixels == part.pixels,
          "a window of other pixels than the whole picture's");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < kChoices) return 0;
  const std::span input(data, size);
  for (const bool flag : {false, true}) {
    for (const zoo::Backend backend : {zoo::Backend::pillow, zoo::Backend::opencv}) {
      const zoo::DecodeOptions options{
          .exif = flag, .allow_truncated = flag, .max_pixels = kMaxPixels, .backend = backend};
      zoo::fuzz::attempt(
          [&] { read(std::as_bytes(input.subspan(kChoices)), input.first(kChoices), options); });
    }
  }
  return 0;
}
