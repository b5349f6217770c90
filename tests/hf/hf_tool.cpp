// What transformers_test.py compares transformers with.
//   hf_tool CLASS FOLDER INPUTS OUT [SAVED] [out_features=a,b] [num_labels=N]
// loads FOLDER as CLASS (model, classifier, backbone), runs "pixel_values" of the safetensors file INPUTS,
// with "labels" where there are some, and writes what comes out; prints problem_type; saves the model to
// SAVED.
//   hf_tool -       each line on stdin is such a call, see line_calls.h
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "tests/line_calls.h"
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
void answer_as(const Call& call, std::ostream& out) {
  Model model = Model::from_pretrained(call.folder, call.options);
  const c10::InferenceMode inference;
  write_safetensors(call.out, run(model, Checkpoint::open(call.inputs)));
  if (const auto type = model->config().problem_type) out << to_string(*type) << '\n';
  if (!call.saved.empty()) model->save_pretrained(call.saved);
}

Call parse(const std::vector<std::string>& arguments) {
  Call call{.folder = arguments[1], .inputs = arguments[2], .out = arguments[3], .saved = {}, .options = {}};
  for (size_t i = 4; i < arguments.size(); ++i) {
    const std::string& text = arguments[i];
    std::istringstream value(text.substr(text.find('=') + 1));
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

void answer(const std::vector<std::string>& arguments, std::ostream& out) {
  const std::string& kind = arguments.front();
  const Call call = parse(arguments);
  if (kind == "model") answer_as<hf::ResNetModel>(call, out);
  if (kind == "classifier") answer_as<hf::ResNetForImageClassification>(call, out);
  if (kind == "backbone") answer_as<hf::ResNetBackbone>(call, out);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"-"}) {
    test::answer_lines(answer);
  } else if (arguments.size() >= 4) {
    answer(arguments, std::cout);
  } else {
    return 2;
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
