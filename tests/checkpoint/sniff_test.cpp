#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {

namespace {

// A gzip file whose one deflate block is stored.
std::string gzip(const std::string& data, const std::string& name = {}) {
  const auto size = static_cast<uint16_t>(data.size());
  return "\x1f\x8b\x08"s + (name.empty() ? '\0' : '\x08') + std::string(6, '\0') +
         (name.empty() ? "" : name + '\0') + '\x01' + le(size) + le(static_cast<uint16_t>(~size)) + data +
         std::string(8, '\0');
}

}  // namespace

TEST_CASE("what is packed is named, with the way to unpack it") {
  CHECK_THAT(error_of(gzip(torch_zip())),
             Catch::Contains("a gzip file that holds a zip file") && Catch::Contains("gunzip"));
  CHECK_THAT(error_of(gzip(torch_zip(), "net.pth")), Catch::Contains("holds a zip file"));
  CHECK_THAT(error_of(gzip(torch_zip() + std::string(9000, 'x'))), Catch::Contains("holds a zip file"));
  CHECK_THAT(error_of(gzip("<html>")), Catch::Contains("holds an HTML page"));
  CHECK_THAT(error_of(gzip(gzip("x"))), Catch::Contains("holds another one"));
  CHECK_THAT(error_of(zip({{"nets/a.pth", torch_zip()}})),
             Catch::Contains("'nets/a.pth'") && Catch::Contains("unzip"));
  CHECK_THAT(error_of(zip({{"config.json", "{}"}, {"model.weights.h5", "x"}})),
             Catch::Contains("a Keras 3 model"));
  CHECK_THAT(error_of(zip({{"m/archive_format", "pt2"},
                           {"m/data/sample_inputs/model.pt", "x"},
                           {"m/models/model.json", "{}"}})),
             Catch::Contains("a program of torch.export (.pt2)") &&
                 Catch::Contains("torch.save(torch.export.load('FILE.pt2').state_dict, 'FILE.pth')"));
  CHECK_THAT(error_of(zip({{"weight.npy", "x"}})), Catch::Contains("a numpy .npz archive"));
}

TEST_CASE("what is safetensors to one program and a zip file to another is refused") {
  std::string both = "PK\3\4\0\0\0\0{"s + std::string(100, ' ');
  CHECK_THAT(error_of(both + zip({{"a/data.pkl", "x"}})), Catch::Contains("a file of two readings"));
}

TEST_CASE("a file that is no checkpoint is called by its name") {
  const auto [bytes, part] = GENERATE(table<std::string, std::string>({
      {"", "the file is empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull"},
      {"\n <!DOCTYPE html><html>", "an HTML page"},
      {"<html lang=\"en\">", "an HTML page"},
      {"\xEF\xBB\xBF<!-- caf\xE9 -->\n<HTML><body>", "an HTML page"},
      {"{\"error\":\"Repository not found\"}",
       "a server's error message, not a checkpoint: '{\"error\":\"Repository not"},
      {"PK\5\6"s + std::string(18, '\0'), "a zip file that holds nothing"},
      {"<?xml version=\"1.0\"?><Error>AccessDenied</Error>", "an XML text"},
      {"{\"weight_map\": {}}", "a JSON text"},
      {"./setuptools-40.8.0-py3.7.egg\n", "a text file that begins with './setuptools"},
      {"abc", "a text file"},
      {"\x1c\0\0\0TFL3\0\0\0\0"s, "TensorFlow Lite"},
      {"\x93NUMPY\1\0"s, "numpy"},
      {"\x1f\x8b\x08\0\0"s, "gzip"},
      {"\x08\x01\x12\x05model"s, "TensorFlow SavedModel"},
      {"\x0a\x20\x0a\x05input\x12\x0bPlaceholder"s, "TensorFlow graph"},
      {"\0\0\x01\0tensor\x57\xfb\x80\x8b\x24\x75\x47\xdb"s, "index of a TensorFlow checkpoint"},
      {"model_checkpoint_path: \"model.ckpt-1\"\n", "TensorFlow's list of checkpoints"},
      {"\xfd"
       "7zXZ\0\0"s,
       "xz file"},
      {"\x08\x07\x12\x07pytorch\x1a\x05"s, "ONNX"},
      {"\x80\x04\x95\x05\0\0\0\0\0\0\0K\x01."s, "pickle that torch did not write"},
      {"\x89PNG\r\n\x1a\n", "a PNG picture"},
      {"\x04"
       "Adam\x02\x04\xfc\xa9"s,
       "begins with 04 41 64 61 6d 02 04 fc"},
  }));
  CHECK_THAT(error_of(bytes), Catch::StartsWith("forged: ") && Catch::Contains(part));
}

}  // namespace zoo::test
