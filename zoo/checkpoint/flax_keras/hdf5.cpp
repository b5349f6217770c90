// Keras's weight files: HDF5, whose arrays lie in the file as they are. libhdf5 says where. Reference: HDF5
// File Format Specification 3.0.
#include <nlohmann/json.hpp>
#include <string>

#include "zoo/base/error.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/flax_keras/hdf5_index.h"
#include "zoo/checkpoint/flax_keras/isolated.h"

namespace zoo {
namespace {

using Json = nlohmann::json;  // in the order of names, as libhdf5 lists them

// libhdf5 refuses a file that is cut off without saying so. Every superblock tells where the file ends.
void check_end(ByteSpan file) {
  constexpr size_t kVersionAt = 8, kEndOld = 40, kEndNew = 28;  // versions 0 and 1; 2 and 3
  if (file.size() <= kVersionAt) return;
  const auto version = std::to_integer<int>(file[kVersionAt]);
  const size_t at = version >= 2 ? kEndNew : kEndOld + (version == 1 ? 4 : 0);
  const size_t width_at = version >= 2 ? 9 : 13;
  if (!fits(at, 8, file.size()) || std::to_integer<int>(file[width_at]) != 8) return;
  if (const auto end = load<uint64_t>(file, at); end > file.size() && end < (uint64_t{1} << 50))
    cut_off(end, false, file.size(), {});
}

TensorView array(const Json& entry, const FileBytes& file) {
  const auto dtype = find_dtype(entry.at("dtype").get<std::string>());
  if (!dtype) throw Error(ErrorCode::unsupported, {}, "an array of an unknown dtype");
  TensorView view = contiguous_view(*dtype, entry.at("shape").get<std::vector<int64_t>>());
  const auto offset = entry.at("offset").get<uint64_t>();
  const auto bytes = static_cast<uint64_t>(view.bytes());
  view.device = "cpu";
  view.storage_key = std::to_string(offset);
  if (bytes == 0) return view;
  if (!fits(offset, bytes, file.bytes.size())) {
    throw Error(ErrorCode::corrupt, {}, "an array of " + std::to_string(bytes) + " bytes is not in the file");
  }
  view.storage = file.bytes.subspan(offset, bytes);
  view.owner = file.owner;
  return view;
}

Value tree(const Json& node, const FileBytes& file) {
  if (node.is_null()) return Value::opaque({.class_name = "hdf5.dataset", .args = Value::tuple({})});
  if (const auto dtype = node.find("dtype"); dtype != node.end() && dtype->is_string())
    return array(node, file);
  Dict members;
  for (const auto& [name, member] : node.items()) members.emplace_back(name, tree(member, file));
  return Value::dict(std::move(members));
}

}  // namespace

Contents read_hdf5(const FileBytes& file, const OpenOptions&) {
  check_end(file.bytes);
  constexpr IsolationLimits kLimits{.memory_bytes = 80 << 20, .result_bytes = 10'000'000};
  const Json index = Json::parse(run_isolated([&] { return index_hdf5(file.bytes); }, kLimits));
  return {Format::hdf5, tree(index, file), {}, {}, {}};
}

}  // namespace zoo
