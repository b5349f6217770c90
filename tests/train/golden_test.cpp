// Training steps against numbers that PyTorch made on another machine.
#include "tests/train/sgd_steps.h"
#include "zoo/models/load.h"

#include <catch2/catch.hpp>

namespace zoo::test {

// Other machines sum in another order; three steps of a net without warm statistics amplify that.
constexpr double kLossTolerance = 1e-3, kSumTolerance = 2e-3;

TEST_CASE("three steps of SGD give PyTorch's losses, parameters and statistics") {
  const nlohmann::json golden = read_golden();
  const auto index = GENERATE(0, 1, 2);
  const nlohmann::json& setting = golden["sgd"][index];
  const Steps steps = run_sgd_steps(setting);

  const std::vector<double> expected = setting["losses"];
  REQUIRE(steps.losses.size() == expected.size());
  CHECK(steps.losses[0] == Approx(expected[0]).epsilon(1e-6));
  for (size_t i = 1; i < expected.size(); ++i)
    CHECK(steps.losses[i] == Approx(expected[i]).epsilon(kLossTolerance));

  const auto tensors = state_dict(steps.model);
  REQUIRE(tensors.size() == setting["tensors"].size());
  for (const auto& [name, tensor] : tensors) {
    INFO(name);
    const torch::Tensor values = tensor.to(torch::kDouble);
    const nlohmann::json& digest = setting["tensors"].at(name);
    const auto magnitude = std::sqrt(digest["square"].get<double>());
    CHECK(values.square().sum().item<double>() ==
          Approx(digest["square"].get<double>()).epsilon(kSumTolerance));
    CHECK(values.sum().item<double>() ==
          Approx(digest["sum"].get<double>()).margin(kSumTolerance * (1 + magnitude)));
  }
}

}  // namespace zoo::test
