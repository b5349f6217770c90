// An architecture of one's own: registered, trained by hand on noise, saved, and opened again, also by
// programs that have not registered it ('zoo predict --weights FOLDER'): own_arch FOLDER
#include <cstdio>
#include <exception>

#include <torch/torch.h>
#include <zoo/zoo.h>

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  zoo::ArchSpec spec = zoo::get_arch("resnet20_cifar");
  spec.name = "tiny_silu";
  spec.depths = {1, 1, 1};
  spec.activation = zoo::Activation::silu;
  zoo::register_arch(spec);

  zoo::ResNet model = zoo::create_model("tiny_silu", {.num_classes = 2});
  torch::optim::SGD optimizer(model->parameters(), 0.05);
  const torch::Tensor labels = torch::tensor({0, 1, 0, 1});
  const torch::Tensor pictures = torch::randn({4, 3, 32, 32}) + labels.view({4, 1, 1, 1});
  for (int step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    torch::nn::functional::cross_entropy(model->forward(pictures), labels).backward();
    optimizer.step();
  }
  zoo::save_model(model, argv[1], {"dark", "bright"});
  std::printf("%s has %zu classes\n", argv[1], zoo::Classifier::open(argv[1]).labels().size());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
