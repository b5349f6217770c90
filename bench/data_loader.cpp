// zoo's side of bench/loader.py: reads a data set as often as it is told to.
//   bench_data_loader DATA train|evaluate WORKERS BATCH [transform]
// First says how many pictures there are and the mean of all numbers of one epoch, then answers each number
// of epochs on stdin with the seconds that they took and the pictures that came. `transform`: without the
// loader, in this thread, from decoded pictures in memory.
#include <ATen/ops/sum.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/evaluation.h"
#include "zoo/base/error.h"
#include "zoo/loader/loader.h"
#include "zoo/loader/normalize.h"

namespace {

using Clock = std::chrono::steady_clock;
using Use = std::function<void(const at::Tensor& images)>;
using Epoch = std::function<void(int64_t number, const Use& use)>;

zoo::LoaderOptions loader_options(char** arguments) {
  zoo::LoaderOptions options;
  options.workers = std::stoi(arguments[3]);
  options.batch_size = std::stoll(arguments[4]);
  if (std::string_view(arguments[2]) == "train")
    options.train = zoo::Augmentation({zoo::RandomResizedCrop{}, zoo::RandomHorizontalFlip{}});
  return options;
}

Epoch from_loader(std::shared_ptr<const zoo::Dataset> dataset, const zoo::LoaderOptions& options) {
  const auto loader = std::make_shared<zoo::Loader>(std::move(dataset), options);
  return [loader](int64_t number, const Use& use) {
    loader->start_epoch(number);
    while (const auto batch = loader->next()) use(batch->images);
  };
}

Epoch from_decoded(const zoo::Dataset& dataset, const zoo::LoaderOptions& options) {
  std::vector<zoo::Image> pictures;
  pictures.reserve(static_cast<size_t>(dataset.size()));
  for (int64_t i = 0; i < dataset.size(); ++i) {
    pictures.push_back(dataset.load(i, decode_options(options.preprocess)));
  }
  return [pictures = std::move(pictures), options](int64_t number, const Use& use) {
    for (size_t i = 0; i < pictures.size(); ++i) {
      const zoo::SampleKey key{options.seed, static_cast<uint64_t>(number), i};
      const zoo::Image image = options.train ? options.train->apply(pictures[i], key).image
                                             : evaluation_transform(pictures[i], options.preprocess);
      use(to_tensor(image, options.preprocess).unsqueeze(0));
    }
  };
}

void describe(const Epoch& run_epoch) {
  double total = 0;
  int64_t numbers = 0, pictures = 0;
  run_epoch(0, [&](const at::Tensor& images) {
    total += images.sum(at::kDouble).item<double>();
    numbers += images.numel();
    pictures += images.size(0);
  });
  std::cout << pictures << ' ' << total / static_cast<double>(numbers) << '\n' << std::flush;
}

void answer_requests(const Epoch& run_epoch) {
  int64_t number = 0, pictures = 0;
  for (int64_t epochs = 0; std::cin >> epochs; pictures = 0) {
    const auto start = Clock::now();
    for (; epochs > 0; --epochs) {
      run_epoch(++number, [&](const at::Tensor& images) { pictures += images.size(0); });
    }
    const std::chrono::duration<double> wall = Clock::now() - start;
    std::cout << wall.count() << ' ' << pictures << '\n' << std::flush;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  try {
    const std::shared_ptr<const zoo::Dataset> dataset = zoo::open_dataset(arguments[1]);
    const zoo::LoaderOptions options = loader_options(arguments);
    const Epoch run_epoch = count > 5 ? from_decoded(*dataset, options) : from_loader(dataset, options);
    describe(run_epoch);
    answer_requests(run_epoch);
    return 0;
  } catch (const zoo::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
