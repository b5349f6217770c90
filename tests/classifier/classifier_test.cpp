#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <opencv2/core.hpp>

#include "tests/environment_setting.h"
#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
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

namespace {

// The weight that ships with the project, and a picture of noise in all forms.
class Shipped : public Fixture {
 public:
  Shipped() : home_("ZOO_HOME", (folder() / "home").string()), image(zoo::make_image(40, 36)) {
    uint32_t state = 1;
    for (uint8_t& value : image.pixels)
      value = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    zoo::write_png(folder() / "noise.png", image);
  }

 private:
  zoo::test::Setting home_;

 public:
  zoo::Image image;
};

constexpr const char* kShipped = "resnet20_cifar.drawn";

}  // namespace

TEST_CASE_METHOD(Shipped, "a picture is the same picture in every form") {
  const Classifier classifier = Classifier::open(kShipped);
  const fs::path file = folder() / "noise.png";
  const std::vector<float> expected = classifier.logits(file);
  CHECK(classifier.logits(file.string()) == expected);
  CHECK(classifier.logits(image) == expected);
  const std::string text = zoo::read_text(file);
  CHECK(classifier.logits(std::as_bytes(std::span(text))) == expected);
  cv::Mat bgr(36, 40, CV_8UC3), bgra(36, 40, CV_8UC4);
  for (int y = 0; y < 36; ++y)
    for (int x = 0; x < 40; ++x) {
      const uint8_t* rgb = image.row(y) + 3 * x;
      bgr.at<cv::Vec3b>(y, x) = {rgb[2], rgb[1], rgb[0]};
      bgra.at<cv::Vec4b>(y, x) = {rgb[2], rgb[1], rgb[0], static_cast<uint8_t>(x)};
    }
  CHECK(classifier.logits(bgr) == expected);
  CHECK(classifier.logits(bgra) == expected);
  const cv::Mat wide(36, 80, CV_8UC3, cv::Scalar(1, 2, 3));
  CHECK_NOTHROW(classifier.logits(wide(cv::Rect(20, 0, 40, 36))));  // rows with a gap between them

  zoo::Image grey = zoo::make_image(40, 36, 1), triple = zoo::make_image(40, 36);
  for (size_t i = 0; i < grey.pixels.size(); ++i) {
    grey.pixels[i] = image.pixels[3 * i];
    for (size_t c = 0; c < 3; ++c) triple.pixels[3 * i + c] = grey.pixels[i];
  }
  CHECK(classifier.logits(grey) == classifier.logits(triple));
  CHECK(classifier.logits(cv::Mat(36, 40, CV_8UC1, grey.pixels.data())) == classifier.logits(triple));
}

TEST_CASE_METHOD(Shipped, "what is no picture is refused, whatever its form") {
  const Classifier classifier = Classifier::open(kShipped);
  const cv::Mat bad =
      GENERATE(cv::Mat(), cv::Mat(4, 4, CV_32FC3), cv::Mat(4, 4, CV_8UC2), cv::Mat(4, 4, CV_16UC1));
  CHECK_THROWS_WITH(classifier.logits(bad), Contains("cv::Mat: expected a picture of 8 bits"));
  image.pixels.pop_back();
  CHECK_THROWS_WITH(classifier.logits(image), Contains("40 x 36 pixels of 3 channels, but 4319 bytes"));
  CHECK_THROWS_WITH(classifier.logits(zoo::make_image(4, 4, 2)),
                    Contains("2 channels, expected 1 (grey) or 3"));
  CHECK_THROWS_WITH(classifier.logits(std::span<const std::byte>()), Contains("picture: "));
  CHECK_THROWS_WITH(Classifier::open(kShipped, {.device = "abacus"}), Contains("'abacus' is no device"));
}

TEST_CASE_METHOD(Shipped, "pictures together have the answers that they have alone") {
  const bool crops = GENERATE(true, false);
  zoo::Preprocess preprocess = Classifier::open(kShipped).preprocess();
  if (!crops) preprocess.crop_px = 0;  // then sizes differ
  const Classifier classifier = Classifier::open(kShipped, {.preprocess = preprocess});
  const std::vector<zoo::Picture> pictures{image, picture(), zoo::make_image(40, 36), folder() / "noise.png"};
  const auto together = classifier.classify(pictures, 3);
  REQUIRE(together.size() == pictures.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto alone = classifier.classify(pictures[i], 3);
    REQUIRE(alone.size() == 3);
    for (size_t k = 0; k < 3; ++k) {
      CHECK(together[i][k].label == alone[k].label);
      // Other kernels for other batch sizes round otherwise; scores are below 100, float has 2^-24.
      CHECK(together[i][k].probability == Approx(alone[k].probability).margin(1e-4));
    }
  }
  CHECK(classifier.classify(std::span<const zoo::Picture>()).empty());
  const std::vector<zoo::Picture> with_bad{image, folder() / "missing.jpg"};
  CHECK_THROWS_WITH(classifier.classify(with_bad), Contains("missing.jpg"));
}

TEST_CASE_METHOD(Shipped, "features are what the head reads") {
  const Classifier classifier = Classifier::open(kShipped);
  const std::vector<float> features = classifier.features(image), logits = classifier.logits(image);
  const zoo::Checkpoint checkpoint =
      zoo::Checkpoint::open(folder() / "home" / "resnet20_cifar.drawn.safetensors");
  std::map<std::string, std::vector<float>> head;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (!name.starts_with("fc.")) continue;
    head[name].resize(static_cast<size_t>(tensor.numel()));
    tensor.copy_to(reinterpret_cast<std::byte*>(head[name].data()));
  }
  REQUIRE(head["fc.weight"].size() == logits.size() * features.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    const auto row = head["fc.weight"].begin() + static_cast<std::ptrdiff_t>(i * features.size());
    const double score =
        std::inner_product(features.begin(), features.end(), row, double{head["fc.bias"][i]});
    CHECK(logits[i] == Approx(score).margin(1e-4));  // 64 products in single precision
  }
}

TEST_CASE_METHOD(Shipped, "many threads may ask one classifier") {
  const Classifier classifier = Classifier::open(kShipped);
  const std::vector<float> expected = classifier.logits(image);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 10; ++k) wrong += classifier.logits(image) != expected ? 1 : 0;
      });
  }
  CHECK(wrong == 0);
}
