#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "zoo/base/error.h"
#include "zoo/classifier/prediction.h"

using Catch::Matchers::Contains;
using zoo::top_predictions;

TEST_CASE("the most probable classes come best first, with their softmax") {
  const std::vector<float> logits{1.0F, 3.0F, 2.0F};
  const auto top = top_predictions(logits, {"ant", "bee", "cat"}, 2);
  REQUIRE(top.size() == 2);
  const double sum = std::exp(-2.0) + 1 + std::exp(-1.0);
  CHECK(top[0].label == "bee");
  CHECK(top[0].index == 1);
  CHECK(top[0].probability == Approx(1 / sum));
  CHECK(top[1].label == "cat");
  CHECK(top[1].probability == Approx(std::exp(-1.0) / sum));
}

TEST_CASE("where a picture may have several labels, each has its own sigmoid") {
  const std::vector<float> logits{-1.0F, 2.0F, 200.0F, -200.0F};
  const auto top =
      top_predictions(logits, {"ant", "bee", "cat", "dog"}, 4, zoo::ProblemType::multi_label_classification);
  REQUIRE(top.size() == 4);
  CHECK(top[0].label == "cat");
  CHECK(top[0].probability == 1.0F);
  CHECK(top[1].label == "bee");
  CHECK(top[1].probability == Approx(1 / (1 + std::exp(-2.0))));
  CHECK(top[2].probability == Approx(1 / (1 + std::exp(1.0))));
  CHECK(top[3].probability == 0.0F);
}

TEST_CASE("a regression's answers are its numbers, all of them, in their order") {
  const std::vector<float> logits{-1.5F, 20.0F};
  const auto numbers = top_predictions(logits, {"x", "y"}, 1, zoo::ProblemType::regression);
  REQUIRE(numbers.size() == 2);
  CHECK(numbers[0].label == "x");
  CHECK(numbers[0].probability == -1.5F);
  CHECK(numbers[1].index == 1);
  CHECK(numbers[1].probability == 20.0F);
}

TEST_CASE("of equal scores the lower index comes first") {
  const std::vector<float> logits{0.0F, 5.0F, 5.0F, 5.0F};
  const auto top = top_predictions(logits, {"a", "b", "c", "d"}, 3);
  CHECK(top[0].index == 1);
  CHECK(top[1].index == 2);
  CHECK(top[2].index == 3);
}

TEST_CASE("asking for more classes than there are gives all of them") {
  const std::vector<float> logits{0.0F, 1.0F};
  CHECK(top_predictions(logits, {"a", "b"}, 5).size() == 2);
}

TEST_CASE("great scores do not overflow") {
  const std::vector<float> logits{3e38F, -3e38F, 0.0F};
  const auto top = top_predictions(logits, {"a", "b", "c"}, 3);
  CHECK(top[0].probability == 1.0F);
  CHECK(top[2].probability == 0.0F);
}

TEST_CASE("scores that are not finite are an error") {
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  const std::vector<float> logits{0.0F, bad};
  CHECK_THROWS_WITH(top_predictions(logits, {"a", "b"}, 1), Contains("not finite"));
}

TEST_CASE("a wrong number of class names is an error") {
  const std::vector<float> logits{0.0F, 1.0F};
  CHECK_THROWS_WITH(top_predictions(logits, {"a"}, 1), Contains("1 class names for 2 scores"));
}

TEST_CASE("classes that nobody names are called by their index") {
  CHECK(zoo::class_names({}, 3) == std::vector<std::string>{"0", "1", "2"});
  CHECK(zoo::class_names({"a", "b"}, 2) == std::vector<std::string>{"a", "b"});
}
