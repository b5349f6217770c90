// Every checkpoint of the corpus against tensors.json: names, dtypes, shapes, strides, offsets, hashes of the
// values.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/corpus.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"

namespace {

using nlohmann::json;

const std::map<std::string, zoo::DType> kDTypes{
    {"f8", zoo::DType::f64}, {"f4", zoo::DType::f32},     {"f2", zoo::DType::f16}, {"bf16", zoo::DType::bf16},
    {"i8", zoo::DType::i64}, {"i4", zoo::DType::i32},     {"i2", zoo::DType::i16}, {"i1", zoo::DType::i8},
    {"u1", zoo::DType::u8},  {"b1", zoo::DType::boolean}, {"qi1", zoo::DType::qi8}};

std::string hash(const zoo::TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  return zoo::sha256_hex(bytes).substr(0, 16);
}

void check_tensor(const zoo::NamedTensor& found, const json& truth) {
  INFO(truth.dump());
  const zoo::TensorView& tensor = found.tensor;
  CHECK(found.name == truth["name"].get<std::string>());
  CHECK(tensor.dtype == kDTypes.at(truth["dtype"]));
  CHECK(tensor.shape == truth["shape"].get<std::vector<int64_t>>());
  CHECK(tensor.strides == truth["stride"].get<std::vector<int64_t>>());
  CHECK(tensor.offset == truth["offset"].get<int64_t>());
  CHECK(tensor.device == truth["device"].get<std::string>());
  if (truth.contains("storage")) CHECK(tensor.storage_key == truth["storage"].get<std::string>());
  CHECK(hash(tensor) == truth["sha256_contiguous"].get<std::string>());
}

void check_scalar(const zoo::Value* value, const json& truth) {
  INFO(truth.dump());
  REQUIRE(value != nullptr);
  if (truth.is_boolean()) {
    REQUIRE(value->as_bool());
    CHECK(*value->as_bool() == truth.get<bool>());
  } else if (truth.is_number_integer()) {
    REQUIRE(value->as_int());
    CHECK(*value->as_int() == truth.get<int64_t>());
  } else if (truth.is_number_float()) {
    REQUIRE(value->as_double());
    CHECK(*value->as_double() == truth.get<double>());
  } else if (truth.is_string()) {
    REQUIRE(value->as_string());
    CHECK(*value->as_string() == truth.get<std::string>());
  }
}

json read_truth(const std::filesystem::path& corpus) {
  std::string text = zoo::read_text(corpus / "checkpoints" / "tensors.json");
  for (size_t at; (at = text.find(": NaN")) != std::string::npos;) text.replace(at, 5, ": null");
  return json::parse(text);
}

using Shapes = std::multimap<std::string, std::vector<int64_t>>;

Shapes shapes(const std::vector<zoo::NamedTensor>& tensors) {
  Shapes result;
  for (const auto& [name, tensor] : tensors) result.emplace(name, tensor.shape);
  return result;
}

// Without counters, which files of old torch versions lack.
Shapes shapes(const std::vector<zoo::TensorSpec>& tensors) {
  Shapes result;
  for (const zoo::TensorSpec& tensor : tensors) {
    if (tensor.role != zoo::Role::counter) result.emplace(tensor.name, tensor.shape);
  }
  return result;
}

}  // namespace

TEST_CASE("every checkpoint of the corpus opens with exactly its tensors", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  size_t tensors = 0;
  for (const json& entry : read_truth(corpus)) {
    const std::string path = entry["path"];
    INFO(path);
    if (entry.contains("refused") || entry.contains("may_be_refused")) {
      CHECK_THROWS_AS(zoo::Checkpoint::open(corpus / "checkpoints" / path), zoo::Error);
      continue;
    }
    const auto checkpoint = zoo::Checkpoint::open(corpus / "checkpoints" / path);
    CHECK(entry["format"].get<std::string>().starts_with(std::string(to_string(checkpoint.format()))));
    REQUIRE(checkpoint.tensors().size() == entry["tensors"].size());
    std::map<std::string, const zoo::NamedTensor*> by_name;
    for (const auto& tensor : checkpoint.tensors()) by_name[tensor.name] = &tensor;
    for (const json& truth : entry["tensors"]) {
      const std::string name = truth["name"];
      INFO(name);
      REQUIRE(by_name.count(name) == 1);
      check_tensor(*by_name[name], truth);
      ++tensors;
    }
    if (entry.contains("scalars")) {
      for (const auto& [key, value] : entry["scalars"].items())
        check_scalar(checkpoint.root().find(key), value);
    }
    if (entry.contains("globals") &&
        checkpoint.format() != zoo::Format::tar) {  // the truth lists none for tar
      std::set<std::string> globals;
      for (const zoo::Global& global : checkpoint.globals()) globals.insert(global.text());
      CHECK(globals == entry["globals"].get<std::set<std::string>>());
    }
  }
  CHECK(tensors > 3500);
}

TEST_CASE("the state dict of every ResNet of the corpus is found", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::map<std::string, std::string> wrappers{{"akamaster_resnet20-12fca82f.th", "state_dict"},
                                                    {"EhanW_resnet20.pth", ""},
                                                    {"saacman_resnet20.pth", "state"},
                                                    {"theo_notebooks_checkpoint.pth", "state_dict"}};
  for (const auto& file : std::filesystem::directory_iterator(corpus / "checkpoints" / "resnet")) {
    const std::string name = file.path().filename();
    INFO(name);
    const auto checkpoint = zoo::Checkpoint::open(file.path());
    const zoo::StateDict found = find_state_dict(checkpoint);
    if (wrappers.contains(name)) CHECK(found.wrapper == wrappers.at(name));
    CHECK(found.tensors.size() > 90);
    for (const auto& tensor : found.tensors) CHECK(tensor.name.find("exp_avg") == std::string::npos);
  }
}

TEST_CASE("every broken file of the corpus gets an error that helps", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  struct Expected {
    zoo::ErrorCode code;
    std::vector<std::string> parts;
  };
  using zoo::ErrorCode;
  const std::map<std::string, Expected> expected{
      {"burn_broken.pt", {ErrorCode::unsupported, {"a text file", "'abc'"}}},
      {"gitlfs_face_detection_yunet.onnx", {ErrorCode::unsupported, {"git-LFS pointer", "git lfs pull"}}},
      {"gitlfs_ppresnet50.onnx", {ErrorCode::unsupported, {"git-LFS pointer"}}},
      {"python_path_file_easy-install.pth",
       {ErrorCode::unsupported, {"a text file", "./setuptools-40.8.0", "Python"}}},
      {"python_path_file_setuptools.pth", {ErrorCode::unsupported, {"a text file", "Python"}}},
      {"tflite_pretrainedResnet_quant.tflite", {ErrorCode::unsupported, {"TensorFlow Lite"}}},
      {"truncated_resnet18-5c106cde_1MB.pth",
       {ErrorCode::corrupt, {"cut off", "46,822,", "1,048,576 found", "Download it again"}}},
      {"truncated_resnet50-19c8e357_350KB.pth",
       {ErrorCode::corrupt, {"cut off", "102,49", "358,400 found", "Download it again"}}},
      {"truncated_resnet18-f37072fd_580KB.pth",
       {ErrorCode::corrupt, {"cut off", "46,", "579,901 found", "Download it again"}}},
  };
  size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(corpus / "odd_checkpoints")) {
    const std::string name = file.path().filename();
    INFO(name);
    REQUIRE(expected.contains(name));
    ++seen;
    try {
      zoo::Checkpoint::open(file.path());
      FAIL("it opened");
    } catch (const zoo::Error& error) {
      const std::string text = error.what();
      INFO(text);
      CHECK(error.code() == expected.at(name).code);
      CHECK(text.starts_with(file.path().string() + ": "));
      for (const std::string& part : expected.at(name).parts) CHECK(text.find(part) != std::string::npos);
    }
  }
  CHECK(seen == expected.size());
}

TEST_CASE("a checkpoint that is cut off still lists its tensors", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  struct Expected {
    const char* name;
    zoo::Format format;
    const char* arch;
  };
  const auto [name, format, arch] =
      GENERATE(Expected{"truncated_resnet18-f37072fd_580KB.pth", zoo::Format::zip, "resnet18"},
               Expected{"truncated_resnet18-5c106cde_1MB.pth", zoo::Format::tar, "resnet18"},
               Expected{"truncated_resnet50-19c8e357_350KB.pth", zoo::Format::tar, "resnet50"});
  const auto checkpoint = zoo::Checkpoint::open(corpus / "odd_checkpoints" / name, {.allow_truncated = true});
  CHECK(checkpoint.format() == format);
  CHECK(checkpoint.truncation().find("cut off") != std::string::npos);
  CHECK(shapes(checkpoint.tensors()) == shapes(zoo::list_tensors(zoo::get_arch(arch))));
  const zoo::NamedTensor& last = checkpoint.tensors().back();
  CHECK(last.name == "fc.bias");
  std::vector<std::byte> room(static_cast<size_t>(last.tensor.bytes()));
  CHECK_THROWS_WITH(last.tensor.copy_to(room.data()), Catch::Contains("cut off"));
}
