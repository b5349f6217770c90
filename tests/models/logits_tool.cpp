// models_logits ARCH CLASSES WEIGHTS INPUTS OUT: what bitwise_test.py compares with Python. Loads WEIGHTS and
// runs "images" of INPUTS through the model; OUT gets "logits" and "stage.N". With "labels" in INPUTS it
// takes one training step without an optimizer instead: "loss", "grad.NAME", and the state dict after it as
// "state.NAME".
#include <ATen/ops/cross_entropy_loss.h>
#include <c10/core/InferenceMode.h>

#include "tests/models/models_fixture.h"

#include <algorithm>
#include <iostream>

namespace {

using namespace zoo;
using Outputs = std::vector<NamedTensor>;

at::Tensor input(const Checkpoint& inputs, const std::string& name) {
  const auto found = std::ranges::find(inputs.tensors(), name, &NamedTensor::name);
  return found == inputs.tensors().end() ? at::Tensor() : to_tensor(found->tensor);
}

Outputs evaluate(ResNet& model, const at::Tensor& images) {
  const c10::InferenceMode inference;
  model->eval();
  Outputs outputs{{"logits", to_view(model->forward(images))}};
  for (const at::Tensor& map : model->forward_stages(images)) {
    outputs.push_back({"stage." + std::to_string(outputs.size()), to_view(map)});
  }
  return outputs;
}

Outputs train_step(ResNet& model, const at::Tensor& images, const at::Tensor& labels) {
  model->train();
  const at::Tensor loss = at::cross_entropy_loss(model->forward(images), labels);
  loss.backward();
  Outputs outputs{{"loss", to_view(loss)}};
  for (const auto& item : model->named_parameters())
    outputs.push_back({"grad." + item.key(), to_view(item.value().grad())});
  for (const auto& [name, tensor] : state_dict(model)) outputs.push_back({"state." + name, to_view(tensor)});
  return outputs;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) return 2;
  ResNet model(test::reference_spec(argv[1]),
               ResNetOptions{.num_classes = std::stoll(argv[2]), .initialise = false});
  std::cout << load(model, Checkpoint::open(argv[3])).summary() << "\n";
  const Checkpoint inputs = Checkpoint::open(argv[4]);
  const at::Tensor images = input(inputs, "images"), labels = input(inputs, "labels");
  write_safetensors(argv[5], labels.defined() ? train_step(model, images, labels) : evaluate(model, images));
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
