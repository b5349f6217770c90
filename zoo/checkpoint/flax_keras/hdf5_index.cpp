#include "zoo/checkpoint/flax_keras/hdf5_index.h"

#include <hdf5.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/checkpoint/flax_keras/hdf5_handle.h"
#include "zoo/checkpoint/tensor_view.h"

namespace zoo {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr size_t kMaxNameLength = 1000;
constexpr size_t kMaxObjects = 50'000;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::unsupported, {}, what,
              "Save the weights with Keras's save_weights() and open that.");
}

// The file is read where it lies: the library asks these to allocate its copy, and gets the original.
void* image_malloc(size_t, H5FD_file_image_op_t, void* image) {
  return image;
}
void* image_memcpy(void* to, const void*, size_t, H5FD_file_image_op_t, void*) {
  return to;
}
void* image_realloc(void*, size_t, H5FD_file_image_op_t, void*) {
  return nullptr;
}
herr_t image_free(void*, H5FD_file_image_op_t, void*) {
  return 0;
}
void* same_udata(void* udata) {
  return udata;
}
herr_t keep_udata(void*) {
  return 0;
}

hid_t open_image(ByteSpan file) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "the file");
  void* image = const_cast<std::byte*>(file.data());
  H5FD_file_image_callbacks_t callbacks{image_malloc, image_memcpy, image_realloc, image_free,
                                        same_udata,   keep_udata,   image};
  if (H5Pset_fapl_core(access, 1 << 16, 0) < 0 || H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, image, file.size()) < 0) {
    fail("libhdf5 cannot read from memory");
  }
  return H5Fopen("image in memory", H5F_ACC_RDONLY, access);
}

struct FloatFields {
  size_t sign, exponent, exponent_bits, mantissa_bits;
  DType dtype;
};
constexpr std::array kFloats{FloatFields{63, 52, 11, 52, DType::f64}, FloatFields{31, 23, 8, 23, DType::f32},
                             FloatFields{15, 10, 5, 10, DType::f16}, FloatFields{15, 7, 8, 7, DType::bf16}};

std::optional<DType> float_dtype(hid_t type) {
  size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0)
    return std::nullopt;
  for (const FloatFields& known : kFloats) {
    if (known.sign == sign && known.exponent == exponent && known.exponent_bits == exponent_bits &&
        mantissa == 0 && known.mantissa_bits == mantissa_bits &&
        H5Tget_size(type) == static_cast<size_t>(item_size(known.dtype)))
      return known.dtype;
  }
  return std::nullopt;
}

std::optional<DType> integer_dtype(hid_t type) {
  const size_t size = H5Tget_size(type);
  if (H5Tget_precision(type) != size * 8) return std::nullopt;
  const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
  switch (size) {
    case 1:
      return is_signed ? DType::i8 : DType::u8;
    case 2:
      return is_signed ? DType::i16 : DType::u16;
    case 4:
      return is_signed ? DType::i32 : DType::u32;
    case 8:
      return is_signed ? DType::i64 : DType::u64;
    default:
      return std::nullopt;
  }
}

std::optional<DType> dtype_of(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
    case H5T_INTEGER:
      if (H5Tget_order(type) != H5T_ORDER_LE && H5Tget_size(type) > 1) refuse("its arrays are big-endian");
      return H5Tget_class(type) == H5T_FLOAT ? float_dtype(type) : integer_dtype(type);
    case H5T_ENUM:  // h5py's bool
      if (H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2) return DType::boolean;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Json describe(hid_t dataset, const std::string& name) {
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose, "an array's type");
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose, "an array's shape");
  const auto dtype = dtype_of(type);
  const H5S_class_t extent = H5Sget_simple_extent_type(space);
  if (!dtype || (extent != H5S_SIMPLE && extent != H5S_SCALAR)) return nullptr;
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > H5S_MAX_RANK || H5Sget_simple_extent_dims(space, sizes.data(), nullptr) != rank)
    fail("array '" + name + "' has a bad shape");

  const Hdf5Handle creation(H5Dget_create_plist(dataset), H5Pclose, "an array's layout");
  if (H5Pget_layout(creation) != H5D_CONTIGUOUS || H5Pget_nfilters(creation) != 0)
    refuse("array '" + name + "' is chunked or compressed");
  if (H5Pget_external_count(creation) != 0) refuse("array '" + name + "' lies in another file");
  const haddr_t offset = H5Dget_offset(dataset);
  Json shape = Json::array();
  for (int i = 0; i < rank; ++i) shape.push_back(sizes[static_cast<size_t>(i)]);
  // Undefined where nothing was written: honest for an empty array only, and no file has this many bytes.
  return {{"dtype", to_string(*dtype)}, {"shape", shape}, {"offset", offset}};
}

herr_t collect(hid_t, const char* name, const H5L_info_t* info, void* found) {
  auto& names = *static_cast<std::vector<std::string>*>(found);
  if (info->type != H5L_TYPE_HARD || std::strlen(name) > kMaxNameLength || names.size() == kMaxObjects)
    return -1;
  names.emplace_back(name);
  return 0;
}

class Indexer {
 public:
  Json group(hid_t group, int depth) {
    if (depth > kMaxDepth) fail("groups nested more than " + std::to_string(kMaxDepth) + " deep");
    std::vector<std::string> names;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0)
      fail("a group is damaged, or has links to elsewhere, very long names or very many members");
    Json members = Json::object();
    for (const std::string& name : names) {
      if (++objects_ > kMaxObjects) fail("more than " + std::to_string(kMaxObjects) + " groups and arrays");
      if (!is_utf8(name)) fail("a name that is not UTF-8");
      const Hdf5Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose, "a group's member");
      const H5I_type_t type = H5Iget_type(object);
      if (type == H5I_GROUP) {
        members[name] = this->group(object, depth + 1);
      } else {
        members[name] = type == H5I_DATASET ? describe(object, name) : Json();
      }
    }
    return members;
  }

 private:
  size_t objects_ = 0;
};

}  // namespace

std::string index_hdf5(ByteSpan file) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // else it prints its errors
  const Hdf5Handle image(open_image(file), H5Fclose, "the file");
  const Hdf5Handle root(H5Gopen2(image, "/", H5P_DEFAULT), H5Gclose, "the root group");
  return Indexer().group(root, 0).dump();
}

}  // namespace zoo
