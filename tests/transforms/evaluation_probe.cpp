// Prints what zoo makes of pictures, for tests that hold it against the publishers' libraries:
//   evaluation_probe record|timm|transformers JSON FILE...
//     JSON: a preprocess of weights.json, timm's config.json, transformers' preprocessor_config.json;
//     "ok WIDTH HEIGHT SHA256-of-the-RGB-bytes" a file, or "window" instead of "ok" where evaluation_window's
//     pixels alone give another picture, or "error MESSAGE"
//   evaluation_probe resize < JOBS
//     A job is a line "WIDTH HEIGHT CHANNELS TO_WIDTH TO_HEIGHT INTERPOLATION LEFT TOP RIGHT BOTTOM" and the
//     pixels behind it; one line "SHA256" a job, or the names of the instruction sets that differ.
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "transforms/decode/decode.h"
#include "transforms/evaluation.h"
#include "transforms/resize/pillow_resample.h"
#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/layouts/model_card.h"
#include "zoo/manifest/preprocess_json.h"
#include "zoo/resolve/image_processor.h"

namespace {

using zoo::Image;

std::string digest(const Image& image) {
  return zoo::sha256_hex(std::as_bytes(std::span(image.pixels)));
}

std::string evaluate(const zoo::Preprocess& preprocess, const std::string& file) {
  const Image picture = zoo::read_image(file, zoo::decode_options(preprocess));
  const Image whole = zoo::evaluation_transform(picture, preprocess);
  const zoo::Size size{picture.width, picture.height};
  const zoo::CropRect window = zoo::evaluation_window(size, preprocess);
  const Image part = zoo::evaluation_transform_window(zoo::crop(picture, window), window, size, preprocess);
  return (part.pixels == whole.pixels ? "ok " : "window ") + std::to_string(whole.width) + " " +
         std::to_string(whole.height) + " " + digest(whole);
}

zoo::Preprocess read_preprocess(const std::string& kind, const std::string& json) {
  if (kind == "timm") return zoo::parse_config_json(json, kind).card.preprocess;
  if (kind == "transformers") return zoo::read_transformers_preprocess(json, kind);
  const zoo::JsonTree tree(json, kind);
  return zoo::parse_preprocess(zoo::JsonNode(tree, kind), zoo::PreprocessForm::record);
}

void evaluate_all(const zoo::Preprocess& preprocess, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    try {
      std::cout << evaluate(preprocess, file) << '\n';
    } catch (const zoo::Error& error) {
      std::cout << "error " << error.what() << '\n';
    }
  }
}

std::string resize(std::istream& job) {
  Image image;
  int64_t width = 0, height = 0;
  std::string interpolation;
  zoo::ResampleAxis x, y;
  job >> image.width >> image.height >> image.channels >> width >> height >> interpolation;
  job >> x.from >> y.from >> x.to >> y.to;
  image.pixels.resize(static_cast<size_t>(image.width * image.height * image.channels));
  std::cin.read(reinterpret_cast<char*>(image.pixels.data()),
                static_cast<std::streamsize>(image.pixels.size()));
  x.source = image.width, x.target = x.count = width;
  y.source = image.height, y.target = y.count = height;
  std::string first, differ;
  for (const zoo::ResamplePasses* passes : zoo::available_resample_passes()) {
    Image resized = zoo::make_image(width, height, image.channels);
    zoo::pillow_resample({image}, x, y, zoo::parse_interpolation(interpolation), resized.pixels.data(),
                         width * image.channels, *passes);
    const std::string found = digest(resized);
    if (first.empty()) first = found;
    if (first != found) differ += std::string(passes->name) + " ";
  }
  return differ.empty() ? first : differ + "differ from plain";
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() > 2) {
    evaluate_all(read_preprocess(arguments[0], arguments[1]), {arguments.begin() + 2, arguments.end()});
    return EXIT_SUCCESS;
  }
  if (arguments.size() == 1 && arguments[0] == "resize") {
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream job(line);
      std::cout << resize(job) << '\n';
    }
    return EXIT_SUCCESS;
  }
  std::cerr << "usage: see the head of evaluation_probe.cpp\n";
  return 2;
}
