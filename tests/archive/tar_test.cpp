// torch 0.1's tar files, honest and lying.
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/checkpoint/forge.h"
#include "zoo/base/error.h"

namespace zoo::test {
namespace {

std::string octal(uint64_t value, int digits) {
  char field[32];
  std::snprintf(field, sizeof(field), "%0*llo", digits, static_cast<unsigned long long>(value));
  return field;
}

// Puts the checksum into the header that the file begins with.
std::string summed(std::string file) {
  file.replace(148, 8, "        ");
  const int sum = std::accumulate(file.begin(), file.begin() + 512, 0,
                                  [](int total, char c) { return total + static_cast<unsigned char>(c); });
  return file.replace(148, 8, octal(static_cast<uint64_t>(sum), 6) + "\0 "s);
}

std::string tar_member(const std::string& name, const std::string& data, char type = '0',
                       const std::string& folder = {}) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(124, 11, octal(data.size(), 11));
  header[156] = type;
  header.replace(257, 8, "ustar\00000"s);
  header.replace(345, folder.size(), folder);
  return summed(header) + data + std::string((512 - data.size() % 512) % 512, '\0');
}

struct Tar {
  std::string little_endian = "\x88"s;
  // One storage, 11, of four floats; 12 is a view of its last two; tensor 21 is [2, 2] of 11, 22 is [2]
  // of 12.
  std::string storages = pickle(number(1)) +
                         pickle(tuple({number(11), text("cpu"), global("torch", "FloatStorage")})) +
                         le<int64_t>(4) + four_floats();
  std::string views = pickle("](" + tuple({number(12), number(11), number(2), number(2)}) + "e");
  std::string tensor_type = "FloatTensor";
  int64_t storage_id = 11;
  int32_t dims = 2;
  std::vector<int64_t> numbers{2, 2, 2, 1, 0};  // shape, strides, offset
  std::string object = dict({{text("w"), text("21") + "Q"},
                             {text("v"), global("torch.nn.parameter", "Parameter") + ")\x81" +
                                             tuple({text("22") + "Q", "N", "N", "\x88"s, "\x89"s}) + "b"}});
  std::string prefix = "";  // of the members' names
};

std::string make_tar(const Tar& parts = {}) {
  std::string tensors =
      pickle(number(2)) +
      pickle(tuple({number(21), number(parts.storage_id), global("torch", parts.tensor_type)})) +
      le(parts.dims) + le<int32_t>(0);
  for (const int64_t value : parts.numbers) tensors += le(value);
  tensors += pickle(tuple({number(22), number(12), global("torch", "FloatTensor")})) + le<int64_t>(1) +
             le<int64_t>(2) + le<int64_t>(1) + le<int64_t>(0);
  return tar_member(parts.prefix + "sys_info", pickle(dict({{text("little_endian"), parts.little_endian}}))) +
         tar_member("PaxHeader", "13 mtime=1.5\n", 'x') +
         tar_member(parts.prefix + "pickle", pickle(parts.object)) +
         tar_member(parts.prefix + "tensors", tensors) +
         tar_member(parts.prefix + "storages", parts.storages + parts.views) + std::string(1024, '\0');
}

}  // namespace

TEST_CASE("a tar file of torch 0.1 opens: tensors, parameters, views of storages") {
  const auto prefix = GENERATE(""s, "./"s);
  const auto checkpoint = read_bytes(make_tar({.prefix = prefix}));
  CHECK(checkpoint.format() == Format::tar);
  REQUIRE(checkpoint.tensors().size() == 2);
  const auto& [name, whole] = checkpoint.tensors()[0];
  CHECK(name == "w");
  CHECK(whole.shape == std::vector<int64_t>{2, 2});
  CHECK(floats(whole) == std::vector<float>{1, 2, 3, 4});
  const TensorView& view = checkpoint.tensors()[1].tensor;
  CHECK(checkpoint.tensors()[1].name == "v");
  CHECK(floats(view) == std::vector<float>{3, 4});
  CHECK(view.offset == 2);
  CHECK(view.storage_key == whole.storage_key);
  CHECK(checkpoint.globals() == std::set<Global>{{"torch", "FloatStorage"},
                                                 {"torch", "FloatTensor"},
                                                 {"torch.nn.parameter", "Parameter"}});
}

TEST_CASE("a tar file that lies is refused") {
  const auto [tar, part] = GENERATE(table<Tar, std::string>({
      {{.little_endian = "\x89"s}, "big-endian"},
      {{.storages = pickle(number(2))}, "no tuple of 3"},
      {{.storages = pickle(number(-1))}, "number of storages"},
      {{.storages = pickle(number(1'000'000'000))}, "number of storages"},
      {{.storages = pickle(number(1)) +
                    pickle(tuple({number(11), text("cpu"), global("torch", "FloatStorage")})) +
                    le<int64_t>(-1)},
       "-1 elements"},
      {{.storages = pickle(number(1)) +
                    pickle(tuple({number(11), text("cpu"), global("torch", "FloatStorage")})) +
                    le(INT64_MAX)},
       "elements"},
      {{.storages = pickle(number(1)) +
                    pickle(tuple({number(11), text("cpu"), global("torch", "FloatStorage")})) +
                    le<int64_t>(500)},
       "wants 2000 bytes"},
      {{.storages = pickle(number(1)) + pickle(tuple({number(11), text("cpu"), global("os", "system")})) +
                    le<int64_t>(0)},
       "'os.system'"},
      {{.views = pickle("](" + tuple({number(12), number(9), number(2), number(2)}) + "e")}, "not there"},
      {{.views = pickle("](" + tuple({number(12), number(11), number(3), number(2)}) + "e")},
       "exceeds storage 11"},
      {{.views = pickle("]") + "x"}, "1 bytes follow"},
      {{.tensor_type = "HalfTensor"}, "another dtype"},
      {{.tensor_type = "FloatThing"}, "FloatThing"},
      {{.storage_id = 99}, "storage 99 is not in the file"},
      {{.dims = 65}, "65 dimensions"},
      {{.dims = -1}, "-1 dimensions"},
      {{.numbers = {2, -2, 2, 1, 0}}, "negative size"},
      {{.numbers = {2, 2, 2, 1, 1}}, "exceeds its storage"},
      {{.numbers = {2, 2, 2, 1, -1}}, "negative offset"},
      {{.numbers = {1 << 30, 1 << 30, 0, 0, 0}}, "repeats a storage"},
      {{.object = text("23") + "Q"}, "a tensor that is not in the file"},
  }));
  CHECK_THAT(error_of(make_tar(tar)), Catch::StartsWith("forged: ") && Catch::Contains(part));
}

TEST_CASE("what any of a tar file's pickles names is listed") {
  const std::string call = global("os", "system") + tuple({text("echo")}) + "R0";
  Tar tar;
  SECTION("the storages'") {
    tar.storages = pickle(call + number(1)) + tar.storages.substr(pickle(number(1)).size());
  }
  SECTION("the views'") {
    tar.views = pickle(call + "](" + tuple({number(12), number(11), number(2), number(2)}) + "e");
  }
  SECTION("the system's") {
    tar.little_endian = call + "\x88";
  }
  const auto checkpoint = read_bytes(make_tar(tar));
  CHECK(checkpoint.tensors().size() == 2);
  CHECK(checkpoint.globals().contains({"os", "system"}));
}

TEST_CASE("a tar file of which Python's tarfile reads something else is refused") {
  const auto [member, part] = GENERATE(table<std::string, std::string>({
      {tar_member("storages", "x"), "the name 'storages', which another member has too"},
      {tar_member("./pickle", "x"), "the name 'pickle', which another member has too"},
      {tar_member("PaxHeader", "17 path=storages\n", 'x'), "the pax record 'path'"},
      {tar_member("PaxHeader", "10 size=5\n", 'g'), "the pax record 'size'"},
      {tar_member("PaxHeader", "999 mtime=1.5\n", 'x'), "a damaged pax record"},
      {tar_member("././@LongLink", "storages", 'L'), "a kind that torch does not write"},
      {tar_member("storages", "", '1'), "a kind that torch does not write"},
      {tar_member("folder", "x", '5'), "a kind that torch does not write"},
      {tar_member("folder/", "x", '\0'), "a kind that torch does not write"},
      {tar_member("other", "x", '0', "folder"), "a kind that torch does not write"},
      {std::string(1, '\0') + tar_member("x", "x").substr(1), "a wrong checksum"},
  }));
  CHECK_THAT(error_of(member + make_tar()), Catch::StartsWith("forged: ") && Catch::Contains(part));
}

TEST_CASE("a tar file is known by its checksum, as Python's tarfile knows it") {
  std::string old = make_tar();
  old.replace(257, 8, std::string(8, '\0'));  // before "ustar" was
  CHECK(read_bytes(summed(old)).tensors().size() == 2);
}

TEST_CASE("a file of another format that is a tar file to Python is refused") {
  const std::string pad(1000, ' ');
  std::string file =
      GENERATE_COPY(legacy({.system = dict({{text("little_endian"), "\x88"s}, {text("pad"), text(pad)}})}),
                    safetensors("{" + pad + "}", ""));
  REQUIRE(read_bytes(file).path() == "forged");
  const std::string sum = GENERATE("unsigned"s, "signed"s, "base 256"s, "spaced"s);
  const auto total = [&](auto one) {
    file.replace(148, 8, "        ");
    return std::accumulate(file.begin(), file.begin() + 512, 0,
                           [](int all, char c) { return all + static_cast<decltype(one)>(c); });
  };
  const int unsigned_sum = total(static_cast<unsigned char>(0)),
            signed_sum = total(static_cast<signed char>(0));
  if (sum == "unsigned") file.replace(148, 8, octal(static_cast<uint64_t>(unsigned_sum), 7) + "\0"s);
  if (sum == "signed") file.replace(148, 8, octal(static_cast<uint64_t>(signed_sum), 7) + "\0"s);
  if (sum == "spaced") file.replace(148, 8, "\t+" + octal(static_cast<uint64_t>(unsigned_sum), 5) + "\n");
  if (sum == "base 256") {
    file.replace(148, 8,
                 "\x80\0\0\0\0\0"s + static_cast<char>(unsigned_sum >> 8) + static_cast<char>(unsigned_sum));
  }
  CHECK_THAT(error_of(file), Catch::Contains("two readings"));
}

TEST_CASE("a tar file that is cut off lists its tensors") {
  const std::string whole = make_tar();
  const std::string file = whole.substr(0, whole.size() - 1024 - 500);  // within the storages
  CHECK_THAT(error_of(file), Catch::Contains("cut off"));
  const auto checkpoint = read_bytes(file, {.allow_truncated = true});
  CHECK_THAT(checkpoint.truncation(), Catch::Contains("cut off"));
  REQUIRE(checkpoint.tensors().size() == 2);
  CHECK(checkpoint.tensors()[0].tensor.shape == std::vector<int64_t>{2, 2});
  CHECK_THROWS_AS(floats(checkpoint.tensors()[0].tensor), Error);
}

TEST_CASE("a tar archive that torch did not write says what it holds") {
  CHECK_THAT(error_of(tar_member("net/model.pth", "x") + std::string(1024, '\0')),
             Catch::Contains("'net/model.pth'") && Catch::Contains("tar xf"));
  std::string damaged = make_tar();
  damaged[0] = 'z';
  CHECK_THAT(error_of(damaged), Catch::Contains("byte 0 has a wrong checksum"));
  damaged = make_tar();
  damaged[124] = '9';
  CHECK_THAT(error_of(damaged), Catch::Contains("tar header at byte 0"));
}

}  // namespace zoo::test
