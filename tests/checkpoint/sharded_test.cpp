// Checkpoints of several files, and folders.
#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"

namespace zoo::test {
namespace {

std::string shard_of(const std::string& tensor_name) {
  return safetensors(R"({"__metadata__":{"format":"pt"},")" + tensor_name +
                         R"(":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})",
                     four_floats());
}

std::string index_of(const std::string& map) {
  return R"({"metadata": {"total_size": 32}, "weight_map": )" + map + "}";
}

struct Folder {
  TemporaryFolder folder;
  std::filesystem::path index = folder.path() / "model.safetensors.index.json";
  Folder() {
    write_text(folder.path() / "1.safetensors", shard_of("a"));
    write_text(folder.path() / "2.safetensors", shard_of("b"));
  }
  std::string error(const std::string& text) {
    write_text(index, text);
    return error_of([&] { Checkpoint::open(index); });
  }
};

}  // namespace

TEST_CASE("a sharded checkpoint opens by its index and by its folder") {
  Folder files;
  write_text(files.index, index_of(R"({"a": "1.safetensors", "b": "2.safetensors"})"));
  const bool by_folder = GENERATE(false, true);
  const auto checkpoint = Checkpoint::open(by_folder ? files.folder.path() : files.index);
  CHECK(checkpoint.path() == files.index);
  CHECK(checkpoint.format() == Format::safetensors);
  CHECK(checkpoint.metadata().at("format") == "pt");
  REQUIRE(checkpoint.tensors().size() == 2);
  CHECK(checkpoint.tensors()[1].name == "b");
  CHECK(floats(checkpoint.tensors()[1].tensor) == std::vector<float>{1, 2, 3, 4});
  CHECK(checkpoint.tensors()[0].tensor.storage_key != checkpoint.tensors()[1].tensor.storage_key);
}

TEST_CASE("shards of torch.save open by their index") {
  Folder files;
  write_text(files.folder.path() / "1.bin", torch_zip());
  write_text(files.folder.path() / "pytorch_model.bin.index.json", index_of(R"({"w": "1.bin"})"));
  CHECK(Checkpoint::open(files.folder.path()).format() == Format::zip);
}

TEST_CASE("an index that does not fit its shards is refused") {
  Folder files;
  const auto [map, part] = GENERATE(table<std::string, std::string>({
      {R"({"a": "1.safetensors", "b": "3.safetensors"})", "shard '3.safetensors' is missing"},
      {R"({"a": "2.safetensors", "b": "1.safetensors"})", "says it is in"},
      {R"({"a": "1.safetensors", "c": "2.safetensors"})", "does not list it"},
      {R"({"a": "1.safetensors", "z": "1.safetensors"})", "lacks the tensor 'z'"},
      {R"({"a": "1.safetensors", "a": "2.safetensors"})", "'a' twice"},
      {R"({"a": "../1.safetensors"})", "not the name of a file beside"},
      {R"({"a": "/etc/passwd"})", "not the name of a file beside"},
      {R"({"a": "x\u0000y"})", "not the name of a file beside"},
      {R"({"a": ""})", "not the name of a file beside"},
      {R"({"a": 1})", "no file for 'a'"},
      {"[]", "no object"},
      {"{}", "lists no tensors"},
      {"{", "not valid JSON"},
      {R"({"a": "model.safetensors.index.json"})", "a JSON text"},
  }));
  CHECK_THAT(files.error(index_of(map)), Catch::StartsWith(files.index.string()) && Catch::Contains(part));
}

TEST_CASE("a checkpoint that was unpacked says how to pack it again") {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder / "my net" / "data");
  write_text(folder / "my net" / "data.pkl", pickle("N"));
  const std::string path = std::filesystem::canonical(folder.path());
  const std::string remedy = "cd '" + path + "' && zip -0 -r -X 'my net.pth' 'my net', and open that file.";
  for (const std::string name : {"my net", "my net/", "my net/data.pkl", ".", ""}) {
    CHECK_THAT(error_of([&] { Checkpoint::open(folder / name); }),
               Catch::Contains("that was unpacked") && Catch::EndsWith(remedy));
  }
  // The file that the command makes: folders have records of their own.
  CHECK(read_bytes(zip({{"my net/", ""}, {"my net/data/", ""}, {"my net/data.pkl", pickle("N")}}))
            .tensors()
            .empty());
}

TEST_CASE("in a folder the weights are preferred as transformers prefers them") {
  TemporaryFolder folder;
  CHECK_THAT(error_of([&] { Checkpoint::open(folder.path()); }),
             Catch::Contains("a folder without model.safetensors"));
  write_text(folder.path() / "pytorch_model.bin", torch_zip());
  CHECK(Checkpoint::open(folder.path()).path().filename() == "pytorch_model.bin");
  write_text(folder.path() / "model.safetensors", shard_of("a"));
  CHECK(Checkpoint::open(folder.path()).path().filename() == "model.safetensors");
}

}  // namespace zoo::test
