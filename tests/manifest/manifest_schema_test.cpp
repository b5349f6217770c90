// Every lie that weights.json can tell, told once, and the message that it gets.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/manifest/manifest.h"

using namespace zoo;
using nlohmann::json;

namespace {

const std::string kSha256(64, 'a');

json valid_manifest() {
  return json::parse(R"({
    "version": 1,
    "sources": {"torchvision": {"license": "BSD-3-Clause", "origin": "https://example.org"}},
    "label_sets": {"two": {"file": "labels/two.txt", "classes": 2}},
    "preprocess": {
      "plain": {"resize": "short_edge", "resize_px": 256, "crop_px": 224, "interpolation": "bilinear",
                "backend": "pillow", "exif": false, "bgr": false, "pad_to_crop": true,
                "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}},
    "weights": [
      {"name": "resnet18.tv_in1k", "default": true, "source": "torchvision", "dataset": "imagenet-1k",
       "num_classes": 1000,
       "files": [{"urls": ["https://example.org/a.pth"], "name": "a.pth", "sha256_prefix": "0123abcd", "bytes": 10,
                  "layout": "torchvision"}],
       "preprocess": "plain", "params": 1, "macs": 1, "aliases": ["ResNet18_Weights.DEFAULT"]},
      {"name": "resnet18.own", "source": "torchvision", "dataset": "two things", "num_classes": 2, "labels": "two",
       "files": [{"urls": ["weights/b.safetensors"], "name": "b.safetensors", "layout": "torchvision"}],
       "preprocess": "plain", "metrics": [{"dataset": "two things", "top1": 90.5, "source": "us"}],
       "params": 1, "macs": 1, "pretrained_from": "resnet18.tv_in1k"}]})");
}

// What loading says about a manifest, without the path before the pointer.
std::string complaint(const std::string& text) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "weights.json";
  write_text(path, text);
  const auto error = test::error_of([&] { Manifest::load(path); });
  if (!error) return "";
  CHECK(error->code() == ErrorCode::corrupt);
  const std::string message = error->what();
  const std::string prefix = path.string() + ":";
  REQUIRE(message.starts_with(prefix));
  return message.substr(prefix.size());
}

struct Lie {
  std::string pointer;  // where the value is put; "-" at its end appends to an array
  json value;           // discarded = the member is removed
  std::string message;
};

const json kRemoved(json::value_t::discarded);

std::string complaint(const Lie& lie) {
  json manifest = valid_manifest();
  const json::json_pointer place(lie.pointer);
  if (lie.value.is_discarded()) {
    manifest[place.parent_pointer()].erase(place.back());
  } else {
    manifest[place] = lie.value;
  }
  return complaint(manifest.dump());
}

}  // namespace

TEST_CASE("a manifest without a lie is read") {
  CHECK(complaint(valid_manifest().dump()).empty());
}

TEST_CASE("the values of a record are checked, and the message has the place") {
  const auto lie = GENERATE(values<Lie>({
      {"/version", 2, "/version: is 2, this program knows 1. Use a newer zoo."},
      {"/version", "1", "/version: is of type string, expected an integer"},
      {"/weights", json::object(), "/weights: is of type object, expected an array"},
      {"/weights/0", 3, "/weights/0: is of type number, expected an object"},
      {"/weights/0/name", "resnet18",
       "/weights/0/name: 'resnet18' is not of the form 'arch.tag' (tag: a-z, 0-9, _)"},
      {"/weights/0/name", "resnet18.",
       "/weights/0/name: 'resnet18.' is not of the form 'arch.tag' (tag: a-z, 0-9, _)"},
      {"/weights/0/name", "resnet18.a/b",
       "/weights/0/name: 'resnet18.a/b' is not of the form 'arch.tag' (tag: a-z, 0-9, _)"},
      {"/weights/0/name", "resnet188.tv_in1k",
       "/weights/0/name: unknown architecture 'resnet188'. Did you mean 'resnet18' or 'resnet18d'? 'zoo list "
       "--archs' shows all names."},
      {"/weights/0/source", "torchvison",
       "/weights/0/source: 'torchvison' is not in sources. Did you mean 'torchvision'? Known: torchvision."},
      {"/weights/0/dataset", "",
       "/weights/0/dataset: is empty. Leave the member out where there is nothing to say."},
      {"/weights/0/num_classes", 0, "/weights/0/num_classes: is 0, expected 1 to 1000000"},
      {"/weights/0/num_classes", 2.5, "/weights/0/num_classes: is of type number, expected an integer"},
      {"/weights/1/num_classes", 3, "/weights/1/labels: 'two' has 2 classes, num_classes is 3"},
      {"/weights/1/num_classes", nullptr, "/weights/1/labels: 'two' has 2 classes, num_classes is null"},
      {"/weights/1/labels", "three", "/weights/1/labels: 'three' is not in label_sets. Known: two."},
      {"/weights/0/files", json::array(), "/weights/0/files: is empty, expected one file or more"},
      {"/weights/0/preprocess", "fancy",
       "/weights/0/preprocess: 'fancy' is not in preprocess. Known: plain."},
      {"/weights/0/params", 0, "/weights/0/params: is 0, expected 1 or more"},
      {"/weights/0/params", 18446744073709551615U,
       "/weights/0/params: is 18446744073709551615, expected 1 or more"},
      {"/weights/0/default", "yes", "/weights/0/default: is of type string, expected true or false"},
      {"/weights/0/log_urls", "x", "/weights/0/log_urls: is of type string, expected an array"},
      {"/weights/0/notes", 1, "/weights/0/notes: is of type number, expected a string"},
      {"/weights/0/published_gmacs", -1,
       "/weights/0/published_gmacs: is -1, expected more than 0.0 and at most 1000000.0"},
      {"/weights/1/metrics/0/top1", 101,
       "/weights/1/metrics/0/top1: is 101, expected more than 0.0 and at most 100.0"},
      {"/weights/1/metrics/0/top5", "99", "/weights/1/metrics/0/top5: is of type string, expected a number"},
  }));
  CHECK(complaint(lie) == lie.message);
}

TEST_CASE("a file's hashes, name and URLs are checked") {
  const std::string file = "/weights/0/files/0";
  const auto lie = GENERATE_REF(values<Lie>({
      {file + "/sha256", "0123456789ab",
       file + "/sha256: 12 hex digits, expected 64. Paste the output of 'sha256sum <file>'."},
      {file + "/sha256", std::string(64, 'A'),
       file + "/sha256: '" + std::string(64, 'A') +
           "' is not hexadecimal (0-9, a-f). Paste the output of 'sha256sum <file>'."},
      {file + "/sha256", kSha256, file + "/sha256_prefix: '0123abcd' is not how sha256 begins"},
      {file + "/sha256_prefix", "0123",
       file + "/sha256_prefix: 4 hex digits, expected 8 to 63. Paste what the publisher's file name says."},
      {file + "/bytes", 0, file + "/bytes: is 0, expected 1 or more"},
      {file + "/name", "../a.pth",
       file + "/name: '../a.pth' cannot be a file name. Use up to 200 letters, digits and . _ - +, not a dot "
              "first."},
      {file + "/name", ".pth",
       file + "/name: '.pth' cannot be a file name. Use up to 200 letters, digits and . _ - +, not a dot "
              "first."},
      {file + "/urls", json::array(), file + "/urls: is empty, expected one URL or more"},
      {file + "/urls/0", "ftp://example.org/a.pth",
       file + "/urls/0: scheme 'ftp', expected https, http, file or a path beside the manifest"},
      {file + "/urls/0", "../a.pth",
       file + "/urls/0: '../a.pth' is not the name of a file inside the manifest's folder"},
      {file + "/urls/0", "x/../../a.pth",
       file + "/urls/0: 'x/../../a.pth' is not the name of a file inside the manifest's folder"},
      {file + "/urls/0", "/etc/passwd",
       file + "/urls/0: '/etc/passwd' is not the name of a file inside the manifest's folder"},
      {file + "/urls/0", "weights/",
       file + "/urls/0: 'weights/' is not the name of a file inside the manifest's folder"},
      {"/label_sets/two/file", "../two.txt",
       "/label_sets/two/file: '../two.txt' is not the name of a file inside the manifest's folder"},
  }));
  CHECK(complaint(lie) == lie.message);
}

TEST_CASE("preprocessing is checked, named or in the record") {
  json inline_preprocess = valid_manifest()["preprocess"]["plain"];
  inline_preprocess["resize"] = "none";
  const std::string plain = "/preprocess/plain";
  const auto lie = GENERATE_REF(values<Lie>({
      {plain + "/resize", "long edge",
       plain + "/resize: unknown resize mode 'long edge'. Possible: none, short_edge, long_edge, square, "
               "crop_first."},
      {plain + "/resize", "none", plain + ": resize_px belongs to every resize but 'none'"},
      {plain + "/resize_px", kRemoved, plain + ": resize_px belongs to every resize but 'none'"},
      {plain + "/crop_px", -1, plain + "/crop_px: is -1, expected 0 to 16384"},
      {plain + "/interpolation", "sinc",
       plain + "/interpolation: unknown interpolation 'sinc'. Possible: nearest, box, bilinear, hamming, "
               "bicubic, lanczos, area."},
      {plain + "/interpolation", "area", plain + "/interpolation: the backend 'pillow' has no 'area'"},
      {plain + "/crop_offset", "round",
       plain + "/crop_offset: unknown crop offset 'round'. Possible: half_even, floor."},
      {plain + "/value_range", 2, plain + "/value_range: is 2, expected 1 or 255"},
      {plain + "/value_range", 256, plain + "/value_range: is 256, expected 1 to 255"},
      {plain + "/fill", json{1, 2}, plain + "/fill: 2 numbers, expected 3"},
      {plain + "/fill", json{1, 256, 2}, plain + "/fill/1: is 256, expected 0 to 255"},
      {plain + "/mean", json{0.5, 0.5}, plain + "/mean: 2 numbers, expected 3"},
      {plain + "/mean/1", 123.675, plain + "/mean/1: is 123.675, expected more than -1.0 and at most 1.0"},
      {plain + "/std/2", 0, plain + "/std/2: is 0, expected more than 0.0 and at most 1.0"},
      {"/weights/0/preprocess", inline_preprocess,
       "/weights/0/preprocess: resize_px belongs to every resize but 'none'"},
  }));
  CHECK(complaint(lie) == lie.message);
}

TEST_CASE("members that the schema does not know, or misses, are refused") {
  const auto lie = GENERATE(values<Lie>({
      {"/weights/0/files/0/sha265", "x",
       "/weights/0/files/0/sha265: unknown member. Did you mean 'sha256'? Known here: urls, name, layout, "
       "sha256, "
       "sha256_prefix, bytes, format."},
      {"/comment", "x",
       "/comment: unknown member. Known here: version, sources, label_sets, preprocess, weights."},
      {"/sources/torchvision/a~1b", "x",
       "/sources/torchvision/a~1b: unknown member. Known here: license, origin."},
      {"/version", kRemoved, " no member 'version'"},
      {"/weights/0/num_classes", kRemoved, "/weights/0: no member 'num_classes'"},
      {"/weights/0/files/0/layout", kRemoved, "/weights/0/files/0: no member 'layout'"},
  }));
  CHECK(complaint(lie) == lie.message);
}

TEST_CASE("no two records share a name, an alias, a file or a URL") {
  const auto lie = GENERATE(values<Lie>({
      {"/weights/1/name", "resnet18.tv_in1k",
       "/weights/1/name: name 'resnet18.tv_in1k' is already at /weights/0/name"},
      {"/weights/1/aliases/0", "ResNet18_Weights.DEFAULT",
       "/weights/1/aliases/0: name 'ResNet18_Weights.DEFAULT' is already at /weights/0/aliases/0"},
      {"/weights/1/aliases/0", "resnet50",
       "/weights/1/aliases/0: name 'resnet50' is already at the architectures"},
      {"/weights/1/files/0/name", "a.pth",
       "/weights/1/files/0/name: file 'a.pth' is already at /weights/0/files/0/name"},
      {"/weights/1/files/0/urls/0", "https://example.org/a.pth",
       "/weights/1/files/0/urls/0: URL 'https://example.org/a.pth' is already at /weights/0/files/0/urls/0"},
      {"/weights/1/pretrained_from", "resnet18.other",
       "/weights/1/pretrained_from: 'resnet18.other' is neither a record nor a URL"},
      {"/weights/1/default", true,
       "/weights/1/default: architecture 'resnet18' already has the default /weights/0"},
      {"/weights/0/default", false,
       "/weights/0: architecture 'resnet18' has no default. Put \"default\": true into one of its records."},
  }));
  CHECK(complaint(lie) == lie.message);
}

TEST_CASE("what is not JSON, or has a member twice, is refused") {
  CHECK(complaint("").starts_with(" is not JSON: parse error at line 1, column 1"));
  CHECK(complaint("{\n \"version\": 1,\n}").starts_with(" is not JSON: parse error at line 3, column 1"));
  CHECK(complaint("{\"version\": 1e999}").starts_with(" is not JSON: "));
  CHECK(complaint("\xff\xfd").starts_with(" is not JSON: "));
  CHECK(complaint(std::string(100'000, '[')).starts_with(" is not JSON: "));
  CHECK(complaint("{\"version\": 1, \"version\": 1}") == " member 'version' is there twice in one object");
  CHECK(complaint("[]") == " is of type array, expected an object");
  CHECK(complaint("null") == " is of type null, expected an object");
}

TEST_CASE("a missing manifest is not found") {
  const test::TemporaryFolder folder;
  ZOO_CHECK_ERROR(Manifest::load(folder / "none.json"), ErrorCode::not_found,
                  (folder / "none.json").string() + ": no such file");
}
