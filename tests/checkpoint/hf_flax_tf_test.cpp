// One network, written by PyTorch, Flax and TensorFlow: every file must give PyTorch's tensors bit for bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "tests/corpus.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// The name that PyTorch's ResNetForImageClassification has for a tensor of Flax's or TensorFlow's.
std::string torch_name(std::string name) {
  const std::map<std::string, std::string> leaves{{"kernel", "weight"},
                                                  {"gamma", "weight"},
                                                  {"scale", "weight"},
                                                  {"beta", "bias"},
                                                  {"bias", "bias"},
                                                  {"mean", "running_mean"},
                                                  {"var", "running_var"},
                                                  {"moving_mean", "running_mean"},
                                                  {"moving_variance", "running_var"}};
  name = replaced(replaced(name, ":0", ""), "/", ".");
  for (const char* root : {"params.", "batch_stats."}) {
    if (name.starts_with(root))
      name = replaced(name.substr(std::string(root).size()), "layer.layer_", "layer.");
  }
  if (const size_t scope = name.find("tf_res_net_for_image_classification"); scope != std::string::npos)
    name = name.substr(name.find('.', scope) + 1);
  const size_t dot = name.rfind('.');
  return name.substr(0, dot + 1) + leaves.at(name.substr(dot + 1));
}

// Kernels are [height, width, in, out] there, dense ones [in, out].
zoo::TensorView torch_order(zoo::TensorView tensor) {
  for (auto* axes : {&tensor.shape, &tensor.strides}) {
    if (axes->size() == 4) *axes = {(*axes)[3], (*axes)[2], (*axes)[0], (*axes)[1]};
    if (axes->size() == 2) std::swap((*axes)[0], (*axes)[1]);
  }
  return tensor;
}

std::vector<std::byte> bytes_of(const zoo::TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  return bytes;
}

}  // namespace

TEST_CASE("Flax and TensorFlow files give the tensors that PyTorch's file has", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  struct File {
    const char* name;
    zoo::Format format;
  };
  const File file = GENERATE(File{"flax_model.msgpack", zoo::Format::msgpack},
                             File{"flax_saved.safetensors", zoo::Format::safetensors},
                             File{"tf_model.h5", zoo::Format::hdf5},
                             File{"tf_saved.safetensors", zoo::Format::safetensors});
  if (file.format == zoo::Format::hdf5 && !ZOO_HDF5) return;
  const std::string network = GENERATE("basic", "bottleneck");
  CAPTURE(network, file.name);
  const auto folder = corpus / "checkpoints" / "hf_flax_tf" / network;
  std::map<std::string, zoo::TensorView> expected;
  const auto truth_file = zoo::Checkpoint::open(folder / "model.safetensors");
  for (const auto& [name, tensor] : truth_file.tensors()) {
    if (!name.ends_with("num_batches_tracked")) expected[name] = tensor;
  }
  const auto checkpoint = zoo::Checkpoint::open(folder / file.name);
  CHECK(checkpoint.format() == file.format);
  CHECK(checkpoint.tensors().size() == expected.size());
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    INFO(name);
    REQUIRE(expected.contains(torch_name(name)));
    const zoo::TensorView& truth = expected.at(torch_name(name));
    const zoo::TensorView found = torch_order(tensor);
    CHECK(found.dtype == truth.dtype);
    CHECK(found.shape == truth.shape);
    CHECK(bytes_of(found) == bytes_of(truth));
  }
  CHECK(find_state_dict(checkpoint).tensors.size() == expected.size());
}

TEST_CASE("a damaged Keras file opens or throws zoo::Error", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  if (!ZOO_HDF5) return;
  const zoo::MappedFile original(corpus / "checkpoints" / "hf_flax_tf" / "bottleneck" / "tf_model.h5");
  std::mt19937 random(20240613);
  int opened = 0, refused = 0;
  for (int round = 0; round < 300; ++round) {
    auto file = std::make_shared<std::vector<std::byte>>(original.bytes().begin(), original.bytes().end());
    if (round % 10 == 0) file->resize(random() % file->size());
    // The structure is scattered over the file; a run of bytes hits some of it.
    const size_t begin = random() % file->size(), length = 1 + random() % 400;
    for (size_t at = begin; at < std::min(begin + length, file->size()) && at > 8; at += 1 + random() % 16)
      (*file)[at] = std::byte{static_cast<unsigned char>(random() % 3 == 0 ? 255 : random())};
    try {
      const auto checkpoint = zoo::Checkpoint::read(*file, file, "damaged");
      for (const auto& [name, tensor] : checkpoint.tensors()) bytes_of(tensor);
      ++opened;
    } catch (const zoo::Error&) {
      ++refused;
    }
  }
  CHECK(opened > 30);
  CHECK(refused > 30);
}
