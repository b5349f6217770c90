// Prints what zoo makes of pictures by a preprocessor_config.json of transformers', for processors_python.py:
//   processor_probe FILE... < SETTINGS
// Each line of SETTINGS is one such JSON object. The answer is a line "error MESSAGE", or the object that zoo
// writes for the same preprocessing, and for each FILE a line "HEIGHT WIDTH SHA256-of-its-[3, H,
// W]-float32-tensor".
#include <ATen/ATen.h>

#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "transforms/decode/decode.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/convert/hugging_face.h"
#include "zoo/loader/loader.h"
#include "zoo/loader/normalize.h"
#include "zoo/resolve/image_processor.h"

namespace {

void answer(const std::string& settings, const std::vector<std::string>& files) {
  const zoo::Preprocess preprocess = zoo::read_transformers_preprocess(settings, "settings");
  std::cout << nlohmann::json::parse(zoo::to_hugging_face_preprocessor(preprocess)).dump() << '\n';
  for (const std::string& file : files) {
    const zoo::Image picture = zoo::read_image(file, zoo::decode_options(preprocess));
    const zoo::Image image = zoo::evaluation_transform(picture, preprocess);
    const at::Tensor tensor = zoo::to_tensor(image, preprocess).contiguous();
    const std::span<const float> values(tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel()));
    std::cout << image.height << ' ' << image.width << ' ' << zoo::sha256_hex(std::as_bytes(values)) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> files(argv + 1, argv + argc);
  for (std::string line; std::getline(std::cin, line);) {
    try {
      answer(line, files);
    } catch (const zoo::Error& error) {
      std::cout << "error " << error.what() << '\n';
    }
  }
}
