// preprocessor_config.json without Python: the numbers that follow by hand, and what is refused. Pixels are
// compared with transformers' own in tests/loader/processors_python.py.
#include "zoo/resolve/image_processor.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

TEST_CASE("absent members have the defaults of the class that is named, and of ConvNext's where none is") {
  const Preprocess usual = read_transformers_preprocess("{}", "p");
  CHECK(usual.resize == ResizeMode::square);
  CHECK(usual.resize_px == 384);
  CHECK(usual.crop_px == 0);
  CHECK(usual.interpolation == Interpolation::bicubic);
  CHECK(usual.crop_offset == CropOffset::floor);
  CHECK(usual.mean == std::array{0.5, 0.5, 0.5});
  CHECK(usual.rescale == kUsualRescale);

  const std::string name = GENERATE("BitImageProcessor", "BitImageProcessorFast", "BitFeatureExtractor");
  const std::string member = GENERATE("image_processor_type", "feature_extractor_type");
  const Preprocess bit =
      read_transformers_preprocess("{\"" + member + "\": \"" + name + "\", \"do_convert_rgb\": null}", "p");
  CHECK(bit.resize == ResizeMode::short_edge);
  CHECK(bit.resize_px == 224);
  CHECK(bit.crop_px == 224);
  CHECK(bit.mean[0] == 0.48145466);
}

TEST_CASE("each way to say the size of pictures is understood as the class understands it") {
  const auto read = [](const std::string& type, const std::string& rest) {
    return read_transformers_preprocess(R"({"image_processor_type": ")" + type + "\"" + rest + "}", "p");
  };
  const Preprocess convnext = read("ConvNextImageProcessor", R"(, "size": 224)");
  CHECK(convnext.resize == ResizeMode::short_edge);
  CHECK(convnext.resize_px == 256);
  CHECK(convnext.crop_px == 224);
  CHECK(read("ConvNextImageProcessor", R"(, "size": {"shortest_edge": 90}, "crop_pct": 0.9)").resize_px ==
        100);
  const Preprocess vit = read("ViTImageProcessor", R"(, "size": 96)");
  CHECK(vit.resize == ResizeMode::square);
  CHECK(vit.resize_px == 96);
  CHECK(vit.crop_px == 0);
  CHECK(read("ViTImageProcessor", R"(, "size": [32, 32])").resize_px == 32);
  CHECK(read("ViTImageProcessor", R"(, "size": {"shortest_edge": 96})").resize == ResizeMode::short_edge);
  CHECK(read("BitImageProcessor", R"(, "size": 96)").resize == ResizeMode::short_edge);
  CHECK(read("BitImageProcessor", R"(, "crop_size": {"height": 32, "width": 32})").crop_px == 32);
}

TEST_CASE("what is not done leaves the numbers as they are") {
  const Preprocess none = read_transformers_preprocess(
      R"({"do_resize": false, "do_rescale": false, "do_normalize": false, "image_mean": [9, 9, 9]})", "p");
  CHECK(none.resize == ResizeMode::none);
  CHECK(none.crop_px == 0);
  CHECK(none.rescale == 1);
  CHECK(none.mean == std::array{0.0, 0.0, 0.0});
  CHECK(none.std == std::array{1.0, 1.0, 1.0});
  CHECK(read_transformers_preprocess(R"({"do_resize": null})", "p").resize == ResizeMode::none);
  CHECK(read_transformers_preprocess(R"({"rescale_factor": 0.0078125})", "p").rescale == 0.0078125);
}

TEST_CASE("what makes no sense, or zoo cannot do, is refused with its place") {
  const auto [text, code, message] = GENERATE(table<std::string, ErrorCode, std::string>({
      {R"([])", ErrorCode::corrupt, "p: is no JSON object"},
      {R"({"size": "big"})", ErrorCode::corrupt, "p:/size: is \"big\", expected a number of pixels"},
      {R"({"size": {"height": 3, "width": 4}})", ErrorCode::unsupported, "p:/size: is "},
      {R"({"size": {"height": 3, "width": 3}})", ErrorCode::unsupported, "p:/size: is "},
      {R"({"size": {"shortest_edge": 3, "longest_edge": 4}})", ErrorCode::unsupported, "p:/size: is "},
      {R"({"size": 1e300})", ErrorCode::corrupt, "p:/size: is "},
      {R"({"size": 224, "crop_pct": 0})", ErrorCode::corrupt, "p:/crop_pct: is 0, expected a number above 0"},
      {R"({"size": 224, "crop_pct": 1e-9})", ErrorCode::corrupt, "p:/crop_pct: is out of range"},
      {R"({"resample": 9})", ErrorCode::unsupported, "p:/resample: is 9, zoo has 0 to 5"},
      {R"({"image_mean": [1]})", ErrorCode::corrupt, "p:/image_mean: is [1], expected 3 numbers"},
      {R"({"image_std": [1, 0, 1]})", ErrorCode::corrupt, "p:/image_std/1: is 0, expected a number above 0"},
      {R"({"rescale_factor": 0})", ErrorCode::corrupt, "p:/rescale_factor: is 0"},
      {R"({"do_normalize": 1})", ErrorCode::corrupt, "p:/do_normalize: is 1, expected true or false"},
      {R"({"image_mean": null})", ErrorCode::corrupt, "p:/image_mean: is null, expected 3 numbers"},
      {R"({"size": null})", ErrorCode::corrupt, "p:/size: is missing"},
      {R"({"do_pad": true})", ErrorCode::unsupported, "p:/do_pad: "},
      {R"({"size": 90, "do_center_crop": true, "crop_size": 60})", ErrorCode::unsupported,
       "p:/crop_size: cuts a second time, behind 90 pixels"},
      {R"({"do_center_crop": true})", ErrorCode::corrupt, "p:/crop_size: is missing"},
      {R"({"do_center_crop": true, "crop_size": {"shortest_edge": 3}})", ErrorCode::unsupported,
       "p:/crop_size: "},
      {R"({"image_processor_type": "EfficientNetImageProcessor"})", ErrorCode::unsupported,
       "p:/image_processor_type: is 'EfficientNetImageProcessor', zoo has ConvNextImageProcessor, "},
      {R"({"image_processor_type": 3})", ErrorCode::corrupt,
       "p:/image_processor_type: is 3, expected a name"},
  }));
  const auto error = test::error_of([&, json = text] { read_transformers_preprocess(json, "p"); });
  REQUIRE(error);
  CHECK(error->code() == code);
  CHECK_THAT(std::string(error->what()), Catch::StartsWith(message));
}
