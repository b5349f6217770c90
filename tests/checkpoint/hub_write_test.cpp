// The writers of Flax's and Keras's files against our own readers and the libraries' own files.
#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"
#include "tests/corpus.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"

namespace zoo::test {
namespace {

NamedTensor numbers(const std::string& name, DType dtype, std::vector<int64_t> shape) {
  TensorView view = contiguous_view(dtype, std::move(shape));
  const auto storage = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(view.bytes()));
  for (size_t i = 0; i < storage->size(); ++i) (*storage)[i] = static_cast<std::byte>(i * 7 + name.size());
  view.storage = *storage;
  view.owner = storage;
  return {name, view};
}

std::vector<std::byte> bytes_of(const TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  return bytes;
}

void check_same(const std::vector<NamedTensor>& found, const std::vector<NamedTensor>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(expected[i].name);
    CHECK(found[i].name == expected[i].name);
    CHECK(found[i].tensor.dtype == expected[i].tensor.dtype);
    CHECK(found[i].tensor.shape == expected[i].tensor.shape);
    CHECK(bytes_of(found[i].tensor) == bytes_of(expected[i].tensor));
  }
}

// Every length of a head that MessagePack has: of texts, maps, sizes, arrays and extensions.
std::vector<NamedTensor> of_all_sizes() {
  std::vector<NamedTensor> tensors{numbers("scalar", DType::f32, {}),
                                   numbers("empty", DType::f32, {0, 3}),
                                   numbers("two", DType::f16, {2}),
                                   numbers("wide", DType::u8, {70'000}),
                                   numbers("long", DType::i64, {300, 2}),
                                   numbers(std::string(40, 'n'), DType::boolean, {200}),
                                   numbers(std::string(300, 'm'), DType::bf16, {1, 1, 5})};
  for (int i = 0; i < 20; ++i) tensors.push_back(numbers("map.of." + std::to_string(i), DType::f64, {i}));
  return tensors;
}

}  // namespace

TEST_CASE("what is written for Flax opens with the same tensors") {
  const TemporaryFolder folder;
  const std::vector<NamedTensor> tensors = of_all_sizes();
  write_msgpack(folder / "a.msgpack", tensors);
  check_same(Checkpoint::open(folder / "a.msgpack").tensors(), tensors);
}

TEST_CASE("a file of Flax's own is written again byte for byte", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const TemporaryFolder folder;
  const std::string network = GENERATE("basic", "bottleneck");
  const auto path = corpus / "checkpoints" / "hf_flax_tf" / network / "flax_model.msgpack";
  write_msgpack(folder / "a.msgpack", Checkpoint::open(path).tensors());
  CHECK(read_text(folder / "a.msgpack") == read_text(path));
}

TEST_CASE("what a file of Flax cannot hold leaves the old file") {
  const TemporaryFolder folder;
  write_text(folder / "a.msgpack", "old");
  const auto refused = [&](const std::vector<NamedTensor>& tensors) {
    return error_of([&] { write_msgpack(folder / "a.msgpack", tensors); });
  };
  const NamedTensor fine = numbers("a.b", DType::f32, {2});
  NamedTensor cut = numbers("c", DType::f32, {2});
  cut.tensor.shape = {3};
  CHECK_THAT(refused({fine, fine}), Catch::Contains("a.b") && Catch::Contains("occurs twice"));
  CHECK_THAT(refused({fine, numbers("a", DType::f32, {2})}), Catch::Contains("a map of tensors"));
  CHECK_THAT(refused({fine, numbers("a.b.c", DType::f32, {2})}), Catch::Contains("a map of tensors"));
  CHECK_THAT(refused({numbers("\xff", DType::f32, {2})}), Catch::Contains("UTF-8"));
  CHECK_THAT(refused({fine, cut}), Catch::Contains("cut off"));
  CHECK(read_text(folder / "a.msgpack") == "old");
}

#if ZOO_HDF5
TEST_CASE(
    "what is written for Keras opens with the same tensors below layer and model, the same bytes each time") {
  const TemporaryFolder folder;
  const std::vector<NamedTensor> tensors{
      numbers("resnet/a/kernel:0", DType::f32, {3, 3, 2, 4}), numbers("resnet/a/gamma:0", DType::f16, {5}),
      numbers("head/b:0", DType::i64, {}), numbers("head/none:0", DType::f64, {0})};
  write_keras(folder / "a.h5", tensors, "model");
  std::vector<NamedTensor> expected;  // libhdf5 lists names in their order
  for (const size_t i : {2, 3, 1, 0}) expected.push_back(tensors[i]);
  for (NamedTensor& tensor : expected) {
    std::string name = tensor.name.substr(0, tensor.name.find('/')) + ".model." + tensor.name;
    for (size_t at = 0; (at = name.find('/')) != std::string::npos;) name[at] = '.';
    tensor.name = name;
  }
  check_same(Checkpoint::open(folder / "a.h5").tensors(), expected);
  write_keras(folder / "b.h5", tensors, "model");
  CHECK(read_text(folder / "a.h5") == read_text(folder / "b.h5"));
}

TEST_CASE("what a file of Keras cannot hold leaves the old file") {
  const TemporaryFolder folder;
  write_text(folder / "a.h5", "old");
  const auto refused = [&](const std::vector<NamedTensor>& tensors) {
    return error_of([&] { write_keras(folder / "a.h5", tensors, "model"); });
  };
  NamedTensor cut = numbers("c/d", DType::f32, {2});
  cut.tensor.shape = {3};
  CHECK_THAT(refused({numbers("a/b", DType::bf16, {2})}),
             Catch::Contains("a/b") && Catch::Contains("bfloat16"));
  CHECK_THAT(refused({numbers("a/b", DType::f32, {2}), numbers("a/b", DType::f32, {2})}),
             Catch::Contains("a/b"));
  CHECK_THAT(refused({cut}), Catch::Contains("cut off"));
  CHECK(read_text(folder / "a.h5") == "old");
}
#endif

}  // namespace zoo::test
