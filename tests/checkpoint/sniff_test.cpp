#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {

TEST_CASE("a file that is no checkpoint is called by its name") {
  const auto [bytes, part] = GENERATE(table<std::string, std::string>({
      {"", "the file is empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull"},
      {"\n <!DOCTYPE html><html>", "an HTML page"},
      {"<html lang=\"en\">", "an HTML page"},
      {"<?xml version=\"1.0\"?><Error>AccessDenied</Error>", "an XML text"},
      {"{\"weight_map\": {}}", "a JSON text"},
      {"./setuptools-40.8.0-py3.7.egg\n", "a text file that begins with './setuptools"},
      {"abc", "a text file"},
      {std::string(257, '\0') + "ustar\0"s, "tar file"},
      {"\x1c\0\0\0TFL3\0\0\0\0"s, "TensorFlow Lite"},
      {"\x89HDF\r\n\x1a\n\0\0"s, "HDF5"},
      {"\x93NUMPY\1\0"s, "numpy"},
      {"\x1f\x8b\x08\0\0"s, "gzip"},
      {"\xfd"
       "7zXZ\0\0"s,
       "xz file"},
      {"\x08\x07\x12\x07pytorch\x1a\x05"s, "ONNX"},
      {"\x83\xa6params\x81"s, "MessagePack"},
      {"\x80\x04\x95\x05\0\0\0\0\0\0\0K\x01."s, "pickle that torch did not write"},
      {"\x89PNG\r\n\x1a\n", "a PNG picture"},
      {"\x04"
       "Adam\x02\x04\xfc\xa9"s,
       "begins with 04 41 64 61 6d 02 04 fc"},
  }));
  CHECK_THAT(error_of(bytes), Catch::StartsWith("forged: ") && Catch::Contains(part));
}

}  // namespace zoo::test
