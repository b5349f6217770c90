// Opens a checkpoint file of any known format, by its content, and gives its tensors as views into one
// read-only map.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/open_options.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

struct Contents;  // what a reader found

class Checkpoint {
 public:
  // Maps the file and reads its structure; no tensor is copied. Executes nothing. `path` may also be the
  // index of a sharded checkpoint (its shards lie beside it), or a folder as Hugging Face and timm keep
  // models in. Throws Error{not_found, io, corrupt, unsupported}; for known foreign files (git-LFS pointer,
  // HTML page, TFLite, ONNX, numpy, ...) the message says what the file is and what to do.
  static Checkpoint open(const std::filesystem::path& path, const OpenOptions& options = {});
  // The same for a file that is in memory: `owner` keeps `bytes` there as long as a tensor of it lives;
  // `path` is what messages call it.
  static Checkpoint read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                         const std::filesystem::path& path, const OpenOptions& options = {});

  // Of the file that was opened: in a folder, the one with the weights.
  const std::filesystem::path& path() const { return path_; }
  Format format() const { return format_; }
  // The whole object: a dict of tensors in the simplest case.
  const Value& root() const { return root_; }
  // All tensors of the tree, flattened, in file order.
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  // safetensors' __metadata__.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // Every class and function that a pickle in the file names; none was called.
  const std::set<Global>& globals() const { return globals_; }
  // True for TorchScript's archives: Python hands them to torch.jit.load, which compiles the code in them and
  // runs what it says about loading. Here the code is ignored.
  bool is_torch_script() const { return is_torch_script_; }
  // Non-empty where the file is cut off but its header was whole: says what is missing. Such tensors list
  // their shapes, and copying one throws. Only with OpenOptions::allow_truncated.
  const std::string& truncation() const { return truncation_; }

 private:
  static Checkpoint make(const std::filesystem::path& path, size_t file_size,
                         const std::function<Contents()>& read_file);

  std::filesystem::path path_;
  Format format_ = Format::zip;
  Value root_;
  std::vector<NamedTensor> tensors_;
  std::map<std::string, std::string> metadata_;
  std::set<Global> globals_;
  std::string truncation_;
  bool is_torch_script_ = false;
};

// Finds the state dict inside the usual wrappers: the tree itself, or its member "state_dict", "model",
// "model_state_dict", "state_dict_ema", "model_ema", "net", "state", "module", ... The names are relative to
// it.
struct StateDict {
  std::string wrapper;  // "" or e.g. "state_dict"
  std::vector<NamedTensor> tensors;
  // Members beside that one that may be state dicts of the same net too: an average, an earlier one.
  std::vector<std::string> others = {};
};
// Throws Error{mismatch} that lists the top-level keys if nothing in it is a dict of tensors.
StateDict find_state_dict(const Checkpoint& checkpoint);
// In a part of a checkpoint; `file` is its name for the message.
StateDict find_state_dict(const Value& root, const std::string& file);

// Row-major copies that do not need the file any more: one block of memory, filled by all cores, each tensor
// aligned to 64 bytes. Throws Error{corrupt} where data is cut off, Error{io} where memory is short.
std::vector<NamedTensor> owned_copies(const std::vector<NamedTensor>& tensors);

// safetensors that the Python package takes: {"format":"pt"} is added to the metadata; deterministic; written
// to a temporary file beside the target, synced and renamed. Tensors are written row-major in the given
// dtype.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// A .pth that torch.load(weights_only=True) takes, of any plain values and tensors: strides, offsets and what
// shares a storage stay, devices become "cpu". The storages are written from where they lie, uncompressed and
// aligned to 64 bytes; the same tree gives the same bytes. Temporary file, sync, rename, as above.
// Throws Error{unsupported} that names the object which torch.load would refuse, Error{corrupt} where a
// tensor is cut off, Error{io}.
void write_torch_zip(const std::filesystem::path& path, const Value& root);
// A dict of tensors in this order. Throws also Error{usage} where a name occurs twice.
void write_torch_zip(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors);

// The MessagePack file that Flax reads (flax_model.msgpack): the dots in a name part nested maps
// ("params.classifier.1.kernel"). Arrays are written row-major in their own dtype. Temporary file, sync,
// rename; the same tensors give the same bytes. Throws Error{usage} where a name occurs twice,
// Error{unsupported} for quantized tensors and those above 2^30 bytes, Error{corrupt} where a tensor is cut
// off, Error{io}.
void write_msgpack(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors);

// The HDF5 file that Keras 2 reads (tf_model.h5). Names are "layer/.../kernel:0"; what stands before the
// first '/' is the layer, and `model` is the scope of all weights ("tf_res_net_for_image_classification").
// float32, float64, float16 and int64. Temporary file, sync, rename; the same tensors give the same bytes.
// Throws Error{unsupported} for other dtypes and in builds without libhdf5, Error{corrupt} where a tensor is
// cut off, Error{io}.
void write_keras(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                 const std::string& model);

}  // namespace zoo
