// Decodes the files that a list names, once for each line on stdin; bench/decode.py drives it.
//   bench_decode LIST MODE      whole | window | reduced: MODE of random crops for training
//   (RandomResizedCrop's)
//   bench_decode LIST difference     what reduced windows differ by, as a table
// answers how long that took, in milliseconds. One thread; the files are read before.
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "transforms/decode/decode.h"
#include "transforms/decode/decode_jpeg.h"
#include "transforms/decode/decode_window.h"
#include "transforms/random/random.h"

namespace {

struct File {
  std::string name;
  std::vector<char> content;
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(content)); }
};

std::vector<File> read_files(const std::string& list) {
  std::vector<File> files;
  std::ifstream names(list);
  for (std::string name; std::getline(names, name);) {
    std::ifstream file(name, std::ios::binary);
    files.push_back({name, std::vector<char>(std::istreambuf_iterator<char>(file), {})});
  }
  return files;
}

// torchvision's RandomResizedCrop: 8 to 100 % of the area, a ratio of 3/4 to 4/3.
zoo::CropRect random_window(zoo::Size size, zoo::RandomStream& random) {
  const double area = static_cast<double>(size.width * size.height) * random.uniform(0.08, 1.0);
  const double ratio = std::exp(random.uniform(std::log(0.75), std::log(4.0 / 3)));
  const auto side = [](double wanted, int64_t most) {
    return std::min<int64_t>(most, std::max<int64_t>(1, std::llround(wanted)));
  };
  zoo::CropRect window;
  window.width = side(std::sqrt(area * ratio), size.width);
  window.height = side(std::sqrt(area / ratio), size.height);
  window.left = random.below(size.width - window.width + 1);
  window.top = random.below(size.height - window.height + 1);
  return window;
}

// How far pictures of a window made at a reduced size are from those of all its pixels, both resized as in
// training (bilinear, antialiased), by how many pixels the reduced window has for one of the target.
class Difference {
 public:
  void add(const File& file, zoo::RandomStream& random, zoo::Size target) {
    const zoo::CropRect window = random_window(zoo::read_picture_info(file.bytes(), file.name).size, random);
    const zoo::Image whole = resized(zoo::decode_window(file.bytes(), file.name, window), target);
    for (const int denominator : {1, 2, 4, 8}) {
      for (const bool plain : {false, true}) {
        const auto reduced =
            zoo::decode_jpeg_window(file.bytes(), file.name, window, {denominator, plain}, {});
        if (!reduced) continue;
        const double kept =
            std::min(static_cast<double>(window.width) / static_cast<double>(target.width),
                     static_cast<double>(window.height) / static_cast<double>(target.height)) /
            denominator;
        if (kept < 0.5 || kept > 4) continue;
        const double edge = kept < 1 ? 0.5 : kept < 1.25 ? 1 : kept < 1.5 ? 1.25 : kept < 2 ? 1.5 : 2;
        const zoo::Image image = zoo::resize_pillow(reduced->image, target.width, target.height,
                                                    zoo::Interpolation::bilinear, reduced->box);
        count(sums_[{denominator, plain, edge}], whole, image);
      }
    }
  }

  void print() const {
    std::cout << "size\tchroma\tpixels kept from\twindows\tmean difference\tover 8 levels\n";
    for (const auto& [key, sum] : sums_) {
      const auto& [denominator, plain, edge] = key;
      std::cout << "1/" << denominator << '\t' << (plain ? "repeated" : "interpolated") << '\t' << edge
                << '\t' << sum.windows << '\t' << sum.difference / sum.values << '\t'
                << 100 * sum.large / sum.values << " %\n";
    }
  }

 private:
  struct Sum {
    int windows = 0;
    double difference = 0, large = 0, values = 0;
  };

  static zoo::Image resized(const zoo::Image& image, zoo::Size target) {
    return zoo::resize_pillow(image, target.width, target.height, zoo::Interpolation::bilinear);
  }

  static void count(Sum& sum, const zoo::Image& a, const zoo::Image& b) {
    ++sum.windows;
    sum.values += static_cast<double>(a.pixels.size());
    for (size_t i = 0; i < a.pixels.size(); ++i) {
      const int difference = std::abs(a.pixels[i] - b.pixels[i]);
      sum.difference += difference;
      sum.large += difference > 8 ? 1 : 0;
    }
  }

  std::map<std::tuple<int, bool, double>, Sum> sums_;
};

int print_difference(const std::vector<File>& files) {
  Difference difference;
  for (size_t i = 0; i < files.size(); ++i) {
    for (const int64_t side : {224, 112, 64}) {
      zoo::RandomStream random(1, static_cast<uint64_t>(side), i, 0);
      difference.add(files[i], random, {side, side});
    }
  }
  difference.print();
  return 0;
}

int64_t decode(const File& file, const std::string& mode, zoo::RandomStream& random) {
  if (mode == "whole") return zoo::decode_image(file.bytes(), file.name).width;
  const zoo::CropRect window = random_window(zoo::read_picture_info(file.bytes(), file.name).size, random);
  if (mode == "window") return zoo::decode_window(file.bytes(), file.name, window).width;
  return zoo::decode_reduced_window(file.bytes(), file.name, window, {224, 224}).image.width;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::vector<File> files = read_files(arguments[1]);
  const std::string mode = arguments[2];
  if (mode == "difference") return print_difference(files);
  uint64_t round = 0;
  for (std::string line; std::getline(std::cin, line); ++round) {
    int64_t sum = 0;
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; i < files.size(); ++i) {
      zoo::RandomStream random(1, round, i, 0);
      sum += decode(files[i], mode, random);
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    if (sum == 0) return 1;
    std::cout << wall.count() << '\n' << std::flush;
  }
  return 0;
}
