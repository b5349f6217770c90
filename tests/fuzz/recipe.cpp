// Recipes of training pictures: what is accepted runs on a small picture, gives what it says it gives, and
// comes back from its own text.
#include <string_view>

#include "tests/fuzz/fuzz.h"
#include "transforms/augment/augmentation.h"

namespace {

using zoo::fuzz::require;

constexpr int64_t kMaxSide = 64;  // larger costs time and finds nothing

zoo::Image picture() {
  zoo::Image image = zoo::make_image(9, 7);
  uint8_t value = 0;
  for (uint8_t& pixel : image.pixels) pixel = value = static_cast<uint8_t>(value * 5 + 31);
  return image;
}

void run(std::string_view text) {
  const zoo::Augmentation augmentation = zoo::Augmentation::parse(text, "input");
  require(zoo::Augmentation::parse(augmentation.to_json(), "again") == augmentation, "another recipe");
  const auto output = augmentation.output_size();
  if (!output || output->width > kMaxSide || output->height > kMaxSide) return;
  const zoo::AugmentedPicture result = augmentation.apply(picture(), {.seed = 1, .epoch = 2, .sample = 3});
  require(zoo::Size{result.image.width, result.image.height} == *output, "a picture of another size");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A picture may be too small for a step, e.g. for the border of its blur.
  zoo::fuzz::attempt([&] { run({reinterpret_cast<const char*>(data), size}); },
                     {zoo::ErrorCode::corrupt, zoo::ErrorCode::unsupported, zoo::ErrorCode::mismatch});
  return 0;
}
