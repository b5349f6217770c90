// Logits and stage maps against the real libraries; golden/models/make_models.py made the numbers.
#include <ATen/ops/flatten.h>
#include <c10/core/InferenceMode.h>

#include "tests/models/models_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "zoo/base/file.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;
using namespace zoo::test;

namespace {

// Two machines' convolutions sum in different orders: fp32 rounding, a few thousand terms a sum, up to 1200
// layers. Measured between instruction sets: below 2e-5.
constexpr double kRelative = 1e-4;

// `scale` is the size of the map's typical element, against which rounding is measured where sums cancel.
void check_close(double value, double expected, double scale) {
  CHECK(value == Approx(expected).epsilon(0).margin(kRelative * std::max(scale, std::abs(expected))));
}

void check_summary(const at::Tensor& tensor, const nlohmann::json& expected) {
  REQUIRE(tensor.sizes().vec() == expected.at("shape").get<std::vector<int64_t>>());
  const double scale = expected.at("abs_mean");
  const at::Tensor flat = tensor.flatten().to(at::kDouble);
  check_close(flat.mean().item<double>(), expected.at("mean"), scale);
  check_close(flat.abs().mean().item<double>(), scale, scale);
  for (int64_t i = 0; i < 4; ++i) {
    check_close(flat[i * (flat.numel() - 1) / 3].item<double>(),
                expected.at("elements").at(static_cast<size_t>(i)), scale);
  }
}

}  // namespace

TEST_CASE("logits and stage maps are those of the reference libraries") {
  const auto golden = nlohmann::json::parse(read_text(ZOO_SOURCE_DIR "/tests/golden/models/models.json"));
  const c10::InferenceMode inference;
  for (const auto& reference : golden.at("models")) {
    const std::string name = reference.at("arch");
    INFO(name);
    const ArchSpec spec = reference_spec(name);
    ResNet model = hash_filled(spec, {.num_classes = reference.at("classes")}, reference.at("norm_gain"));
    CHECK(state_dict(model).size() == reference.at("tensors").get<size_t>());
    uint32_t index = 0;
    for (const auto& run : reference.at("runs")) {
      const at::Tensor images = hash_pictures(index++, run.at("height"), run.at("width"));
      const std::vector<at::Tensor> maps = model->forward_stages(images);
      REQUIRE(maps.size() == run.at("stages").size());
      for (size_t stage = 0; stage < maps.size(); ++stage)
        check_summary(maps[stage], run.at("stages").at(stage));

      const at::Tensor logits = model->forward_head(maps.back());
      const auto& summary = run.at("logits_summary");
      check_summary(logits, summary);
      for (int64_t picture = 0; picture < 2; ++picture) {
        const auto& row = run.at("logits").at(static_cast<size_t>(picture));
        for (size_t i = 0; i < row.size(); ++i) {
          check_close(logits[picture][static_cast<int64_t>(i)].item<double>(), row.at(i),
                      summary.at("abs_mean"));
        }
      }
    }
  }
}
