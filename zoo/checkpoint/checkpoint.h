// Opens a checkpoint file of any known format, by its content, and gives its tensors as views into one
// read-only map.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

enum class Format { zip, legacy, safetensors };
std::string_view to_string(Format format);

struct NamedTensor {
  std::string name;  // keys of nested containers joined by '.', positions as '[i]'; a bare tensor is ""
  TensorView tensor;
};

struct OpenOptions {
  bool check_crc = true;         // CRC-32 of each zip record, on both cores; legacy and safetensors have none
  bool allow_truncated = false;  // list what the header says although the data is cut off
};

class Checkpoint {
 public:
  // Maps the file and reads its structure; no tensor is copied. Executes nothing.
  // Throws Error{not_found, io, corrupt, unsupported}; for known foreign files (git-LFS pointer, HTML page,
  // TFLite, tar, ONNX, numpy, ...) the message says what the file is and what to do.
  static Checkpoint open(const std::filesystem::path& path, const OpenOptions& options = {});
  // The same for a file that is in memory: `owner` keeps `bytes` there as long as a tensor of it lives;
  // `path` is what messages call it.
  static Checkpoint read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                         const std::filesystem::path& path, const OpenOptions& options = {});

  const std::filesystem::path& path() const { return path_; }
  Format format() const { return format_; }
  // The whole object: a dict of tensors in the simplest case.
  const Value& root() const { return root_; }
  // All tensors of the tree, flattened, in file order.
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  // safetensors' __metadata__.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // Every class and function that the file names ("collections.OrderedDict"), sorted; none was called.
  const std::vector<std::string>& globals() const { return globals_; }
  // Non-empty where the file is cut off but its header was whole: says what is missing. Such tensors list
  // their shapes, and copying one throws. Only with OpenOptions::allow_truncated.
  const std::string& truncation() const { return truncation_; }

 private:
  std::filesystem::path path_;
  Format format_ = Format::zip;
  Value root_;
  std::vector<NamedTensor> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::string> globals_;
  std::string truncation_;
};

// Finds the state dict inside the usual wrappers: the tree itself, or its member "state_dict", "model",
// "model_state_dict", "state_dict_ema", "model_ema", "net", "state", "module", ... The names are relative to
// it.
struct StateDict {
  std::string wrapper;  // "" or e.g. "state_dict"
  std::vector<NamedTensor> tensors;
};
// Throws Error{mismatch} that lists the top-level keys if nothing in it is a dict of tensors.
StateDict find_state_dict(const Checkpoint& checkpoint);

// Row-major copies that do not need the file any more: one block of memory, filled by all cores, each tensor
// aligned to 64 bytes. Throws Error{corrupt} where data is cut off, Error{io} where memory is short.
std::vector<NamedTensor> owned_copies(const std::vector<NamedTensor>& tensors);

// safetensors that the Python package takes: {"format":"pt"} is added to the metadata; deterministic; written
// to a temporary file beside the target, synced and renamed. Tensors are written row-major in the given
// dtype.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace zoo
