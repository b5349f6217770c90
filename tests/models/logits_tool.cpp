// What the Python tests compare the real libraries with.
//   models_logits archs                    names of the table
//   models_logits ARCH INPUTS OUT [KEY=VALUE ...]
// builds the model and prints the names of its state dict. Its weights come from weights=FILE, whose names
// rename.0=REGEX=TO, rename.1=... change first, or are hash-filled with gain=. Of the safetensors file
// INPUTS, "images" (and "images.1", ...) go through the model: OUT gets "logits" and "stage.N" (and
// "1.logits", "1.stage.N", ...); with stages=0 "logits" alone. With "labels" it trains instead, steps= times
// by SGD: OUT gets "loss.N" of each step, "grad.NAME" of the first, and the state dict at the end as
// "state.NAME". Other keys: classes, output_stride, drop, drop_path, pool, seed, norm_eval, frozen_stages;
// save=FILE writes the state dict; a spec's fields (spec_text.h) change the architecture.
//   models_logits -                        each line on stdin is such a call, see line_calls.h
#include <ATen/ops/cross_entropy_loss.h>
#include <c10/core/InferenceMode.h>
#include <torch/utils.h>

#include "tests/models/models_fixture.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <span>

#include "tests/line_calls.h"
#include "tests/models/spec_text.h"

namespace {

using namespace zoo;
using Outputs = std::vector<NamedTensor>;

class Settings {
 public:
  explicit Settings(std::span<const std::string> arguments) {
    for (const std::string& text : arguments) {
      const size_t equals = text.find('=');
      values_[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  std::string text(const std::string& key, const std::string& absent) const {
    const auto found = values_.find(key);
    return found == values_.end() ? absent : found->second;
  }
  // Those of "key.0", "key.1", ...
  std::vector<std::string> list(const std::string& key) const {
    std::vector<std::string> found;
    const auto next = [&] { return values_.find(key + "." + std::to_string(found.size())); };
    for (auto value = next(); value != values_.end(); value = next()) found.push_back(value->second);
    return found;
  }
  double number(const std::string& key, double absent) const {
    return std::stod(text(key, std::to_string(absent)));
  }
  int64_t integer(const std::string& key, int64_t absent) const {
    return std::stoll(text(key, std::to_string(absent)));
  }
  const test::SpecTexts& texts() const { return values_; }

 private:
  test::SpecTexts values_;
};

GlobalPool parse_pool(const std::string& name) {
  const std::map<std::string, GlobalPool> pools{{"avg", GlobalPool::avg},
                                                {"max", GlobalPool::max},
                                                {"avgmax", GlobalPool::avg_max},
                                                {"catavgmax", GlobalPool::cat_avg_max}};
  return pools.at(name);
}

ResNetOptions model_options(const Settings& settings) {
  return {.num_classes = settings.integer("classes", 1000),
          .in_channels = settings.integer("in_channels", 3),
          .initialise = false,
          .global_pool = parse_pool(settings.text("pool", "avg")),
          .output_stride = settings.integer("output_stride", 0),
          .drop_rate = settings.number("drop", 0),
          .drop_path_rate = settings.number("drop_path", 0),
          .frozen_stages = settings.integer("frozen_stages", -1),
          .norm_eval = settings.integer("norm_eval", 0) != 0};
}

at::Tensor input(const Checkpoint& inputs, const std::string& name) {
  const auto found = std::ranges::find(inputs.tensors(), name, &NamedTensor::name);
  return found == inputs.tensors().end() ? at::Tensor() : to_tensor(found->tensor);
}

void evaluate(ResNet& model, const at::Tensor& images, bool stages, const std::string& prefix,
              Outputs& outputs) {
  const c10::InferenceMode inference;
  model->eval();
  if (!stages) {
    outputs.push_back({prefix + "logits", to_view(model->forward(images))});
    return;
  }
  const std::vector<at::Tensor> maps = model->forward_stages(images);
  for (size_t i = 0; i < maps.size(); ++i)
    outputs.push_back({prefix + "stage." + std::to_string(i + 1), to_view(maps[i])});
  outputs.push_back({prefix + "logits", to_view(model->forward_head(maps.back()))});
}

// As torch.optim.SGD does it.
class Sgd {
 public:
  explicit Sgd(const ResNet& model) : parameters_(model->parameters()), momenta_(parameters_.size()) {}
  void step() {
    const at::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor& parameter = parameters_[i];
      if (!parameter.grad().defined()) continue;
      const at::Tensor gradient = parameter.grad().add(parameter, kWeightDecay);
      momenta_[i] = momenta_[i].defined() ? momenta_[i].mul_(kMomentum).add_(gradient) : gradient.clone();
      parameter.add_(momenta_[i], -kLearningRate);
      parameter.mutable_grad() = at::Tensor();
    }
  }

 private:
  static constexpr double kLearningRate = 0.01, kMomentum = 0.9, kWeightDecay = 1e-4;
  std::vector<at::Tensor> parameters_, momenta_;
};

void train(ResNet& model, const at::Tensor& images, const at::Tensor& labels, int64_t steps,
           Outputs& outputs) {
  model->train();
  Sgd optimizer(model);
  for (int64_t step = 0; step < steps; ++step) {
    const at::Tensor loss = at::cross_entropy_loss(model->forward(images), labels);
    outputs.push_back({"loss." + std::to_string(step), to_view(loss)});
    loss.backward();
    if (step == 0) {
      for (const auto& item : model->named_parameters()) {
        if (item.value().grad().defined())
          outputs.push_back({"grad." + item.key(), to_view(item.value().grad().clone())});
      }
    }
    optimizer.step();
  }
  for (const auto& [name, tensor] : state_dict(model)) outputs.push_back({"state." + name, to_view(tensor)});
}

// `blocks` must outlive the model.
ResNet build(const std::string& arch, const Settings& settings, std::vector<Block>& blocks) {
  ArchSpec spec = test::reference_spec(arch);
  test::set_fields(spec, blocks, settings.texts());
  const std::string weights = settings.text("weights", "");
  if (weights.empty()) return test::hash_filled(spec, model_options(settings), settings.number("gain", 0.6));
  ResNet model(spec, model_options(settings));
  load(model, Checkpoint::open(weights), {.renamings = settings.list("rename")});
  return model;
}

Outputs run(ResNet& model, const Checkpoint& inputs, const Settings& settings) {
  Outputs outputs;
  const at::Tensor labels = input(inputs, "labels");
  if (labels.defined()) {
    train(model, input(inputs, "images"), labels, settings.integer("steps", 1), outputs);
    return outputs;
  }
  const bool stages = settings.integer("stages", 1) != 0;
  for (int i = 0;; ++i) {
    const std::string number = std::to_string(i);
    const at::Tensor images = input(inputs, i == 0 ? "images" : "images." + number);
    if (!images.defined()) return outputs;
    evaluate(model, images, stages, i == 0 ? "" : number + ".", outputs);
  }
}

void answer(const std::vector<std::string>& arguments, std::ostream& out) {
  const Settings settings(std::span<const std::string>(arguments).subspan(3));
  std::vector<Block> blocks;
  ResNet model = build(arguments[0], settings, blocks);
  for (const auto& [name, tensor] : state_dict(model)) out << name << "\n";
  if (const int64_t seed = settings.integer("seed", -1); seed >= 0)
    torch::manual_seed(static_cast<uint64_t>(seed));
  write_safetensors(arguments[2], run(model, Checkpoint::open(arguments[1]), settings));
  if (const std::string file = settings.text("save", ""); !file.empty())
    write_safetensors(file, to_named_tensors(model));
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"archs"}) {
    for (const ArchSpec& spec : arch_table()) std::cout << spec.name << "\n";
  } else if (arguments == std::vector<std::string>{"-"}) {
    test::answer_lines(answer);
  } else if (arguments.size() >= 3) {
    answer(arguments, std::cout);
  } else {
    return 2;
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
