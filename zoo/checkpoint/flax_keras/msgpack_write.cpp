// The file that Flax's msgpack_serialize makes of the same tree. References: the MessagePack specification;
// flax 0.8, serialization.py.
#include <array>
#include <bit>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/checkpoint.h"

namespace zoo {
namespace {

constexpr uint8_t kMap = 0x80, kMap16 = 0xde, kList = 0x90, kString = 0xa0, kString8 = 0xd9, kBytes8 = 0xc4,
                  kExtension8 = 0xc7, kFixedExtension = 0xd4;
constexpr uint8_t kUint8 = 0xcc;
constexpr uint8_t kArray = 1;                  // Flax's extension type
constexpr int64_t kMaxArrayBytes = 1LL << 30;  // Flax parts larger ones

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::unsupported, name, what);
}

// A level of the nested maps, in the order of first mention.
struct Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> members;
  const NamedTensor* array = nullptr;

  Node& member(std::string_view name) {
    for (auto& [known, node] : members) {
      if (known == name) return *node;
    }
    return *members.emplace_back(name, std::make_unique<Node>()).second;
  }
};

Node make_tree(const std::vector<NamedTensor>& tensors) {
  Node root;
  for (const NamedTensor& named : tensors) {
    if (!is_utf8(named.name)) refuse("a tensor", "its name is not UTF-8");
    Node* node = &root;
    for (std::string_view rest = named.name;;) {
      const size_t dot = rest.find('.');
      node = &node->member(rest.substr(0, dot));
      if (node->array != nullptr || dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
    if (node->array != nullptr || !node->members.empty())
      throw Error(ErrorCode::usage, named.name, "is a tensor and a map of tensors, or occurs twice");
    node->array = &named;
  }
  return root;
}

std::string big_endian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

// `first` is the code with a length of one byte, the two after it have two and four.
std::string sized(uint8_t first, uint64_t size) {
  const int step = size <= 0xff ? 0 : size <= 0xffff ? 1 : 2;
  return static_cast<char>(first + step) + big_endian(size, 1 << step);
}

std::string text_of(std::string_view text) {
  const std::string head = text.size() < 32 ? std::string(1, static_cast<char>(kString | text.size()))
                                            : sized(kString8, text.size());
  return head + std::string(text);
}

std::string map_head(uint64_t count) {
  if (count < 16) return {static_cast<char>(kMap | count)};
  const int step = count <= 0xffff ? 0 : 1;
  return static_cast<char>(kMap16 + step) + big_endian(count, 2 << step);
}

std::string number_of(uint64_t number) {
  if (number < 0x80) return {static_cast<char>(number)};
  const int step = number <= 0xff ? 0 : number <= 0xffff ? 1 : number <= 0xffffffff ? 2 : 3;
  return static_cast<char>(kUint8 + step) + big_endian(number, 1 << step);
}

// All of an array but its bytes: the extension's head, [shape, dtype's name, the head of the bytes.
std::string array_head(const TensorView& tensor, const std::string& name) {
  if (tensor.quantizer) refuse(name, "is quantized, which Flax's files cannot hold");
  if (tensor.bytes() > kMaxArrayBytes) refuse(name, "has more than 2^30 bytes");
  const auto rank = tensor.shape.size();
  if (rank > 15) refuse(name, "has more than 15 axes");
  std::string shape(1, static_cast<char>(kList | rank));
  for (const int64_t size : tensor.shape) shape += number_of(static_cast<uint64_t>(size));
  const auto bytes = static_cast<uint64_t>(tensor.bytes());
  const std::string inner = std::string(1, static_cast<char>(kList | 3)) + shape +
                            text_of(to_string(tensor.dtype)) + sized(kBytes8, bytes);
  const uint64_t payload = inner.size() + bytes;
  const bool fixed = payload <= 16 && std::has_single_bit(payload);
  const std::string head =
      fixed ? std::string(1, static_cast<char>(kFixedExtension + std::countr_zero(payload)))
            : sized(kExtension8, payload);
  return head + static_cast<char>(kArray) + inner;
}

class Writer {
 public:
  explicit Writer(AtomicFile& file) : file_(file) {}

  void write(const Node& node) {
    if (node.array != nullptr) {
      file_.write(array_head(node.array->tensor, node.array->name));
      file_.write(node.array->tensor.row_major_bytes(buffer_));
      return;
    }
    file_.write(map_head(node.members.size()));
    for (const auto& [key, member] : node.members) {
      file_.write(text_of(key));
      write(*member);
    }
  }

 private:
  AtomicFile& file_;
  std::vector<std::byte> buffer_;
};

}  // namespace

void write_msgpack(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors) {
  const Node root = make_tree(tensors);
  AtomicFile file(path);
  Writer(file).write(root);
  file.commit();
}

}  // namespace zoo
