#include "transforms/augment/augmentation.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"
#include "transforms/augment/crops.h"
#include "transforms/augment/presets.h"
#include "transforms/augment/sample.h"
#include "transforms/augment/step_fields.h"
#include "transforms/augment/torchvision_ops.h"
#include "transforms/random/random_ops.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

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
    const std::string of_run = R"({"arch": "a", "pictures": {"mix": null, "augmentation": )" + bare + "}}";
    CHECK(Augmentation::parse(of_run, "recipe.json") == augmentation);
  }
}

TEST_CASE("what is wrong in a recipe is refused with its place") {
  const std::pair<std::string, std::string> refusals[]{
      {R"([])", "recipe.json: is of type array, expected an object"},
      {R"({"steps": 3})", "recipe.json:/steps: is of type number, expected an array"},
      {R"({"steps": [], "seed": 1})", "recipe.json:/seed: unknown member"},
      {R"({"steps": [{"p": 1}]})", "recipe.json:/steps/0: no member 'op'"},
      {R"({"steps": [{"op": "RandomHorizontalFlop"}]})",
       "recipe.json:/steps/0/op: 'RandomHorizontalFlop' is not a step. Did you mean 'RandomHorizontalFlip'"},
      {R"({"steps": [{"op": "Pad"}, {"op": "RandomInvert", "prob": 1}]})",
       "recipe.json:/steps/1/prob: unknown field of RandomInvert"},
      {R"({"steps": [{"op": "RandomInvert", "p": 1.5}]})", "recipe.json:/steps/0/p: is 1.5, expected 0 to 1"},
      {R"({"steps": [{"op": "RandomInvert", "p": "x"}]})", "recipe.json:/steps/0/p: is of type string"},
      {R"({"steps": [{"op": "CenterCrop", "size": 0}]})", "recipe.json:/steps/0/size: is 0, expected 1 to"},
      {R"({"steps": [{"op": "CenterCrop", "size": [1, 2, 3]}]})", "recipe.json:/steps/0/size: 3 numbers"},
      {R"({"steps": [{"op": "CenterCrop", "size": []}]})", "recipe.json:/steps/0/size: is empty"},
      {R"({"steps": [{"op": "Pad", "padding": [1, 2, 3]}]})", "recipe.json:/steps/0/padding: 3 numbers"},
      {R"({"steps": [{"op": "Pad", "fill": [1, 2]}]})", "recipe.json:/steps/0/fill: 2 numbers, expected 3"},
      {R"({"steps": [{"op": "Pad", "fill": 300}]})", "recipe.json:/steps/0/fill: is 300, expected 0 to 255"},
      {R"({"steps": [{"op": "Pad", "padding_mode": "edges"}]})",
       "recipe.json:/steps/0/padding_mode: 'edges' is unknown. Did you mean 'edge'"},
      {R"({"steps": [{"op": "Resize", "interpolation": "cubic"}]})", "recipe.json:/steps/0/interpolation: "},
      {R"({"steps": [{"op": "RandomResizedCrop", "scale": 0.5}]})",
       "recipe.json:/steps/0/scale: is of type number, expected an array"},
      {R"({"steps": [{"op": "RandomResizedCrop", "scale": [0.5]}]})",
       "recipe.json:/steps/0/scale: 1 numbers"},
      {R"({"steps": [{"op": "RandomResizedCrop", "scale": [0.9, 0.5]}]})",
       "recipe.json:/steps/0/scale: is [0.9, 0.5], expected the lower first"},
      {R"({"steps": [{"op": "RandomResizedCrop", "ratio": [0, 1]}]})",
       "recipe.json:/steps/0/ratio: is 0, expected 0.001 to 1000"},
      {R"({"steps": [{"op": "ColorJitter", "hue": 0.7}]})",
       "recipe.json:/steps/0/hue: is 0.7, expected -0.5 to 0.5"},
      {R"({"steps": [{"op": "ColorJitter", "hue": -0.7}]})", "recipe.json:/steps/0/hue: is negative"},
      {R"({"steps": [{"op": "RandomAffine", "translate": [0.1]}]})",
       "recipe.json:/steps/0/translate: 1 numbers, expected 2"},
      {R"({"steps": [{"op": "RandomAffine", "interpolation": "lanczos"}]})",
       "recipe.json:/steps/0/interpolation: is lanczos, expected nearest, bilinear or bicubic"},
      {R"({"steps": [{"op": "AugMix", "interpolation": "bicubic"}]})",
       "recipe.json:/steps/0/interpolation: is bicubic, expected nearest or bilinear"},
      {R"({"steps": [{"op": "AugMix", "fill": "black"}]})", "recipe.json:/steps/0/fill: is of type string"},
      {R"({"steps": [{"op": "GaussianBlur", "kernel_height": 4}]})",
       "recipe.json:/steps/0/kernel_height: is even"},
      {R"({"steps": [{"op": "RandAugment", "num_magnitude_bins": 5}]})",
       "recipe.json:/steps/0: 'magnitude' is 9, expected less than num_magnitude_bins, 5"},
      {R"({"steps": [{"op": "RandomErasing", "value": "noise"}]})",
       "recipe.json:/steps/0/value: expected a number, three numbers or 'random'"},
      {R"({"steps": [{"op": "TimmRandomErasing", "max_area": 0.01}]})",
       "recipe.json:/steps/0/max_area: is less than min_area"},
      {R"({"steps": [{"op": "TimmRandomErasing", "min_count": 3, "max_count": 2}]})",
       "recipe.json:/steps/0/max_count: is less than min_count"},
      {R"({"steps": [{"op": "TimmRandomErasing", "max_aspect": 0.1}]})",
       "recipe.json:/steps/0/max_aspect: makes max_aspect less than min_aspect"},
      {R"({"steps": [{"op": "RandomErasing"}, {"op": "RandomInvert"}]})",
       "recipe.json:/steps/1: stands behind random erasing"},
      {R"({"timn": {}})", "recipe.json:/timn: unknown member. Did you mean 'timm'"},
      {R"({"timm": {}, "cifar": {}})", "recipe.json: 2 members, expected one of steps, torchvision, timm"},
      {R"({"timm": {"colour_jitter": 1}})",
       "recipe.json:/timm/colour_jitter: unknown field of timm. Did you mean 'color_jitter'"},
      {R"({"timm": {"reprob": 2}})", "recipe.json:/timm/reprob: is 2, expected 0 to 1"},
      {R"({"torchvision": {"auto_augment_policy": "rand"}})",
       "recipe.json:/torchvision/auto_augment_policy: 'rand' is unknown"},
      {R"({"torchvision": {"auto_augment_policy": "augmix", "interpolation": "bicubic"}})",
       "recipe.json:/torchvision/interpolation: is bicubic, expected nearest or bilinear"},
      {R"({"cifar": 3})", "recipe.json:/cifar: is of type number, expected an object"}};
  for (const auto& [json, message] : refusals) {
    INFO(json << '\n' << refusal(json));
    CHECK(refusal(json).starts_with(message));
  }
  std::string many = R"({"steps": [{"op": "RandomInvert"})";
  for (int i = 0; i < 1000; ++i) many += R"(,{"op": "RandomInvert"})";
  CHECK(refusal(many + "]}").starts_with("recipe.json:/steps: 1001 steps"));
}

TEST_CASE("timm's strings are refused by their sections") {
  const std::pair<std::string, std::string> refusals[]{
      {"rond-m9", "'rond' is no policy of timm. Did you mean 'rand'"},
      {"rand-m9.5", "'m9.5' does not end in a whole number"},
      {"rand-m", "'m' does not end in a whole number"},
      {"rand-q3", "'q3' is no section of rand"},
      {"rand-w0", "'w0' is no section of rand any more"},
      {"rand-tall", "'tall' is no set of operations"},
      {"rand-p1.5", "'p1.5' is out of range, expected 0 to 1"},
      {"rand-n100000", "'n100000' is out of range"},
      {"rand--m9", "'' is no section of rand"},
      {"augmix-n2", "'n2' is no section of augmix"},
      {"original-m9", "'m9' is no section of this policy"}};
  for (const auto& [config, message] : refusals) {
    const std::string found =
        refusal(R"({"steps": [{"op": "TimmAutoAugment", "config": ")" + config + "\"}]}");
    INFO(config << '\n' << found);
    CHECK(found.starts_with("recipe.json:/steps/0/config: " + message));
  }
}

TEST_CASE("in C++ a field out of its range is refused too") {
  CHECK_THROWS_WITH(Augmentation({Pad{}, RandomInvert{-1}}),
                    Catch::StartsWith("/steps/1/p: is -1, expected 0 to 1"));
  CHECK_THROWS_WITH(Augmentation({Step(RandomErasing{}), Step(Pad{})}),
                    Catch::StartsWith("/steps/1: stands behind"));
  CHECK_THROWS_WITH(Augmentation(std::vector<Step>(1001)), Catch::StartsWith("/steps: 1001 steps"));
  CHECK_THROWS_WITH(make_augmentation(TimmPreset{.hflip = 3}), Catch::StartsWith("hflip: is 3"));
}

TEST_CASE("what a step cannot do with a picture is refused") {
  const auto message = [](Step step, Size size) -> std::string {
    try {
      Augmentation({std::move(step)}).apply(make_image(size.width, size.height), {});
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::mismatch);
      return error.what();
    }
    return "done";
  };
  CHECK(message(RandomCrop{}, {31, 40}).starts_with("a random crop of 32 x 32 pixels does not fit"));
  CHECK(message(GaussianBlur{}, {11, 40}).starts_with("a blur of 23 x 23 pixels needs a larger picture"));
  CHECK(message(Resize{.size = {16000, 16000}}, {1, 4000}).starts_with("the step would make a picture of"));
  CHECK(message(RandomRotation{.expand = true}, {20000, 1}).find("too large to expand") != std::string::npos);
  const Augmentation crop({RandomResizedCrop{}});
  const WindowPlan plan = crop.plan_window({50, 50}, {}).value();
  CHECK_THROWS_AS(crop.apply_to_window(make_image(10, 10), {0, 0, 11, 10}, plan, {}), Error);
  CHECK_THROWS_AS(crop.apply_to_window(make_image(10, 10), {3, 3, 3, 9}, plan, {}), Error);
}

TEST_CASE("an inserted step leaves the draws of the steps before it alone, and theirs are its own") {
  const Image image = noise(40, 40);
  const Augmentation one({RandomResizedCrop{.size = {20, 20}}});
  const Augmentation two({RandomResizedCrop{.size = {20, 20}}, RandomRotation{}, RandomInvert{1}});
  for (uint64_t sample = 0; sample < 20; ++sample) {
    const SampleKey key{.seed = 3, .sample = sample};
    CHECK(one.plan_window({40, 40}, key) == two.plan_window({40, 40}, key));
  }
}

TEST_CASE("steps whose parameters change nothing leave the picture") {
  const Image image = noise(33, 21);
  const Step steps[]{RandomHorizontalFlip{0},
                     RandomRotation{.degrees = {0, 0}},
                     RandomAffine{},
                     RandomPerspective{.distortion_scale = 0, .p = 1},
                     ColorJitter{},
                     Pad{},
                     CenterCrop{{33, 21}},
                     RandomCrop{.size = {33, 21}},
                     Resize{.size = {21, 21}},
                     RandomAdjustSharpness{1, 1},
                     RandomPosterize{8, 1},
                     RandomSolarize{256, 1},
                     Lighting{.alphastd = 0},
                     RandAugment{.num_ops = 0},
                     TimmAutoAugment{.config = "rand-n0"}};
  for (const Step& step : steps) {
    INFO(step_name(step));
    CHECK(Augmentation({step}).apply(image, {}).image.pixels == image.pixels);
  }
}

TEST_CASE("flips undo themselves") {
  for (const Size size : {Size{17, 5}, Size{4, 6}, Size{1, 1}}) {
    const Image image = noise(size.width, size.height);
    for (const auto flip : {flip_horizontal_in_place, flip_vertical_in_place}) {
      Image turned = image;
      flip(turned);
      CHECK((size == Size{1, 1} || turned.pixels != image.pixels));
      flip(turned);
      CHECK(turned.pixels == image.pixels);
    }
  }
}

TEST_CASE("every step keeps to its picture for any key") {
  for (const Step& step : default_steps()) {
    const Augmentation augmentation({step});
    const Image image = noise(47, 52);
    for (uint64_t sample = 0; sample < 8; ++sample) {
      INFO(step_name(step) << " sample " << sample);
      const SampleKey key{.sample = sample};
      const AugmentedPicture picture = augmentation.apply(image, key);
      REQUIRE(std::ssize(picture.image.pixels) == picture.image.width * picture.image.height * 3);
      const auto size = augmentation.output_size();
      if (size) CHECK(*size == Size{picture.image.width, picture.image.height});
      for (const Erasure& erasure : picture.erasures) {
        CHECK(erasure.rect.left >= 0);
        CHECK(erasure.rect.top >= 0);
        CHECK(erasure.rect.left + erasure.rect.width <= 47);
        CHECK(erasure.rect.top + erasure.rect.height <= 52);
      }
      CHECK(augmentation.apply(image, key).erasures == picture.erasures);
    }
  }
}

TEST_CASE("the size that comes out is known where it does not depend on the picture") {
  CHECK_FALSE(Augmentation().output_size());
  CHECK_FALSE(Augmentation({Resize{}}).output_size());
  CHECK(Augmentation({Resize{}, CenterCrop{}}).output_size() == Size{224, 224});
  CHECK(Augmentation({CenterCrop{{9, 9}}, Resize{.size = {30, 30}}}).output_size() == Size{30, 30});
  CHECK(Augmentation({CenterCrop{{9, 7}}, Pad{{1, 2, 3, 4}}}).output_size() == Size{13, 13});
  CHECK_FALSE(Augmentation({CenterCrop{}, RandomRotation{.expand = true}}).output_size());
  CHECK(named_augmentation("cifar").output_size() == Size{32, 32});
}

TEST_CASE("a window decoded at reduced scale gives nearly the same picture") {
  const Image image = gradient(400, 300);
  const Image half = resize_pillow(image, 200, 150, Interpolation::bilinear);
  const Augmentation augmentation({RandomResizedCrop{.size = {32, 32}, .scale = {0.5, 1}}});
  const SampleKey key{.sample = 3};
  const WindowPlan plan = augmentation.plan_window({400, 300}, key).value();
  const Box box = as_box(plan.window);
  const Image expected = augmentation.apply(image, key).image;
  const Image found =
      augmentation
          .apply_to_window(half, {box.left / 2, box.top / 2, box.right / 2, box.bottom / 2}, plan, key)
          .image;
  for (size_t i = 0; i < expected.pixels.size(); ++i) {
    REQUIRE(std::abs(int{expected.pixels[i]} - int{found.pixels[i]}) <= 2);
  }
}

TEST_CASE("crops are spread as their options say") {
  const RandomResizedCrop options{.scale = {0.1, 0.5}};  // all of which fit
  constexpr int kDraws = 4000;
  double area = 0, log_ratio = 0, left = 0;
  for (uint64_t sample = 0; sample < kDraws; ++sample) {
    RandomStream random(9, 0, sample, 0);
    const CropRect rect = draw_resized_crop({2000, 2000}, options, random);
    const auto width = static_cast<double>(rect.width), height = static_cast<double>(rect.height);
    area += width * height / 4e6 / kDraws;
    log_ratio += std::log(width / height) / kDraws;
    left += static_cast<double>(rect.left) / (2000.0 - width + 1) / kDraws;
  }
  CHECK(area == Approx(0.3).margin(0.01));
  CHECK(log_ratio == Approx(0).margin(0.015));
  CHECK(left == Approx(0.5).margin(0.02));
}

TEST_CASE("erased noise is standard normal and follows from its key alone") {
  const Erasure erasure{{1, 2, 101, 97}, NoiseKey{77}};
  const std::vector<float> values = erasure_values(erasure);
  REQUIRE(values.size() == 101 * 97 * 3);
  CHECK(values == erasure_values({{9, 9, 101, 97}, NoiseKey{77}}));
  CHECK(values != erasure_values({{1, 2, 101, 97}, NoiseKey{78}}));
  double sum = 0, squares = 0, within = 0;
  for (const float value : values) {
    REQUIRE(std::isfinite(value));
    sum += value;
    squares += value * value;
    within += std::abs(value) < 1 ? 1 : 0;
  }
  const auto count = static_cast<double>(values.size());
  CHECK(sum / count == Approx(0).margin(0.02));
  CHECK(squares / count == Approx(1).margin(0.03));
  CHECK(within / count == Approx(0.6827).margin(0.01));
}

TEST_CASE("erasing writes its values inside its rectangle alone") {
  std::vector<float> pixels(7 * 5 * 3, 9.0F);
  erase(Erasure{{2, 1, 3, 2}, std::array<float, 3>{1, 2, 3}}, pixels.data(), 7);
  for (int64_t i = 0; i < std::ssize(pixels); ++i) {
    const int64_t x = i / 3 % 7, y = i / 21;
    const bool inside = x >= 2 && x < 5 && y >= 1 && y < 3;
    CHECK(pixels[static_cast<size_t>(i)] == (inside ? static_cast<float>(i % 3 + 1) : 9.0F));
  }
}

TEST_CASE("presets are their publishers' steps") {
  const auto names = [](const Augmentation& augmentation) {
    std::vector<std::string> ops;
    for (const Step& step : augmentation.steps()) ops.emplace_back(step_name(step));
    return join(ops, " ");
  };
  CHECK(names(named_augmentation("torchvision")) == "RandomResizedCrop RandomHorizontalFlip");
  CHECK(names(named_augmentation("torchvision-augmix")) == "RandomResizedCrop RandomHorizontalFlip AugMix");
  CHECK(
      names(make_augmentation(TorchvisionPreset{.auto_augment_policy = "svhn", .random_erase_prob = 0.1})) ==
      "RandomResizedCrop RandomHorizontalFlip AutoAugment RandomErasing");
  CHECK(names(named_augmentation("timm")) == "RandomResizedCrop RandomHorizontalFlip ColorJitter");
  CHECK(names(make_augmentation(TimmPreset{.vflip = 0.1, .aa = "v0", .reprob = 0.25})) ==
        "RandomResizedCrop RandomHorizontalFlip RandomVerticalFlip TimmAutoAugment TimmRandomErasing");
  CHECK(names(make_augmentation(OpenMMLabPreset{.color_jitter = 0.4, .lighting = 0.1})) ==
        "RandomResizedCrop RandomHorizontalFlip ColorJitter Lighting");
  CHECK(names(named_augmentation("cifar")) == "RandomCrop RandomHorizontalFlip");
  CHECK(names(Augmentation::parse(R"({"openmmlab": {"scale": 64}})", "x")) ==
        "RandomResizedCrop RandomHorizontalFlip");
  for (const std::string& name : preset_names()) {
    const Augmentation augmentation = named_augmentation(name, 40);
    CHECK(augmentation.output_size() == Size{40, 40});
    CHECK(Augmentation::parse(augmentation.to_json(), name) == augmentation);
  }
  CHECK_THROWS_WITH(named_augmentation("tim", 40), Catch::Contains("Did you mean 'timm'"));
}

TEST_CASE("pixels between pixels are the same with and without AVX2") {
  RandomStream random(4, 0, 0, 0);
  for (const Size size : {Size{37, 23}, Size{1, 1}, Size{2, 9}}) {
    const Image image = noise(size.width, size.height);
    std::vector<double> x(5000), y(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = random.uniform(-2, static_cast<double>(size.width) + 2);
      y[i] = i % 7 == 0 ? 0.5 : random.uniform(-2, static_cast<double>(size.height) + 2);
    }
    for (const auto mode : {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
      std::vector<uint8_t> fast(x.size() * 3, 7), plain = fast;
      sample_row(image, mode, x, y, fast.data());
      sample_row_plainly(image, mode, x, y, plain.data());
      CHECK(fast == plain);
      CHECK(std::ranges::count(plain, uint8_t{7}) < std::ssize(plain));
    }
  }
}

TEST_CASE("broken recipes are read or refused, never anything else") {
  std::vector<Step> steps(default_steps().begin(), default_steps().end());
  const std::string whole = Augmentation(std::move(steps)).to_json();
  RandomStream random(6, 0, 0, 0);
  int read = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string broken = whole;
    for (int64_t change = random.below(3); change >= 0; --change) {
      const auto at = static_cast<size_t>(random.below(std::ssize(broken)));
      constexpr std::string_view kBytes = "0123456789-.eE{}[]\",: \\untrp\x80";
      switch (random.below(3)) {
        case 0:
          broken[at] = kBytes[static_cast<size_t>(random.below(std::ssize(kBytes)))];
          break;
        case 1:
          broken.erase(at, static_cast<size_t>(1 + random.below(12)));
          break;
        default:
          broken.insert(at, broken.substr(static_cast<size_t>(random.below(std::ssize(broken))), 9));
      }
    }
    try {
      const Augmentation augmentation = Augmentation::parse(broken, "recipe");
      REQUIRE(Augmentation::parse(augmentation.to_json(), "recipe") == augmentation);
      ++read;
    } catch (const Error& error) {
      REQUIRE(std::string(error.what()).starts_with("recipe:"));
      ++refused;
    }
  }
  CHECK(read > 10);
  CHECK(refused > 1000);
}

TEST_CASE("the ends of every range give a picture") {
  // What the fields may be at most and at least, where a picture can still be made.
  const Step steps[]{
      RandomResizedCrop{.size = {3, 2}, .scale = {0, 0}, .ratio = {1e-3, 1e3}},
      RandomAffine{.degrees = {-1e6, 1e6},
                   .translate = {1, 1},
                   .scale = {{1e-3, 1e-3}},
                   .shear_x = {{-89, 89}},
                   .shear_y = {{89, 89}}},
      RandomAffine{.scale = {{1e3, 1e3}}, .interpolation = Interpolation::bicubic, .center = {{-1e6, 1e6}}},
      RandomPerspective{.distortion_scale = 1, .p = 1},
      ColorJitter{
          .brightness = {1e6, 1e6}, .contrast = {1e6, 1e6}, .saturation = {1e6, 1e6}, .hue = {0.5, 0.5}},
      GaussianBlur{.kernel_width = 1, .kernel_height = 1, .sigma = {1e-3, 1e-3}},
      RandomAdjustSharpness{1e6, 1},
      RandomPosterize{0, 1},
      Lighting{.eigval = {1e6, 1e6, 1e6}, .alphastd = 1e6},
      RandAugment{.num_ops = 20, .magnitude = 999, .num_magnitude_bins = 1000},
      TrivialAugmentWide{.num_magnitude_bins = 2},
      AugMix{.severity = 10, .alpha = 1e-6},
      AugMix{.chain_depth = 9, .alpha = 1e6},
      TimmAutoAugment{.config = "rand-m1000-n40-mmax1000-p1", .interpolation = std::nullopt},
      TimmAutoAugment{.config = "rand-m0-n40-inc1-p1-mstd1000000", .translate_pct = 1},
      TimmAutoAugment{.config = "augmix-m1000-w9-d9-a0.000001"},
      RandomErasing{.p = 1, .scale = {1, 1}, .ratio = {1e-3, 1e3}},
      TimmRandomErasing{.probability = 1, .min_area = 0, .max_area = 0}};
  for (const Step& step : steps) {
    for (const Size size : {Size{1, 1}, Size{2, 3}, Size{31, 7}}) {
      for (uint64_t sample = 0; sample < 4; ++sample) {
        INFO(step_name(step) << ' ' << size.width << " x " << size.height);
        const AugmentedPicture picture =
            Augmentation({step}).apply(noise(size.width, size.height), {.sample = sample});
        REQUIRE(std::ssize(picture.image.pixels) == picture.image.width * picture.image.height * 3);
      }
    }
  }
}

TEST_CASE("magnitudes are torch.linspace's") {
  const auto magnitude_of = [](double to, int64_t bin, int64_t bins) {
    return torchvision::magnitude({torchvision::Op::translate_x, 0, static_cast<float>(to), true}, bin, bins);
  };
  CHECK(magnitude_of(32, 7, 15) == 15.999999046325684);  // a translation by 15 pixels
  CHECK(magnitude_of(0.9, 20, 31) == 0.5999999642372131);
  CHECK(magnitude_of(0.99, 19, 31) == 0.6270000338554382);
}

TEST_CASE("with the same draws AugMix is torchvision's") {
  const std::vector<Row> rows = read_table(golden_folder() / "augmix.tsv");
  REQUIRE(rows.size() == 48);
  for (const Row& row : rows) {
    const SampleKey key{
        .seed = (uint64_t{1} << 40) + 7, .epoch = 3, .sample = static_cast<uint64_t>(integer(row, "sample"))};
    INFO(row.at("pattern") << ' ' << row.at("width") << 'x' << row.at("height") << ' ' << row.at("recipe"));
    const AugmentedPicture picture = Augmentation::parse(row.at("recipe"), "recipe").apply(pattern(row), key);
    CHECK(digest(picture.image) == row.at("sha256"));
  }
}
