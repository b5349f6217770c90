// zoo finetune with nets that are not those of the table, or not for colour pictures.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include "tests/apps/finetune_runs.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"

namespace zoo::test {

TEST_CASE("a net that is no row of the table is trained, and its run says what it is") {
  const TemporaryFolder folder;
  const fs::path net = folder / "net", run = folder / "run";
  fs::create_directory(net);
  write_text(net / "config.json",
             R"({"model_type": "resnet", "depths": [1, 2], "hidden_sizes": [8, 16], "embedding_size": 8,
                 "layer_type": "basic", "num_labels": 2, "hidden_act": "silu"})");
  write_text(
      net / "preprocessor_config.json",
      R"({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 32}, "crop_pct": 1.0})");
  ArchSpec spec = get_arch("resnet18");
  spec.num_stages = 2;
  spec.depths = {1, 2};
  spec.channels = {8, 16};
  spec.stem_widths = {8, 0, 0};
  spec.activation = Activation::silu;
  std::vector<NamedTensor> tensors;
  for (const TensorSpec& tensor : list_tensors(spec, {.num_classes = 2})) {
    if (tensor.role == Role::counter) continue;
    const auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(tensor.numel()), 0.05F);
    NamedTensor named{.name = from_canonical(Layout::huggingface, tensor.name, &spec),
                      .tensor = contiguous_view(DType::f32, tensor.shape)};
    named.tensor.storage = std::as_bytes(std::span(*values));
    named.tensor.owner = values;
    tensors.push_back(std::move(named));
  }
  write_safetensors(net / "model.safetensors", tensors);
  const fs::path data = draw_data(folder / "data");
  const ProgramResult result = finetune(small_run(data, run, {"--weights", net.string()}));
  INFO(result.err);
  REQUIRE(result.status == 0);
  const nlohmann::json config = read_json(run / "best" / "config.json");
  CHECK(config["zoo"]["arch"]["depths"] == nlohmann::json({1, 2, 0, 0, 0, 0, 0, 0}));
  CHECK(config["zoo"]["arch"]["activation"] == "silu");
  // Neither the one that goes on from it nor the one that asks it needs to be told more.
  const ProgramResult more =
      finetune(small_run(data, folder / "more", {"--weights", (run / "last").string()}));
  INFO(more.err);
  CHECK(more.status == 0);
  const ProgramResult asked = run_program(
      {std::string(ZOO_BINARY_DIR) + "/bin/zoo-predict", "--weights", run.string(), data.string()});
  INFO(asked.err);
  CHECK(asked.status == 0);
}

TEST_CASE("weights for other than colour pictures are refused") {
  const TemporaryFolder folder;
  const fs::path net = folder / "net";
  fs::create_directory(net);
  write_text(net / "config.json",
             R"({"architecture": "resnet20_cifar", "pretrained_cfg": {}, "model_args": {"in_chans": 1}})");
  const auto zeros = std::make_shared<std::vector<std::byte>>(16 * 3 * 3 * sizeof(float));
  NamedTensor stem{.name = "conv1.weight", .tensor = contiguous_view(DType::f32, {16, 1, 3, 3})};
  stem.tensor.storage = *zeros;
  stem.tensor.owner = zeros;
  write_safetensors(net / "model.safetensors", {stem});
  const ProgramResult result =
      finetune(small_run(draw_data(folder / "data"), folder / "run", {"--weights", net.string()}));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Catch::Contains("it wants 1 channels, pictures have 3"));
  CHECK_FALSE(fs::exists(folder / "run"));
}

}  // namespace zoo::test
