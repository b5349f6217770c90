#include "zoo/base/sha256.h"

#include <string_view>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"

using namespace zoo;

namespace {

std::string hash_of(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

}  // namespace

TEST_CASE("SHA-256 gives the numbers of FIPS 180-4") {
  CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("hashing in pieces gives the same as at once") {
  Sha256 hash;
  for (const std::string_view piece : {"a", "", "bc"}) hash.update(std::as_bytes(std::span(piece)));
  CHECK(hash.hex() == hash_of("abc"));
}

TEST_CASE("a file's hash is that of its bytes") {
  const test::TemporaryFolder folder;
  write_text(folder / "abc", "abc");
  write_text(folder / "empty", "");
  CHECK(sha256_file(folder / "abc") == hash_of("abc"));
  CHECK(sha256_file(folder / "empty") == hash_of(""));
  for (const size_t size : {(2 << 20) - 1, 2 << 20, (2 << 20) + 1, 5 << 20}) {  // blocks have 2 MiB
    std::string text(size, 'x');
    for (size_t i = 0; i < size; i += 4096) text[i] = static_cast<char>('a' + i / 4096 % 26);
    write_text(folder / "long", text);
    CHECK(sha256_file(folder / "long") == hash_of(text));
  }
  ZOO_CHECK_ERROR(sha256_file(folder / "none"), ErrorCode::not_found,
                  (folder / "none").string() + ": no such file");
}
