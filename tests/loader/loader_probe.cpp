// Prints what the loader makes of a data set, for tests beside Python:
//   loader_probe tensors DATA [bgr]
//     one line a picture, torchvision's 256/224 evaluation: NAME SHA256-of-its-[3, 224, 224]-float32-tensor
//   loader_probe levels BGR MEAN MEAN MEAN STD STD STD VALUE_RANGE
//     what becomes of the bytes 0 .. 255: a line of 256 numbers for each of the model's channels
#include <ATen/ATen.h>

#include <iostream>
#include <string>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/loader/loader.h"
#include "zoo/loader/normalize.h"

namespace {

void print_tensors(zoo::Loader& loader) {
  loader.start_epoch(0);
  while (const auto batch = loader.next()) {
    for (size_t i = 0; i < batch->indices.size(); ++i) {
      const at::Tensor image = batch->images[static_cast<int64_t>(i)].contiguous();
      const std::span<const float> values(image.const_data_ptr<float>(), static_cast<size_t>(image.numel()));
      std::cout << loader.dataset().name(batch->indices[i]) << ' ' << zoo::sha256_hex(std::as_bytes(values))
                << '\n';
    }
  }
}

void print_levels(const std::vector<std::string>& arguments) {
  constexpr int64_t kLevels = 256;
  zoo::Preprocess preprocess{.bgr = arguments[1] == "1", .value_range = std::stoi(arguments[8])};
  for (size_t channel = 0; channel < 3; ++channel) {
    preprocess.mean[channel] = std::stod(arguments[2 + channel]);
    preprocess.std[channel] = std::stod(arguments[5 + channel]);
  }
  zoo::Image image = zoo::make_image(kLevels, 1);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i / 3);
  const at::Tensor levels = zoo::to_tensor(image, preprocess);
  std::cout.precision(9);
  for (int64_t channel = 0; channel < 3; ++channel) {
    const float* row = levels.const_data_ptr<float>() + channel * kLevels;
    for (int64_t i = 0; i < kLevels; ++i) std::cout << row[i] << (i + 1 < kLevels ? ' ' : '\n');
  }
}

int run(const std::vector<std::string>& arguments) {
  zoo::LoaderOptions options;
  if (arguments[0] == "tensors") {
    options.preprocess.bgr = arguments.size() > 2;
    zoo::Loader loader(zoo::open_dataset(arguments[1]), options);
    print_tensors(loader);
    return 0;
  }
  print_levels(arguments);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool usable = (arguments.size() >= 2 && arguments[0] == "tensors") ||
                      (arguments.size() == 9 && arguments[0] == "levels");
  if (!usable) {
    std::cerr << "usage: see the head of loader_probe.cpp\n";
    return 2;
  }
  try {
    return run(arguments);
  } catch (const zoo::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
