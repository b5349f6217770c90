// What users write after --weights that leads elsewhere: names on the hub, URLs, folders as transformers
// keeps them.
#include <cstring>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/corpus.h"
#include "tests/environment_setting.h"
#include "tests/error_matchers.h"
#include "tests/fetch/fake_hub.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"
#include "zoo/resolve/resolve.h"

using namespace zoo;
using namespace zoo::test;

namespace {

const Manifest& manifest() {
  static const Manifest shipped = Manifest::load(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json");
  return shipped;
}

// A net of two classes, all zeros.
std::vector<NamedTensor> model_tensors(const ArchSpec& arch = get_arch("resnet20_cifar"),
                                       Layout layout = Layout::torchvision) {
  std::vector<NamedTensor> tensors;
  for (const TensorSpec& spec : list_tensors(arch, {.num_classes = 2})) {
    if (spec.role == Role::counter) continue;
    NamedTensor tensor{.name = from_canonical(layout, spec.name, &arch), .tensor = {}};
    const auto zeros =
        std::make_shared<std::vector<std::byte>>(static_cast<size_t>(spec.numel()) * sizeof(float));
    tensor.tensor.shape = spec.shape;
    tensor.tensor.strides = std::vector<int64_t>(spec.shape.size(), 1);
    for (size_t i = spec.shape.size(); i-- > 1;) {
      tensor.tensor.strides[i - 1] = tensor.tensor.strides[i] * spec.shape[i];
    }
    tensor.tensor.storage = *zeros;
    tensor.tensor.storage_key = spec.name;
    tensor.tensor.owner = zeros;
    tensors.push_back(tensor);
  }
  return tensors;
}

std::string model_bytes(const ArchSpec& arch = get_arch("resnet20_cifar"),
                        Layout layout = Layout::torchvision) {
  const TemporaryFolder folder;
  write_safetensors(folder / "model.safetensors", model_tensors(arch, layout));
  return read_text(folder / "model.safetensors");
}

using Write = void (*)(const std::filesystem::path&, const std::vector<NamedTensor>&);
void as_safetensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
  write_safetensors(file, tensors);
}
void as_pth(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
  write_torch_zip(file, tensors);
}

// Two files and NAME.index.json; in the first one there is the head.
void write_shards(const TemporaryFolder& folder, const std::string& name, Write write) {
  std::vector<NamedTensor> rest = model_tensors(), head;
  nlohmann::json weight_map;
  std::erase_if(rest, [&](const NamedTensor& tensor) {
    const bool is_head = tensor.name.starts_with("fc.");
    weight_map[tensor.name] = is_head ? "a-of-2" : "b-of-2";
    if (is_head) head.push_back(tensor);
    return is_head;
  });
  write(folder / "a-of-2", head);
  write(folder / "b-of-2", rest);
  write_text(folder / (name + ".index.json"), nlohmann::json{{"weight_map", weight_map}}.dump());
}

const std::string kTimmConfig =
    R"({"architecture": "resnet20_cifar", "num_classes": 2, "label_names": ["ant", "bee"],
        "pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 1.0}})";
const std::string kTransformersConfig =
    R"({"model_type": "resnet", "id2label": {"0": "ant", "1": "bee"}, "depths": [1, 2], "hidden_sizes": [8, 16],
        "embedding_size": 8, "hidden_act": "silu"})";

ArchSpec of_transformers_config() {
  ArchSpec spec = get_arch("resnet50");
  spec.num_stages = 2;
  spec.depths = {1, 2};
  spec.channels = {8, 16};
  spec.stem_widths = {8, 0, 0};
  return spec;
}

ResolveOptions options_in(const TemporaryFolder& folder) {
  ResolveOptions options;
  options.fetch.directory = folder / "cache";
  return options;
}

}  // namespace

TEST_CASE("hf:OWNER/REPO gives model, labels and preprocessing of timm's folder") {
  const TemporaryFolder folder;
  const FakeHub hub({{"model.safetensors", model_bytes()}, {"config.json", kTimmConfig}});
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const ResolvedWeights weights = resolve_weights("hf:o/r", manifest(), options_in(folder));
  CHECK(weights.name == "hf:o/r");
  CHECK(weights.arch.name == "resnet20_cifar");
  CHECK(weights.num_classes == 2);
  CHECK(weights.labels == std::vector<std::string>{"ant", "bee"});
  CHECK(weights.preprocess.crop_px == 32);
  REQUIRE(weights.notes.size() == 1);
  CHECK(weights.notes[0].starts_with("hf:o/r: of commit " + FakeHub::kCommit));
}

TEST_CASE("of transformers' folder the files tell all but what the tensors do") {
  const TemporaryFolder folder;
  const FakeHub hub({{"model.safetensors", model_bytes(of_transformers_config(), Layout::huggingface)},
                     {"config.json", kTransformersConfig},
                     {"preprocessor_config.json", R"({"crop_pct": 0.875, "size": 224, "resample": 3})"}});
  const Setting endpoint("HF_ENDPOINT", hub.endpoint());
  const ResolvedWeights weights = resolve_weights("hf:o/r@main", manifest(), options_in(folder));
  CHECK(weights.arch.depths == Stages{1, 2});
  CHECK(weights.arch.activation == Activation::silu);
  CHECK(weights.num_classes == 2);
  CHECK(weights.labels == std::vector<std::string>{"ant", "bee"});
  CHECK(weights.preprocess.resize_px == 256);
  CHECK(weights.preprocess.crop_px == 224);
  CHECK(weights.preprocess.interpolation == Interpolation::bicubic);
}

TEST_CASE("a file that fits several architectures is taken for the usual one, with a note") {
  const TemporaryFolder folder;
  // The header of a safetensors file and a hole.
  nlohmann::json header;
  int64_t bytes = 0;
  for (const TensorSpec& tensor : list_tensors(get_arch("resnetblur18"), {.num_classes = 2})) {
    if (tensor.role == Role::counter) continue;
    const int64_t end = bytes + tensor.numel() * 4;
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {bytes, end}}};
    bytes = end;
  }
  const std::string text = header.dump();
  std::string start(8, '\0');
  for (size_t i = 0; i < 4; ++i) start[i] = static_cast<char>(text.size() >> (8 * i));
  const auto file = folder / "net.safetensors";
  write_text(file, start + text);
  std::filesystem::resize_file(file, start.size() + text.size() + static_cast<size_t>(bytes));

  const ResolvedWeights weights = resolve_weights(file.string(), manifest(), {});
  CHECK(weights.arch.name == "resnet18");
  REQUIRE(weights.notes.size() == 1);
  CHECK_THAT(weights.assumed, Catch::Contains("nobody says how its pictures were prepared"));
  CHECK_THAT(weights.notes[0],
             Catch::EndsWith(
                 "taken for resnet18, whose tensors are also those of resnetblur18; '--arch' says which"));
  CHECK(resolve_weights(file.string(), manifest(), {.arch = "resnetblur18"}).arch.name == "resnetblur18");
  // A file that says it needs no note.
  header["__metadata__"] = {{"arch", "resnetblur18"}};
  const std::string said = header.dump();
  for (size_t i = 0; i < 4; ++i) start[i] = static_cast<char>(said.size() >> (8 * i));
  write_text(file, start + said);
  std::filesystem::resize_file(file, start.size() + said.size() + static_cast<size_t>(bytes));
  CHECK(resolve_weights(file.string(), manifest(), {}).arch.name == "resnetblur18");
  CHECK(resolve_weights(file.string(), manifest(), {}).notes.empty());
}

TEST_CASE("a folder's weights may be whole or in shards, of safetensors or pytorch") {
  const TemporaryFolder folder;
  write_text(folder / "config.json", kTransformersConfig);
  const std::string file = GENERATE("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                    "pytorch_model.bin.index.json");
  if (file == "model.safetensors") as_safetensors(folder / file, model_tensors());
  if (file == "pytorch_model.bin") as_pth(folder / file, model_tensors());
  if (file == "model.safetensors.index.json") write_shards(folder, "model.safetensors", as_safetensors);
  if (file == "pytorch_model.bin.index.json") write_shards(folder, "pytorch_model.bin", as_pth);
  const std::string given = (GENERATE(true, false) ? folder.path() : folder / file).string();
  const ResolvedWeights weights = resolve_weights(given, manifest(), {.arch = "resnet20_cifar"});
  CHECK(weights.name == given);
  CHECK(weights.file == folder / file);
  CHECK(weights.num_classes == 2);  // of the head's own tensor
  CHECK(weights.labels == std::vector<std::string>{"ant", "bee"});
  CHECK(Checkpoint::open(weights.file).tensors().size() == model_tensors().size());
}

TEST_CASE("of several files safetensors is taken, and another one by its name") {
  const TemporaryFolder folder;
  write_text(folder / "config.json", kTimmConfig);
  as_safetensors(folder / "model.safetensors", model_tensors());
  as_pth(folder / "pytorch_model.bin", model_tensors());
  CHECK(resolve_weights(folder.path().string(), manifest()).file == folder / "model.safetensors");
  const ResolvedWeights named = resolve_weights((folder / "pytorch_model.bin").string(), manifest());
  CHECK(named.file == folder / "pytorch_model.bin");
  CHECK(named.labels == std::vector<std::string>{"ant", "bee"});
}

TEST_CASE("a folder may be Flax's or TensorFlow's", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::filesystem::path source = corpus / "checkpoints" / "hf_flax_tf" / "basic";
  const std::string file = GENERATE("flax_model.msgpack", "tf_model.h5");
  if (file == "tf_model.h5" && !ZOO_HDF5) return;
  const TemporaryFolder folder;
  for (const std::string& name : {file, std::string("config.json")}) {
    std::filesystem::copy_file(source / name, folder / name);
  }
  const auto weights = resolve_weights(folder.path().string(), manifest(), {.arch = "resnet18"});
  CHECK(weights.file == folder / file);
  CHECK(weights.num_classes == 3);
}

TEST_CASE("a folder without weights, or without config.json, is no model") {
  const TemporaryFolder folder;
  const auto code = [&] {
    return error_of([&] { resolve_weights(folder.path().string(), manifest()); })->code();
  };
  write_text(folder / "config.json", kTimmConfig);
  CHECK(code() == ErrorCode::not_found);
  as_pth(folder / "pytorch_model.bin", model_tensors());
  CHECK(resolve_weights(folder.path().string(), manifest()).num_classes == 2);
  std::filesystem::remove(folder / "config.json");
  CHECK(code() == ErrorCode::not_found);
}

TEST_CASE("a URL gives its file, if its hash is known") {
  const TemporaryFolder folder;
  const std::string bytes = model_bytes();
  const HttpServer server({{"/m.safetensors", ok(bytes)}});
  const std::string url = server.url("/m.safetensors");
  ResolveOptions options = options_in(folder);
  options.arch = "resnet20_cifar";
  CHECK(error_of([&] { resolve_weights(url, manifest(), options); })->code() == ErrorCode::hash_mismatch);
  CHECK(resolve_weights(url + "#sha256=" + hash_of(bytes), manifest(), options).num_classes == 2);
}

TEST_CASE("a name that is none on the hub is wrong usage, not a file") {
  const TemporaryFolder folder;
  CHECK(error_of([&] { resolve_weights("hf:../../etc", manifest(), options_in(folder)); })->code() ==
        ErrorCode::usage);
}
