#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo::fuzz {
namespace {

constexpr size_t kMaxMessage = 4000;
constexpr int64_t kMaxCopies = 1 << 20;  // bytes of one input

std::vector<std::byte> contiguous_bytes(const TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  return bytes;
}

}  // namespace

void require(bool holds, const char* what, const std::string& about) {
  if (holds) return;
  std::fprintf(stderr, "%s %s\n", what, about.c_str());
  std::abort();
}

void attempt(const std::function<void()>& action, std::initializer_list<ErrorCode> blame) {
  try {
    action();
  } catch (const Error& error) {
    const std::string message = error.what();
    const bool is_shown = std::none_of(message.begin(), message.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F;
    });
    require(is_utf8(message) && is_shown && message.size() <= kMaxMessage, "a bad message:", message);
    require(std::ranges::find(blame, error.code()) != blame.end(), "not the input is blamed:", message);
  }
}

void copy_tensors(const std::vector<NamedTensor>& tensors) {
  int64_t room = kMaxCopies;
  std::vector<NamedTensor> chosen;
  for (const NamedTensor& tensor : tensors) {
    if (tensor.tensor.bytes() > room) continue;
    room -= tensor.tensor.bytes();
    chosen.push_back(tensor);
  }
  const std::vector<NamedTensor> copies = owned_copies(chosen);
  for (size_t i = 0; i < copies.size(); ++i) {
    const TensorView &original = chosen[i].tensor, &copy = copies[i].tensor;
    require(copy.is_contiguous() && copy.shape == original.shape && copy.dtype == original.dtype &&
                contiguous_bytes(copy) == contiguous_bytes(original),
            "a copy is not what it was copied from:", chosen[i].name);
  }
}

void attempt_reader(Reader reader, ByteSpan bytes) {
  for (const bool strict : {true, false}) {
    attempt([&] {
      const Contents contents = reader({bytes, nullptr}, {.check_crc = strict, .allow_truncated = !strict});
      std::vector<NamedTensor> tensors;
      flatten(contents.root, "", tensors);
      copy_tensors(tensors);
    });
  }
}

}  // namespace zoo::fuzz
