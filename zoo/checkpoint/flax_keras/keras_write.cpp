// The file that Keras 2's save_weights makes: a group for each layer at the top, in it the model's name, then
// the weights by their names; attributes list both. Reference: Keras 2.15, saving/legacy/hdf5_format.py.
#include <hdf5.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/flax_keras/hdf5_handle.h"

namespace zoo {
namespace {

Hdf5Handle handle(hid_t id, Hdf5Handle::Close close, const char* what) {
  return {id, close, what, ErrorCode::io};
}

Hdf5Handle dtype_of(DType dtype, const std::string& name) {
  const auto copy = [](hid_t type) { return handle(H5Tcopy(type), H5Tclose, "a type"); };
  switch (dtype) {
    case DType::f32:
      return copy(H5T_IEEE_F32LE);
    case DType::f64:
      return copy(H5T_IEEE_F64LE);
    case DType::i64:
      return copy(H5T_STD_I64LE);
    case DType::f16: {
      Hdf5Handle half = copy(H5T_IEEE_F32LE);
      if (H5Tset_fields(half, 15, 10, 5, 0, 10) < 0 || H5Tset_size(half, 2) < 0 || H5Tset_ebias(half, 15) < 0)
        throw Error(ErrorCode::io, {}, "libhdf5 has no float16");
      return half;
    }
    default:
      throw Error(ErrorCode::unsupported, name,
                  "has the dtype " + std::string(to_string(dtype)) + ", which Keras's files do not hold",
                  "Convert with --dtype fp32.");
  }
}

void must(herr_t status, const std::string& what) {
  if (status < 0) throw Error(ErrorCode::io, {}, "libhdf5 fails at " + what);
}

void write_texts(hid_t object, const char* name, const std::vector<std::string>& texts) {
  const Hdf5Handle type = handle(H5Tcopy(H5T_C_S1), H5Tclose, "a type");
  must(H5Tset_size(type, H5T_VARIABLE), "texts");
  must(H5Tset_cset(type, H5T_CSET_UTF8), "texts");
  const hsize_t count = texts.size();
  const Hdf5Handle space = handle(H5Screate_simple(1, &count, nullptr), H5Sclose, "a shape");
  const Hdf5Handle attribute =
      handle(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "an attribute");
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  if (!texts.empty())
    must(H5Awrite(attribute, type, static_cast<const void*>(pointers.data())), "an attribute");
}

void write_text(hid_t object, const char* name, const char* text) {
  const Hdf5Handle type = handle(H5Tcopy(H5T_C_S1), H5Tclose, "a type");
  must(H5Tset_size(type, H5T_VARIABLE), "a text");
  must(H5Tset_cset(type, H5T_CSET_UTF8), "a text");
  const Hdf5Handle space = handle(H5Screate(H5S_SCALAR), H5Sclose, "a shape");
  const Hdf5Handle attribute =
      handle(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "an attribute");
  must(H5Awrite(attribute, type, static_cast<const void*>(&text)), "an attribute");
}

// Groups on the way to it are created. Neither has times in it: the same tensors give the same bytes.
void write_array(hid_t group, const std::string& path, const NamedTensor& named,
                 std::vector<std::byte>& buffer) {
  const TensorView& tensor = named.tensor;
  if (tensor.quantizer) throw Error(ErrorCode::unsupported, named.name, "is quantized");
  const Hdf5Handle type = dtype_of(tensor.dtype, named.name);
  const std::vector<hsize_t> sizes(tensor.shape.begin(), tensor.shape.end());
  const Hdf5Handle space =
      handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose, "a shape");
  const Hdf5Handle links = handle(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "properties");
  const Hdf5Handle layout = handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "properties");
  must(H5Pset_create_intermediate_group(links, 1), "groups");
  must(H5Pset_obj_track_times(layout, false), "an array");
  const Hdf5Handle array = handle(H5Dcreate2(group, path.c_str(), type, space, links, layout, H5P_DEFAULT),
                                  H5Dclose, ("'" + named.name + "'").c_str());
  if (tensor.numel() == 0) return;
  must(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.row_major_bytes(buffer).data()),
       "'" + named.name + "'");
}

Hdf5Handle create_group(hid_t file, const std::string& name) {
  const Hdf5Handle creation = handle(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "properties");
  must(H5Pset_obj_track_times(creation, false), "a group");
  return handle(H5Gcreate2(file, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, "a group");
}

// By what stands before the first '/', in the order of first mention.
std::vector<std::pair<std::string, std::vector<const NamedTensor*>>> by_layer(
    const std::vector<NamedTensor>& tensors) {
  std::vector<std::pair<std::string, std::vector<const NamedTensor*>>> layers;
  for (const NamedTensor& tensor : tensors) {
    const std::string layer = tensor.name.substr(0, tensor.name.find('/'));
    auto found =
        std::find_if(layers.begin(), layers.end(), [&](const auto& one) { return one.first == layer; });
    if (found == layers.end()) found = layers.insert(layers.end(), {layer, {}});
    found->second.push_back(&tensor);
  }
  return layers;
}

}  // namespace

void write_keras(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                 const std::string& model) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // else it prints its errors
  AtomicFile target(path);
  {
    const Hdf5Handle access = handle(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "its access");
    must(H5Pset_file_locking(access, false, true), "its access");  // ours is on it
    const Hdf5Handle file = handle(H5Fcreate(target.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access),
                                   H5Fclose, "the file");
    std::vector<std::string> layers;
    std::vector<std::byte> buffer;
    for (const auto& [layer, weights] : by_layer(tensors)) {
      const Hdf5Handle group = create_group(file, layer);
      std::vector<std::string> names;
      for (const NamedTensor* weight : weights) {
        names.push_back(model + "/" + weight->name);
        write_array(group, names.back(), *weight, buffer);
      }
      write_texts(group, "weight_names", names);
      layers.push_back(layer);
    }
    write_texts(file, "layer_names", layers);
    write_text(file, "backend", "tensorflow");
    write_text(file, "keras_version", "2.15.0");
    must(H5Fflush(file, H5F_SCOPE_LOCAL), "the file");
  }
  target.commit();
}

}  // namespace zoo
