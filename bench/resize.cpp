// Resizes a picture, `repeats` times for each line on stdin; bench/resize.py drives it.
//   bench_resize PIXELS WIDTH HEIGHT TO_WIDTH TO_HEIGHT INTERPOLATION LEFT TOP RIGHT BOTTOM REPEATS [PASSES]
// PIXELS is a file of red, green, blue bytes; the box may be smaller than the picture. PASSES: an instruction
// set, else the fastest. Answers the milliseconds of one resize.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "transforms/resize/pillow_resample.h"

namespace {

const zoo::ResamplePasses& passes_called(const std::string& name) {
  for (const zoo::ResamplePasses* passes : zoo::available_resample_passes()) {
    if (passes->name == name) return *passes;
  }
  return *zoo::available_resample_passes().back();
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 12) return 2;
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto integer = [&](size_t i) { return std::stoll(words[i]); };
  zoo::Image image = zoo::make_image(integer(1), integer(2));
  std::ifstream(words[0], std::ios::binary)
      .read(reinterpret_cast<char*>(image.pixels.data()), static_cast<std::streamsize>(image.pixels.size()));
  const zoo::ResampleAxis x{integer(1), std::stof(words[6]), std::stof(words[8]), integer(3), 0, integer(3)};
  const zoo::ResampleAxis y{integer(2), std::stof(words[7]), std::stof(words[9]), integer(4), 0, integer(4)};
  const auto interpolation = zoo::parse_interpolation(words[5]);
  const zoo::ResamplePasses& passes = passes_called(count > 12 ? words[11] : "");
  const int64_t repeats = integer(10);
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < repeats; ++i) {
      zoo::Image resized = zoo::make_image(x.count, y.count);
      zoo::pillow_resample({image}, x, y, interpolation, resized.pixels.data(), x.count * 3, passes);
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    std::cout << wall.count() / static_cast<double>(repeats) << std::endl;
  }
  return EXIT_SUCCESS;
}
