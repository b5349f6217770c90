#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "zoo/base/error.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/classifier/classifier.h"
#include "zoo/layouts/layouts.h"

using Catch::Matchers::Contains;
using zoo::Classifier;
namespace fs = std::filesystem;

namespace {

// A folder with a ResNet-20 whose tensors are zero but for the head's bias, 0, 1, 2, ..., so that the scores
// of every picture are known; under a file name by which the manifest knows preprocessing and class names.
class Fixture {
 public:
  Fixture() {
    std::string pattern = (fs::temp_directory_path() / "zoo-classifier-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    write_weights(weights(), 10);
    std::ofstream(picture(), std::ios::binary) << "P6\n3 2\n255\n" << std::string(18, '\x7f');
  }
  ~Fixture() { fs::remove_all(folder_); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  fs::path folder() const { return folder_; }
  fs::path weights() const { return folder_ / "resnet20-12fca82f.th"; }
  fs::path picture() const { return folder_ / "picture.ppm"; }

  static void write_weights(const fs::path& path, int64_t classes) {
    std::vector<zoo::NamedTensor> tensors;
    for (const zoo::TensorSpec& spec :
         zoo::list_tensors(zoo::get_arch("resnet20_cifar"), {.num_classes = classes})) {
      if (spec.role == zoo::Role::counter) continue;
      const auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(spec.numel()));
      for (size_t i = 0; spec.role == zoo::Role::head_bias && i < values->size(); ++i)
        (*values)[i] = static_cast<float>(i);
      zoo::TensorView view;
      view.shape = spec.shape;
      view.strides.assign(spec.shape.size(), 1);
      for (size_t i = spec.shape.size(); i-- > 1;) view.strides[i - 1] = view.strides[i] * spec.shape[i];
      view.storage = std::as_bytes(std::span(*values));
      view.owner = values;
      tensors.push_back({spec.name, std::move(view)});
    }
    zoo::write_safetensors(path, tensors);
  }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a file becomes a classifier with its record's labels and preprocessing") {
  const Classifier classifier = Classifier::open(weights().string());
  REQUIRE(classifier.labels().size() == 10);
  CHECK(classifier.labels()[3] == "cat");
  CHECK(classifier.preprocess().resize == zoo::ResizeMode::none);

  const std::vector<float> logits = classifier.logits(picture());
  CHECK(logits == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto top = classifier.classify(picture(), 2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].label == "truck");
  CHECK(top[0].index == 9);
  CHECK(top[0].probability == Approx(1 - std::exp(-1.0)).epsilon(1e-4));
  CHECK(top[1].label == "ship");
}

TEST_CASE_METHOD(Fixture, "a classifier calls classes that nobody names by their index") {
  const fs::path other = folder() / "mine.safetensors";
  write_weights(other, 3);
  const Classifier classifier = Classifier::open(other.string(), {.arch = "resnet20_cifar"});
  CHECK(classifier.labels() == std::vector<std::string>{"0", "1", "2"});
  CHECK(classifier.classify(picture()).size() == 3);
}

TEST_CASE_METHOD(Fixture, "a classifier answers by its model's problem type") {
  const auto open = [&](const std::string& problem) {
    const fs::path model = folder() / problem;
    fs::create_directory(model);
    write_weights(model / "model.safetensors", 3);
    std::ofstream(model / "config.json") << R"({"architecture": "resnet20_cifar", "num_classes": 3,
      "label_names": ["ant", "bee", "cat"], "problem_type": ")"
                                         << problem << "\"}";
    return Classifier::open(model.string());
  };
  const Classifier labels = open("multi_label_classification");
  CHECK(labels.problem_type() == zoo::ProblemType::multi_label_classification);
  const auto top = labels.classify(picture(), 2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].label == "cat");
  CHECK(top[0].probability == Approx(1 / (1 + std::exp(-2.0))));
  CHECK(top[1].probability == Approx(1 / (1 + std::exp(-1.0))));
  const auto numbers = open("regression").classify(picture(), 1);
  REQUIRE(numbers.size() == 3);
  CHECK(numbers[2].probability == 2.0F);
  CHECK_THROWS_WITH(open("guessing"), Contains("config.json:/problem_type: is 'guessing'"));
}

TEST_CASE_METHOD(Fixture, "a classifier moves, and the moved one answers") {
  Classifier first = Classifier::open(weights().string());
  const Classifier second = std::move(first);
  CHECK(second.classify(picture(), 1).front().label == "truck");
}

TEST_CASE_METHOD(Fixture, "what cannot classify is refused with its name") {
  const fs::path headless = folder() / "headless.safetensors";
  write_weights(headless, 0);
  CHECK_THROWS_WITH(Classifier::open(headless.string(), {.arch = "resnet20_cifar"}),
                    Contains("headless.safetensors") && Contains("no head"));
  CHECK_THROWS_AS(Classifier::open("resnet5O"), zoo::Error);
  const Classifier classifier = Classifier::open(weights().string());
  CHECK_THROWS_WITH(classifier.classify(folder() / "missing.jpg"), Contains("missing.jpg"));
  CHECK_THROWS_WITH(classifier.classify(weights()), Contains("resnet20-12fca82f.th"));
}

TEST_CASE("a project's lock file and mirrors count in programs too") {
  const Fixture fixture;
  const std::string name = "resnet20_cifar.drawn";
  const zoo::test::Setting home("ZOO_HOME", (fixture.folder() / "home").string());
  const auto lock = fixture.folder() / "own.json";
  std::ofstream(lock)
      << R"({"version": 1, "files": {"resnet20_cifar.drawn.safetensors": {"bytes": 1095864, "sha256": ")"
      << std::string(64, '0') << "\"}}}";
  CHECK_NOTHROW(Classifier::open(name));
  {
    const zoo::test::Setting binding("ZOO_LOCK", lock.string());
    CHECK_THROWS_WITH(Classifier::open(name), Contains("own.json: 'resnet20_cifar.drawn.safetensors'"));
  }
  const zoo::test::Setting mirror("ZOO_MIRROR", "ftp://example.org");
  CHECK_THROWS_WITH(Classifier::open(name), Contains("ftp"));
}
