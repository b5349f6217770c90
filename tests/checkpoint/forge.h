// Builds checkpoint files byte by byte, honest or lying, so that a test can tell one lie at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo::test {

using std::string_literals::operator""s;

template <class T>
std::string le(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// Overwrites bytes at `at`.
template <class T>
void poke(std::string& file, size_t at, T value) {
  std::memcpy(file.data() + at, &value, sizeof(T));
}

// Reads bytes as if they were a file called "forged".
Checkpoint read_bytes(const std::string& bytes, const OpenOptions& options = {});
// What the error says; "" and a failed check where there is none.
std::string error_of(const std::function<void()>& action);
std::string error_of(const std::string& bytes);

// A float32 tensor's elements.
std::vector<float> floats(const TensorView& tensor);

// --- Pickles, protocol 2 ---
std::string text(std::string_view value);  // BINUNICODE
std::string number(int64_t value);         // LONG1
std::string tuple(const std::vector<std::string>& items);
std::string dict(const std::vector<std::pair<std::string, std::string>>& members);
std::string global(std::string_view module, std::string_view name);
std::string pickle(const std::string& body);  // PROTO body STOP

struct Tensor {
  std::string key = "0";
  std::string storage_class = "FloatStorage";
  int64_t storage_size = 4;  // elements
  std::string offset = number(0);
  std::string shape = tuple({number(2), number(2)});
  std::string strides = tuple({number(2), number(1)});
  std::string view = {};  // legacy files: a storage view
};
// torch._utils._rebuild_tensor_v2(...)
std::string tensor(const Tensor& options = {});

// --- Zip ---
struct ZipItem {
  std::string name, data;
  bool deflate = false;
};
struct ZipOptions {
  bool descriptors = true;  // sizes follow the data, as torch writes
  bool zip64 = false;
  bool checksums = true;  // else zeros
};
std::string zip(const std::vector<ZipItem>& items, const ZipOptions& options = {});
// A torch zip file whose object is `body` and whose storage "0" is 1, 2, 3, 4 in float32.
std::string torch_zip(const std::string& body = dict({{text("w"), tensor()}}));
std::string four_floats();

// --- Legacy ---
struct Legacy {
  std::string magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"s;
  std::string version = number(1001);
  std::string system = dict({{text("little_endian"), "\x88"s}});
  std::string object = dict({{text("w"), tensor()}});
  std::string keys = "]" + text("0") + "a";
  std::string storages = le<int64_t>(4) + four_floats();
};
std::string legacy(const Legacy& parts = {});

// --- safetensors ---
std::string safetensors(const std::string& header, const std::string& data);

}  // namespace zoo::test
