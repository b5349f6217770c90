// The file that the Python package's save_file writes for the same tensors, byte for byte.
#include <algorithm>
#include <set>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/json_string.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/safetensors/safetensors_dtype.h"

namespace zoo {
namespace {

constexpr size_t kAlignment = 8;  // of the header's end, so that every tensor is aligned to its element

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, {}, what);
}

std::string make_header(const std::vector<const NamedTensor*>& tensors,
                        std::map<std::string, std::string> metadata) {
  metadata["format"] = "pt";
  std::string text = "{\"__metadata__\":{";
  for (const auto& [key, value] : metadata) {
    if (text.back() != '{') text += ',';
    text += json_string(key) + ':' + json_string(value);
  }
  text += '}';
  std::set<std::string_view> names{"__metadata__"};
  int64_t offset = 0;
  for (const NamedTensor* named : tensors) {
    const auto& [name, tensor] = *named;
    if (!names.insert(name).second) refuse("two tensors are called '" + name + "'");
    const int64_t end = offset + tensor.bytes();
    std::string shape;
    for (const int64_t size : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(size);
    text += "," + json_string(name) + ":{\"dtype\":" + json_string(safetensors_dtype(tensor.dtype, name)) +
            ",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(offset) + "," +
            std::to_string(end) + "]}";
    offset = end;
  }
  text += '}';
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const NamedTensor*> ordered;
  for (const NamedTensor& tensor : tensors) {
    safetensors_dtype(tensor.tensor.dtype, tensor.name);
    if (!is_utf8(tensor.name)) refuse("a tensor's name is not UTF-8");
    ordered.push_back(&tensor);
  }
  for (const auto& [key, value] : metadata) {
    if (!is_utf8(key) || !is_utf8(value)) refuse("the metadata is not UTF-8");
  }
  std::sort(ordered.begin(), ordered.end(), [](const NamedTensor* a, const NamedTensor* b) {
    const int left = safetensors_rank(a->tensor.dtype), right = safetensors_rank(b->tensor.dtype);
    return left != right ? left < right : a->name < b->name;
  });

  const std::string header = make_header(ordered, metadata);
  const uint64_t size = header.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&size, 1)));
  file.write(header);
  std::vector<std::byte> buffer;
  for (const NamedTensor* named : ordered) file.write(named->tensor.row_major_bytes(buffer));
  file.commit();
}

}  // namespace zoo
