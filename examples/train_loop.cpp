// A training loop by hand: the loader's batches, LibTorch's optimizer and loss: train_loop WEIGHTS DATA
// FOLDER
#include <cstdio>
#include <exception>

#include <torch/torch.h>
#include <zoo/zoo.h>

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const std::shared_ptr<const zoo::Dataset> data = zoo::open_dataset(argv[2]);
  zoo::ResNet model = zoo::create_model(argv[1], {.num_classes = std::ssize(data->classes())});
  const zoo::Augmentation crops = zoo::named_augmentation("torchvision", 32);
  zoo::Loader loader(data, {.batch_size = 8, .preprocess = {.resize_px = 32, .crop_px = 32}, .train = crops});
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(1e-3));
  model->train();
  for (int epoch = 0; epoch < 2; ++epoch) {
    loader.start_epoch(epoch);
    double loss_sum = 0;
    while (const auto batch = loader.next()) {
      optimizer.zero_grad();
      const auto loss = torch::cross_entropy_loss(model->forward(batch->images), batch->labels);
      loss.backward();
      optimizer.step();
      loss_sum += loss.item<double>();
    }
    std::printf("epoch %d: loss %.3f\n", epoch + 1,
                loss_sum / static_cast<double>(loader.batches_per_epoch()));
  }
  zoo::save_model(model, argv[3], data->classes());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
