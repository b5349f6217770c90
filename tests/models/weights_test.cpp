// What users write after --weights: names, files, directories.
#include "tests/models/models_fixture.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/layouts/model_card.h"
#include "zoo/models/weights.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

const ArchSpec& small() {
  return get_arch("resnet20_cifar");
}

fs::path write_model(const fs::path& path, const ResNet& model) {
  fs::create_directories(path.parent_path());
  write_safetensors(path, to_named_tensors(model));
  return path;
}

// A manifest of one record whose file lies beside it, as 'net.safetensors' or under another name.
Manifest manifest_of(const fs::path& folder, const std::string& sha256) {
  write_text(folder / "labels.txt", "ant\nbee\n");
  write_text(folder / "weights.json", R"({
    "version": 1,
    "sources": {"zoo": {"license": "MIT", "origin": "https://example.org"}},
    "label_sets": {"insects": {"file": "labels.txt", "classes": 2}},
    "preprocess": {"p": {"resize": "short_edge", "resize_px": 36, "crop_px": 32, "interpolation": "bicubic",
      "backend": "pillow", "exif": false, "bgr": false, "pad_to_crop": true, "mean": [0.5, 0.5, 0.5],
      "std": [0.25, 0.25, 0.25]}},
    "weights": [{"name": "resnet20_cifar.insects", "default": true, "source": "zoo", "dataset": "insects",
      "num_classes": 2, "labels": "insects", "preprocess": "p", "params": 269202, "macs": 40550528,
      "files": [{"urls": ["served/net.safetensors"], "name": "net.safetensors", "sha256": ")" +
                                          sha256 +
                                          R"(", "format": "safetensors", "layout": "torchvision"}]}]})");
  return Manifest::load(folder / "weights.json");
}

bool has_note(const ResolvedWeights& weights, const std::string& text) {
  return std::ranges::any_of(weights.notes,
                             [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("a name, a file of its bytes and a file of its name get the record") {
  const TemporaryFolder folder;
  const ResNet model = hash_filled(small(), {.num_classes = 2});
  const fs::path served = write_model(folder / "served" / "net.safetensors", model);
  const Manifest manifest = manifest_of(folder.path(), sha256_file(served));
  ResolveOptions options;
  options.fetch.directory = folder / "cache";

  const auto check = [&](const std::string& name) {
    const ResolvedWeights weights = resolve_weights(name, manifest, options);
    REQUIRE(weights.record.has_value());
    CHECK(weights.record->name == "resnet20_cifar.insects");
    CHECK(weights.arch.name == "resnet20_cifar");
    CHECK(weights.num_classes == 2);
    CHECK(weights.in_channels == 3);
    CHECK(weights.labels == std::vector<std::string>{"ant", "bee"});
    CHECK(weights.preprocess.resize_px == 36);
    CHECK(weights.preprocess.interpolation == Interpolation::bicubic);
    return weights;
  };
  const ResolvedWeights by_name = check("resnet20_cifar.insects");
  CHECK(by_name.file.parent_path() == folder / "cache");
  CHECK(check("resnet20_cifar").name == "resnet20_cifar.insects");

  fs::copy_file(served, folder / "renamed.bin");
  CHECK(check((folder / "renamed.bin").string()).notes.empty());

  const ResNet other = hash_filled(small(), {.num_classes = 2}, 0.5);
  CHECK(
      has_note(check(write_model(folder / "mine" / "net.safetensors", other).string()), "by its file name"));

  LoadReport report;
  ResNet built = build_model(by_name, {}, &report);
  CHECK(report.missing.empty());
  CHECK_FALSE(built->is_training());
  CHECK(built->conv1->weight.is_contiguous(at::MemoryFormat::ChannelsLast));
  CHECK(built->conv1->weight.equal(model->conv1->weight));
  CHECK(built->fc->weight.equal(model->fc->weight));
}

TEST_CASE("a file of a known name whose tensors do not fit the record is nobody's") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const ResNet model = hash_filled(small(), {.num_classes = 5});
  const ResolvedWeights weights =
      resolve_weights(write_model(folder / "mine" / "net.safetensors", model).string(), manifest);
  CHECK_FALSE(weights.record.has_value());
  CHECK(weights.num_classes == 5);
  CHECK(weights.labels.empty());
}

TEST_CASE("a file that nobody knows gets the arch that it fits and the default preprocessing, and says so") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const fs::path file =
      write_model(folder / "a.safetensors",
                  hash_filled(get_arch("resnet32_cifar"), {.num_classes = 7, .in_channels = 1}));
  const ResolvedWeights weights = resolve_weights(file.string(), manifest);
  CHECK(weights.arch.name == "resnet32_cifar");
  CHECK(weights.num_classes == 7);
  CHECK(weights.in_channels == 1);
  CHECK(weights.preprocess == default_preprocess(get_arch("resnet32_cifar")));
  CHECK_THAT(weights.assumed,
             Catch::Contains("short edge 32 (bilinear), centre crop 32, ImageNet mean and std"));
  CHECK(build_model(weights)->options().in_channels == 1);

  const ResolvedWeights forced = resolve_weights(file.string(), manifest, {.arch = "resnet44_cifar"});
  CHECK(forced.arch.name == "resnet44_cifar");
  CHECK_THROWS_WITH(build_model(forced), Catch::Contains("tensors of resnet44_cifar are missing") &&
                                             Catch::Contains("use '--arch resnet32_cifar'"));
}

TEST_CASE("default preprocessing") {
  const Preprocess big = default_preprocess(get_arch("resnet50"));
  CHECK(big == Preprocess{});
  const Preprocess small_one = default_preprocess(small());
  CHECK(small_one.resize == ResizeMode::short_edge);
  CHECK(small_one.resize_px == 32);
  CHECK(small_one.crop_px == 32);
}

TEST_CASE("model and run directories say everything themselves") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  ModelConfig config{.card = {.arch = "resnet20_cifar", .labels = {"x", "y", "z"}, .preprocess = {}},
                     .num_classes = 3,
                     .in_channels = 1};
  config.card.preprocess.crop_px = 28;
  const ResNet model = hash_filled(small(), {.num_classes = 3, .in_channels = 1});
  write_model(folder / "run" / "best" / "model.safetensors", model);
  write_text(folder / "run" / "best" / "config.json", to_config_json(config));

  for (const fs::path& path :
       {folder / "run", folder / "run" / "best", folder / "run" / "best" / "model.safetensors"}) {
    INFO(path);
    const ResolvedWeights weights = resolve_weights(path.string(), manifest);
    CHECK(weights.file == folder / "run" / "best" / "model.safetensors");
    CHECK(weights.arch.name == "resnet20_cifar");
    CHECK(weights.labels == config.card.labels);
    CHECK(weights.preprocess == config.card.preprocess);
    CHECK(weights.in_channels == 1);
    CHECK(weights.notes.empty());
    CHECK(build_model(weights)->fc->weight.equal(model->fc->weight));
  }

  fs::create_directory(folder / "empty");
  ZOO_CHECK_ERROR(resolve_weights((folder / "empty").string(), manifest), ErrorCode::not_found,
                  (folder / "empty").string() +
                      ": holds no model: expected config.json and model.safetensors (or another file of "
                      "weights that hubs "
                      "have), in it or in its best/. Give a training run's directory, a model directory or a "
                      "checkpoint file.");
  config.num_classes = 0;
  config.card.labels.clear();
  write_text(folder / "run" / "best" / "config.json", to_config_json(config));
  CHECK_THROWS_WITH(build_model(resolve_weights((folder / "run").string(), manifest)),
                    Catch::Contains("fc.weight"));
}

TEST_CASE("what names nothing or fits nothing is refused with a way out") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  CHECK_THROWS_WITH(resolve_weights("resnet20_cifar.insect", manifest),
                    Catch::Contains("Did you mean 'resnet20_cifar.insects'"));
  ZOO_CHECK_ERROR(
      resolve_weights("no/such.pth", manifest), ErrorCode::not_found,
      "no/such.pth: no such file, and no published weights of that name. 'zoo list' shows all names.");
  CHECK_THROWS_WITH(resolve_weights("such.pth", manifest), Catch::Contains("no such file"));
  CHECK_THROWS_WITH(resolve_weights("", manifest), Catch::Contains("zoo list"));

  const auto view = [](std::vector<int64_t> shape) { return to_view(at::empty(shape).zero_()); };
  write_safetensors(folder / "foreign.safetensors", {{"encoder.weight", view({3, 3})}});
  CHECK_THROWS_WITH(resolve_weights((folder / "foreign.safetensors").string(), manifest),
                    Catch::Contains("none of its 1 tensor names") && Catch::Contains("zoo inspect"));

  std::vector<NamedTensor> partial = to_named_tensors(hash_filled(small(), {.num_classes = 2}));
  partial.erase(partial.begin() + 6);
  write_safetensors(folder / "partial.safetensors", partial);
  CHECK_THROWS_WITH(resolve_weights((folder / "partial.safetensors").string(), manifest),
                    Catch::Contains("the nearest is resnet20_cifar, of which it lacks 1 tensors"));
  CHECK_THROWS_WITH(
      resolve_weights((folder / "partial.safetensors").string(), manifest, {.arch = "resnet5O"}),
      Catch::Contains("Did you mean 'resnet50'"));
}

namespace {

// The file of `model` under `prefix`, with others beside it.
fs::path write_beside(const fs::path& path, const ResNet& model, const std::string& prefix,
                      const std::vector<std::pair<std::string, at::Tensor>>& others) {
  std::vector<NamedTensor> tensors = to_named_tensors(model);
  for (NamedTensor& tensor : tensors) tensor.name.insert(0, prefix);
  for (const auto& [name, tensor] : others) tensors.push_back({name, to_view(tensor)});
  write_safetensors(path, tensors);
  return path;
}

}  // namespace

TEST_CASE("a self-supervised net is taken for its backbone, and the notes say what else there is") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const ResNet net = hash_filled(small(), {.num_classes = 0}),
               other = hash_filled(small(), {.num_classes = 0}, 0.5);
  std::vector<std::pair<std::string, at::Tensor>> others{{"module.queue", at::ones({4, 4})},
                                                         {"module.encoder_q.fc.0.weight", at::ones({64, 64})},
                                                         {"module.encoder_q.fc.2.weight", at::ones({4, 64})}};
  for (const auto& [name, tensor] : state_dict(other))
    others.emplace_back("module.encoder_k." + name, tensor);
  const std::string file =
      write_beside(folder / "moco.safetensors", net, "module.encoder_q.", others).string();
  const ResolvedWeights weights = resolve_weights(file, manifest);
  CHECK(weights.num_classes == 0);
  CHECK(
      has_note(weights, "the net under 'module.encoder_q.' is taken, not the one under 'module.encoder_k.'"));
  CHECK(has_note(weights, "left out 3 tensors that are not the net's: 'module.encoder_q.fc.0.weight', "));
  CHECK(build_model(weights)->conv1->weight.equal(net->conv1->weight));
  const ResolvedWeights key = resolve_weights(file, manifest, {.renamings = {"^module\\.encoder_k\\.="}});
  CHECK(has_note(weights, "--rename '" + key.renamings[0] + "' takes that"));
  CHECK(build_model(key)->conv1->weight.equal(other->conv1->weight));
}

TEST_CASE("a head beside the backbone is proposed, and taken by the renaming that is named") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const auto [prefix, head] = GENERATE(table<std::string, std::string>(
      {{"model.backbone.", "model.classifier."}, {"encoder.", "linear."}, {"", "head.1."}}));
  const at::Tensor matrix = at::ones({3, 64}) * 0.5;
  const std::string file = write_beside(folder / "a.safetensors", hash_filled(small(), {.num_classes = 0}),
                                        prefix, {{head + "weight", matrix}, {head + "bias", at::ones({3})}})
                               .string();
  const ResolvedWeights weights = resolve_weights(file, manifest);
  CHECK(weights.num_classes == 0);
  const auto note = std::ranges::find_if(
      weights.notes, [](const std::string& one) { return one.find("may be it") != std::string::npos; });
  REQUIRE(note != weights.notes.end());
  const size_t begin = note->find("--rename '") + 10;
  const ResolvedWeights whole = resolve_weights(
      file, manifest, {.renamings = {note->substr(begin, note->find("' takes", begin) - begin)}});
  CHECK(whole.num_classes == 3);
  CHECK(build_model(whole)->fc->weight.equal(matrix));
}

TEST_CASE("a head of several layers is not proposed") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const std::string prefix = GENERATE("", "model.");
  const std::string head = GENERATE("fc.", "head.", "mlp.layers.");
  const std::string file =
      write_beside(
          folder / "a.safetensors", hash_filled(small(), {.num_classes = 0}), prefix,
          {{prefix + head + "0.weight", at::ones({16, 64})}, {prefix + head + "2.weight", at::ones({3, 16})}})
          .string();
  const ResolvedWeights weights = resolve_weights(file, manifest);
  CHECK(weights.num_classes == 0);
  CHECK_FALSE(has_note(weights, "may be it"));
}

TEST_CASE("a layer in front of the net, or one that reads its head, is refused where the head is used") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const auto [prefix, name, tensor] = GENERATE(
      table<std::string, std::string, at::Tensor>({{"1.", "0.weight", at::ones({8, 8})},
                                                   {"", "adapter.weight", at::ones({3, 1, 1, 1})},
                                                   {"backbone.", "classifier.weight", at::ones({4, 2})}}));
  const std::string file = write_beside(folder / "a.safetensors", hash_filled(small(), {.num_classes = 2}),
                                        prefix, {{name, tensor}})
                               .string();
  const ResolvedWeights weights = resolve_weights(file, manifest);
  CHECK_THROWS_WITH(build_model(weights), Catch::Contains("between the pictures and the answer") &&
                                              Catch::Contains("'" + name + "'"));
  ResNetOptions backbone = options_of(weights);
  backbone.num_classes = 0;
  CHECK_NOTHROW(build_model(weights, backbone, {.head = HeadPolicy::replace}));
  const std::string module = name.substr(0, name.find('.'));
  CHECK_NOTHROW(build_model(resolve_weights(file, manifest, {.renamings = {"^" + module + "\\..*="}})));
}

TEST_CASE("a normaliser in front of the net gives mean and deviation") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const double scale = GENERATE(1.0, 255.0);
  const at::Tensor mean = at::full({1, 3, 1, 1}, 0.25 * scale), std = at::full({1, 3, 1, 1}, 0.5 * scale);
  const std::string file = write_beside(folder / "a.safetensors", hash_filled(small(), {.num_classes = 2}),
                                        "1.", {{"0.mean", mean}, {"0.std", std}})
                               .string();
  const ResolvedWeights weights = resolve_weights(file, manifest);
  CHECK(weights.preprocess.mean == std::array{0.25 * scale, 0.25 * scale, 0.25 * scale});
  CHECK(weights.preprocess.std == std::array{0.5 * scale, 0.5 * scale, 0.5 * scale});
  CHECK(weights.preprocess.rescale == (scale == 1 ? kUsualRescale : 1));
  CHECK_THAT(weights.assumed, Catch::Contains("mean and std of the file's own 0.mean and 0.std"));
}

TEST_CASE("a config.json that is no model's is left alone, with a note") {
  const TemporaryFolder folder;
  const Manifest manifest = manifest_of(folder.path(), std::string(64, '0'));
  const std::string file =
      write_model(folder / "model.safetensors", hash_filled(small(), {.num_classes = 2})).string();
  write_text(folder / "config.json", R"({"lr": 0.1, "epochs": 90})");
  CHECK(resolve_weights(file, manifest).arch.name == small().name);
  CHECK(has_note(resolve_weights(file, manifest),
                 "config.json describes no model that zoo has and is left alone"));
  CHECK_THROWS_WITH(resolve_weights(folder.path().string(), manifest),
                    Catch::Contains("Give the file itself, '" + file + "'"));

  // One of another model, or of none that can be read, is an error, but not where the architecture is given.
  const std::string text = GENERATE("{", R"({"architecture": "my_net"})", R"({"model_type": "vit"})");
  write_text(folder / "config.json", text);
  CHECK_THROWS_AS(resolve_weights(file, manifest), Error);
  CHECK(build_model(resolve_weights(file, manifest, {.arch = std::string(small().name)}))
            ->options()
            .num_classes == 2);
}

TEST_CASE("published files are known by their bytes under any name", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::string depth = GENERATE("20", "56");
  const fs::path path = corpus / "checkpoints" / "resnet" /
                        ("akamaster_resnet" + depth + (depth == "20" ? "-12fca82f.th" : "-4bfd9763.th"));
  const ResolvedWeights weights = resolve_weights(path.string(), Manifest::load_default());
  REQUIRE(weights.record.has_value());
  CHECK(weights.record->name == "resnet" + depth + "_cifar.akamaster_cifar10");
  CHECK(weights.notes.empty());
  REQUIRE(weights.labels.size() == 10);
  CHECK(weights.labels.front() == "airplane");
  CHECK(weights.preprocess.resize == ResizeMode::none);
  ResNet model = build_model(weights);

  // The first record of a CIFAR-10 batch: a label, then 3 x 32 x 32 bytes.
  std::ifstream batch(corpus / "datasets" / "cifar10_lossless4000" / "data_batch_1_first4000.bin",
                      std::ios::binary);
  REQUIRE(batch);
  std::vector<char> bytes(3073);
  batch.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const at::Tensor picture = at::empty({1, 3, 32, 32});
  for (int64_t i = 0; i < 3072; ++i) {
    const auto channel = static_cast<size_t>(i / 1024);
    const auto value =
        static_cast<float>(static_cast<unsigned char>(bytes[static_cast<size_t>(i) + 1])) / 255;
    picture.data_ptr<float>()[i] = (value - static_cast<float>(weights.preprocess.mean[channel])) /
                                   static_cast<float>(weights.preprocess.std[channel]);
  }
  CHECK(model->forward(picture).argmax().item<int64_t>() == bytes[0]);
}
