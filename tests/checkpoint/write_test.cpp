// The .pth writer against our own reader; write_python.py holds it against torch.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/checkpoint/forge.h"
#include "tests/temporary_folder.h"
#include "zoo/archive/zip.h"
#include "zoo/archive/zip_writer.h"
#include "zoo/base/file.h"

namespace zoo::test {
namespace {

NamedTensor floats_at(const std::string& name, const std::shared_ptr<std::vector<std::byte>>& storage,
                      std::vector<int64_t> shape, int64_t offset) {
  TensorView view = contiguous_view(DType::f32, std::move(shape));
  view.storage = *storage;
  view.offset = offset;
  view.owner = storage;
  return {name, view};
}

}  // namespace

TEST_CASE("a written .pth opens with the same tensors, and what shared a storage still does") {
  const TemporaryFolder folder;
  const auto storage = std::make_shared<std::vector<std::byte>>(24);
  for (size_t i = 0; i < storage->size(); ++i) (*storage)[i] = static_cast<std::byte>(i);
  const std::vector<NamedTensor> tensors{floats_at("a", storage, {2, 3}, 0), floats_at("b", storage, {2}, 4)};
  write_torch_zip(folder / "a.pth", tensors);
  const auto checkpoint = Checkpoint::open(folder / "a.pth");
  REQUIRE(checkpoint.tensors().size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    const TensorView &found = checkpoint.tensors()[i].tensor, &expected = tensors[i].tensor;
    CHECK(checkpoint.tensors()[i].name == tensors[i].name);
    CHECK(found.shape == expected.shape);
    CHECK(found.offset == expected.offset);
    CHECK(floats(found) == floats(expected));
  }
  CHECK(checkpoint.tensors()[0].tensor.storage.data() == checkpoint.tensors()[1].tensor.storage.data());
  CHECK(std::filesystem::file_size(folder / "a.pth") < 1200);
}

TEST_CASE("what cannot be written as .pth leaves the old file") {
  const TemporaryFolder folder;
  write_text(folder / "a.pth", "old");
  const auto storage = std::make_shared<std::vector<std::byte>>(8);
  const NamedTensor fine = floats_at("a", storage, {2}, 0);
  SECTION("a name twice") {
    CHECK_THAT(error_of([&] { write_torch_zip(folder / "a.pth", {fine, fine}); }),
               Catch::Contains("called 'a'"));
  }
  SECTION("data that is cut off") {
    CHECK_THAT(error_of([&] { write_torch_zip(folder / "a.pth", {fine, floats_at("b", storage, {3}, 0)}); }),
               Catch::Contains("'b'") && Catch::Contains("cut off"));
  }
  SECTION("a text that is not UTF-8") {
    CHECK_THAT(error_of([&] { write_torch_zip(folder / "a.pth", Value(std::string("\xff"))); }),
               Catch::Contains("UTF-8"));
  }
  SECTION("an object") {
    const Value list = Value::list({Value::opaque({.class_name = "os.system", .args = Value::tuple({})})});
    CHECK_THAT(error_of([&] { write_torch_zip(folder / "a.pth", list); }),
               Catch::Contains("'[0]'") && Catch::Contains("'os.system'"));
  }
  SECTION("nesting without end") {
    const auto list = std::make_shared<List>();
    Value deep{list};
    for (int i = 0; i < 1000; ++i) deep = Value::list({deep});
    CHECK_THAT(error_of([&] { write_torch_zip(folder / "a.pth", deep); }), Catch::Contains("nested"));
  }
  CHECK(read_text(folder / "a.pth") == "old");
}

TEST_CASE("a zip file of more records than 16 bits count is read again") {
  const TemporaryFolder folder;
  const std::string text = "abc";
  std::vector<ZipContent> records;
  for (int i = 0; i < 66'000; ++i)
    records.push_back({std::to_string(i), std::as_bytes(std::span(text)).first(static_cast<size_t>(i % 4))});
  {
    AtomicFile file(folder / "a.zip");
    write_zip(file, records);
    file.commit();
  }
  const MappedFile file(folder / "a.zip");
  const ZipArchive archive(file.bytes(), nullptr);
  REQUIRE(archive.entries().size() == records.size());
  const ZipEntry* last = archive.find("65999");
  REQUIRE(last != nullptr);
  CHECK(as_text(archive.read({last}, true).front().bytes) == "abc");
  CHECK((last->data.data() - file.bytes().data()) % 64 == 0);
}

}  // namespace zoo::test
