// A model by its name, with a head of one's own: model NAME CLASSES
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <zoo/zoo.h>

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  zoo::ResNet model = zoo::create_model(argv[1], {.num_classes = std::atoll(argv[2])});
  model->eval();
  const torch::NoGradGuard no_grad;
  const int64_t side = model->spec().input_px;
  const torch::Tensor scores = model->forward(torch::zeros({1, model->options().in_channels, side, side}));
  std::printf("%s: %lld scores\n", argv[1], static_cast<long long>(scores.size(1)));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
