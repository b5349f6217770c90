// Our own decoding of JPEG against libjpeg: whatever it takes upon itself must have libjpeg's pixels, and
// libjpeg nothing to complain of. The first bytes choose the window and the scale; the rest is the file.
#include "tests/fuzz/chosen_window.h"
#include "tests/fuzz/fuzz.h"
#include "tests/transforms/jpeg_reference.h"

namespace {

constexpr int64_t kMaxPixels = 1 << 16;  // more costs time and finds nothing
using zoo::fuzz::chosen_window;
using zoo::fuzz::kChoices;
using zoo::fuzz::require;

void compare(std::span<const std::byte> file, zoo::Size size, std::span<const uint8_t> choices,
             const zoo::JpegScale& scale) {
  const auto whole = zoo::test::by_us(file, {0, 0, size.width, size.height}, scale);
  const auto part = zoo::test::by_us(file, chosen_window(size, choices), scale);
  if (!whole) return;
  const auto expected = zoo::test::by_libjpeg(file, scale);
  require(expected.has_value(), "libjpeg finds something wrong");
  require(whole->pixels == expected->pixels, "other pixels than libjpeg's");
  require(part.has_value(), "no window of a whole picture");
  require(part->pixels == zoo::crop(*whole, chosen_window(size, choices)).pixels,
          "a window of other pixels than the whole picture's");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (zoo::jpeg_kernels() == nullptr) return zoo::fuzz::kNotHere;
  if (size < kChoices) return 0;
  const std::span input(data, size);
  const auto file = std::as_bytes(input.subspan(kChoices));
  zoo::JpegReader reader(file);
  if (!reader.read_header() || reader.width() * reader.height() > kMaxPixels) return 0;
  const int denominator = 1 << input[0] % 4;
  for (const bool plain_chroma : {false, true}) {
    if (denominator > 1 && !plain_chroma) continue;
    const auto scaled = [&](int64_t side) { return (side + denominator - 1) / denominator; };
    compare(file, {scaled(reader.width()), scaled(reader.height())}, input.first(kChoices),
            {denominator, plain_chroma});
  }
  return 0;
}
