#include "transforms/augmentation.h"

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"
#include "transforms/augment/crops.h"
#include "transforms/augment/step_fields.h"
#include "transforms/random_ops.h"
#include "zoo/core/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

const Augmentation& crop_and_flip() {
  static const Augmentation augmentation({RandomResizedCrop{.size = {24, 16}}, RandomHorizontalFlip{}});
  return augmentation;
}

Box as_box(const CropRect& rect) {
  return {static_cast<double>(rect.left), static_cast<double>(rect.top),
          static_cast<double>(rect.left + rect.width), static_cast<double>(rect.top + rect.height)};
}

std::string refusal(const std::string& json) {
  try {
    Augmentation::parse(json, "recipe.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("the same key gives the same bits, any other key part others") {
  const Image image = noise(61, 43);
  const SampleKey key{.seed = 7, .epoch = 2, .sample = 11};
  const AugmentedPicture once = crop_and_flip().apply(image, key);
  CHECK(once.image.width == 24);
  CHECK(once.image.height == 16);
  CHECK(once.image.pixels == crop_and_flip().apply(Image(image), key).image.pixels);
  const SampleKey others[]{{8, 2, 11, 0}, {7, 3, 11, 0}, {7, 2, 12, 0}, {7, 2, 11, 1}};
  for (const SampleKey& other : others) {
    CHECK(once.image.pixels != crop_and_flip().apply(image, other).image.pixels);
  }
}

TEST_CASE("a decoded window gives what the whole picture gives") {
  const Image image = noise(61, 43);
  for (uint64_t sample = 0; sample < 50; ++sample) {
    const SampleKey key{.seed = 1, .sample = sample};
    const WindowPlan plan = crop_and_flip().plan_window({image.width, image.height}, key).value();
    const Image expected = crop_and_flip().apply(image, key).image;
    CHECK(crop_and_flip().apply_to_window(image, as_box(plan.window), plan, key).image.pixels ==
          expected.pixels);
    const Image window = crop(image, plan.window);
    const Box all = as_box({0, 0, window.width, window.height});
    CHECK(crop_and_flip().apply_to_window(window, all, plan, key).image.pixels == expected.pixels);
  }
}

TEST_CASE("a window is planned only where a random resized crop comes first") {
  CHECK_FALSE(Augmentation().plan_window({50, 40}, {}));
  CHECK_FALSE(Augmentation({RandomHorizontalFlip{}, RandomResizedCrop{}}).plan_window({50, 40}, {}));
  CHECK(Augmentation({RandomResizedCrop{}}).plan_window({50, 40}, {}));
}

TEST_CASE("every step survives JSON") {
  for (const Step& step : default_steps()) {
    INFO(step_name(step));
    const Augmentation augmentation({step});
    CHECK(Augmentation::parse(augmentation.to_json(), "recipe.json") == augmentation);
    const std::string bare = R"({"steps": [{"op": ")" + std::string(step_name(step)) + "\"}]}";
    CHECK(Augmentation::parse(bare, "recipe.json") == augmentation);
  }
}

TEST_CASE("what is wrong in a recipe is refused with its place") {
  CHECK(refusal(R"({"steps": [{"op": "RandomHorizontalFlop"}]})")
            .starts_with("recipe.json:/steps/0/op: 'RandomHorizontalFlop' is not a step. Did you mean "
                         "'RandomHorizontalFlip'"));
  CHECK(refusal(R"({"steps": [{"op": "Pad"}, {"op": "RandomInvert", "prob": 1}]})")
            .starts_with("recipe.json:/steps/1/prob: unknown field of RandomInvert"));
  CHECK(refusal(R"({"steps": [{"op": "RandomInvert", "p": 1.5}]})") ==
        "recipe.json:/steps/0/p: is 1.5, expected 0 to 1");
}
