// Small valid files with random bytes changed, cut or repeated: each opens or throws zoo::Error, and all that
// opened can be copied. Most useful with sanitizers.
#include <catch2/catch.hpp>
#include <random>

#include "tests/checkpoint/forge.h"
#include "zoo/base/error.h"

namespace zoo::test {
namespace {

constexpr int kRounds = 4000;  // a file; seconds for all, with sanitizers
constexpr int64_t kMaxCopy = 1 << 20;

std::string rich_object() {
  const std::string counter = tensor({.shape = "\x29"s, .strides = ")"});
  return dict({{text("state_dict"), global("collections", "OrderedDict") + ")R(" + text("w") + tensor() +
                                        text("t") + tensor({.strides = tuple({number(1), number(2)})}) +
                                        text("n") + counter + "u"},
               {text("args"), global("argparse", "Namespace") + ")\x81" +
                                  dict({{text("lr"), "G\x3f\xf8\0\0\0\0\0\0"s}}) + "b"},
               {text("list"), "](K\x01M\x02\x03J\xff\xff\xff\xff\x88N)e"},
               {text("epoch"),
                "K\x01q\x05"
                "0h\x05"}});
}

std::vector<std::string> seeds() {
  const std::string object = pickle(rich_object());
  const std::vector<ZipItem> items{
      {"a/data.pkl", object}, {"a/byteorder", "little"}, {"a/data/0", four_floats()}};
  // Most mutations break a checksum, which hides what lies behind: all but the first are written without.
  return {zip(items),
          zip(items, {.checksums = false}),
          zip({{"a/data.pkl", object, true}, {"a/data/0", four_floats(), true}},
              {.descriptors = false, .checksums = false}),
          zip({{"a/data.pkl", object}, {"a/data/0", four_floats()}},
              {.descriptors = false, .zip64 = true, .checksums = false}),
          legacy({.object = rich_object()}),
          safetensors(
              R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
              R"("b":{"dtype":"I64","shape":[],"data_offsets":[16,24]}})",
              four_floats() + four_floats().substr(8))};
}

void mutate(std::string& file, std::mt19937& random) {
  const auto below = [&](size_t limit) { return limit == 0 ? 0 : random() % limit; };
  const int changes = 1 + static_cast<int>(below(3));
  for (int i = 0; i < changes && !file.empty(); ++i) {
    const size_t at = below(file.size());
    switch (below(8)) {
      case 0:
        file.resize(at);
        break;
      case 1:
        file.erase(at, below(9));
        break;
      case 2:
        file.insert(at, file.substr(below(file.size()), below(40)));
        break;
      case 3:
        file[at] = static_cast<char>(0xFF);
        break;
      case 4:
        file[at] = 0;
        break;
      case 5:
        file[at] = static_cast<char>(file[at] ^ 1 << below(8));
        break;
      default:
        file[at] = static_cast<char>(below(256));
    }
  }
}

void use(const Checkpoint& checkpoint) {
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (tensor.bytes() > kMaxCopy) continue;
    std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
    tensor.copy_to(bytes.data());
  }
  find_state_dict(checkpoint);
}

}  // namespace

TEST_CASE("a damaged file opens or throws zoo::Error") {
  std::mt19937 random(20240613);
  const auto originals = seeds();
  for (const std::string& original : originals) use(read_bytes(original));
  int opened = 0, refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string& original : originals) {
      std::string file = original;
      mutate(file, random);
      const OpenOptions options{.check_crc = round % 4 == 0, .allow_truncated = round % 2 == 0};
      try {
        use(read_bytes(file, options));
        ++opened;
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  CHECK(opened > kRounds / 10);
  CHECK(refused > kRounds);
}

}  // namespace zoo::test
