// What zoo sees in a checkpoint, for comparison with Python.
//   checkpoint_dump FILE...         one JSON line a file: {format, tensors, values, globals, metadata,
//   wrapper} or {error} checkpoint_dump --rewrite IN OUT   writes IN's tensors as safetensors
//   checkpoint_dump --tree IN OUT      writes IN's whole object as a .pth
//   checkpoint_dump --flat IN OUT      writes IN's tensors as a .pth
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/checkpoint/checkpoint.h"

namespace {

using nlohmann::json;

json plain(const zoo::Value& value) {
  if (const bool* flag = value.as_bool()) return *flag;
  if (const int64_t* number = value.as_int()) return *number;
  if (const double* number = value.as_double()) return *number;
  if (const std::string* text = value.as_string()) return *text;
  if (const auto* items = value.as_sequence()) {
    json out = json::array();
    for (const zoo::Value& item : *items) out.push_back(plain(item));
    return out;
  }
  if (const zoo::Dict* dict = value.as_dict()) {
    json out = json::object();
    for (const auto& [key, member] : *dict) {
      if (key.as_string() != nullptr) out[*key.as_string()] = plain(member);
    }
    return out;
  }
  if (const zoo::Opaque* opaque = value.as_opaque()) {
    return {{"class", opaque->class_name}, {"args", plain(opaque->args)}, {"state", plain(opaque->state)}};
  }
  if (value.as_tensor() != nullptr) return "tensor";
  if (value.as_bytes() != nullptr) return "bytes";
  return nullptr;
}

json describe(const zoo::TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  json out{{"dtype", to_string(tensor.dtype)}, {"shape", tensor.shape},   {"stride", tensor.strides},
           {"offset", tensor.offset},          {"device", tensor.device}, {"sha256", zoo::sha256_hex(bytes)}};
  if (const auto& quantizer = tensor.quantizer; quantizer != nullptr && quantizer->scales != nullptr) {
    out["quantizer"] = {describe(*quantizer->scales), describe(*quantizer->zero_points), quantizer->axis};
  } else if (quantizer != nullptr) {
    out["quantizer"] = {quantizer->scale, quantizer->zero_point};
  }
  return out;
}

json dump(const char* path) {
  try {
    const auto checkpoint = zoo::Checkpoint::open(path);
    json tensors = json::object();
    json globals = json::array();
    for (const zoo::Global& global : checkpoint.globals()) globals.push_back(global.text());
    const zoo::Dict* dict = checkpoint.root().as_dict();
    for (const auto& [name, tensor] : checkpoint.tensors()) tensors[name] = describe(tensor);
    return {{"format", to_string(checkpoint.format())},
            {"tensors", tensors},
            {"values", plain(checkpoint.root())},
            {"attributes", dict == nullptr ? json() : plain(dict->attributes)},
            {"globals", globals},
            {"metadata", checkpoint.metadata()}};
  } catch (const zoo::Error& error) {
    return {{"error", error.what()}};
  }
}

int rewrite(std::string_view mode, const char* in, const char* out) try {
  const auto checkpoint = zoo::Checkpoint::open(in);
  if (mode == "--rewrite") zoo::write_safetensors(out, checkpoint.tensors(), checkpoint.metadata());
  if (mode == "--tree") zoo::write_torch_zip(out, checkpoint.root());
  if (mode == "--flat") zoo::write_torch_zip(out, checkpoint.tensors());
  return 0;
} catch (const zoo::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 4 && std::string_view(arguments[1]).starts_with("--"))
    return rewrite(arguments[1], arguments[2], arguments[3]);
  for (int i = 1; i < count; ++i) std::cout << dump(arguments[i]).dump() << '\n';
  return 0;
}
