// What transformers_test.py compares transformers with.
//   hf_tool CLASS FOLDER INPUTS OUT [SAVED] [out_features=a,b] [num_labels=N]
// loads FOLDER as CLASS (model, classifier, backbone), runs "pixel_values" of the safetensors file INPUTS,
// with "labels" where there are some, and writes what comes out; prints problem_type; saves the model to
// SAVED.
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/hf/resnet.h"
#include "zoo/models/tensor_bridge.h"

namespace {

using namespace zoo;
using Outputs = std::vector<NamedTensor>;

at::Tensor input(const Checkpoint& inputs, const std::string& name) {
  const auto found = std::ranges::find(inputs.tensors(), name, &NamedTensor::name);
  return found == inputs.tensors().end() ? at::Tensor() : to_tensor(found->tensor);
}

void add(Outputs& outputs, const std::string& name, const std::vector<at::Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i)
    outputs.push_back({name + "." + std::to_string(i), to_view(tensors[i])});
}

Outputs run(hf::ResNetModel& model, const Checkpoint& inputs) {
  const hf::ModelOutput output = model->forward(input(inputs, "pixel_values"), true);
  Outputs outputs{{"last_hidden_state", to_view(output.last_hidden_state)},
                  {"pooler_output", to_view(output.pooler_output)}};
  add(outputs, "hidden_states", output.hidden_states);
  return outputs;
}

Outputs run(hf::ResNetForImageClassification& model, const Checkpoint& inputs) {
  const auto output = model->forward(input(inputs, "pixel_values"), input(inputs, "labels"), true);
  Outputs outputs{{"logits", to_view(output.logits)}};
  if (output.loss.defined()) outputs.push_back({"loss", to_view(output.loss)});
  add(outputs, "hidden_states", output.hidden_states);
  return outputs;
}

Outputs run(hf::ResNetBackbone& model, const Checkpoint& inputs) {
  const hf::BackboneOutput output = model->forward(input(inputs, "pixel_values"));
  Outputs outputs;
  add(outputs, "feature_maps", output.feature_maps);
  return outputs;
}

struct Call {
  std::string folder, inputs, out, saved;
  hf::PretrainedOptions options;
};

template <class Model>
void answer(const Call& call) {
  Model model = Model::from_pretrained(call.folder, call.options);
  const c10::InferenceMode inference;
  write_safetensors(call.out, run(model, Checkpoint::open(call.inputs)));
  if (const auto type = model->config().problem_type) std::cout << to_string(*type) << '\n';
  if (!call.saved.empty()) model->save_pretrained(call.saved);
}

Call parse(int argc, char** argv) {
  Call call{.folder = argv[2], .inputs = argv[3], .out = argv[4], .saved = {}, .options = {}};
  for (int i = 5; i < argc; ++i) {
    const std::string text = argv[i];
    const size_t equals = text.find('=');
    std::istringstream value(text.substr(equals + 1));
    if (text.starts_with("out_features=")) {
      for (std::string name; std::getline(value, name, ',');) call.options.out_features.push_back(name);
    } else if (text.starts_with("num_labels=")) {
      call.options.num_labels = std::stoll(value.str());
      call.options.ignore_mismatched_sizes = true;
    } else {
      call.saved = text;
    }
  }
  return call;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5) return 2;
  const std::string kind = argv[1];
  const Call call = parse(argc, argv);
  if (kind == "model") answer<hf::ResNetModel>(call);
  if (kind == "classifier") answer<hf::ResNetForImageClassification>(call);
  if (kind == "backbone") answer<hf::ResNetBackbone>(call);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
