// What the reader of a format finds in a file; Checkpoint is made of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/open_options.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

struct Contents {
  Format format = Format::zip;
  Value root;
  std::map<std::string, std::string> metadata = {};
  std::set<Global> globals = {};  // of all pickles in it
  std::string truncation = {};    // see Checkpoint::truncation
  bool is_torch_script = false;   // see Checkpoint::is_torch_script
};

// A whole file in memory; `owner` keeps it there.
struct FileBytes {
  ByteSpan bytes;
  std::shared_ptr<const void> owner;
};

// One reader a format. All throw Error{corrupt, unsupported}.
Contents read_torch_zip(const FileBytes& file, const OpenOptions& options);
Contents read_torch_legacy(const FileBytes& file, const OpenOptions& options);
Contents read_torch_tar(const FileBytes& file, const OpenOptions& options);
Contents read_hdf5(const FileBytes& file, const OpenOptions& options);
Contents read_msgpack(const FileBytes& file, const OpenOptions& options);
Contents read_safetensors(const FileBytes& file, const OpenOptions& options);

// The text of Contents::truncation for a file that should have `expected` bytes (or more) and has `found`.
// Throws it as an Error{corrupt} unless cut-off files are allowed.
std::string cut_off(uint64_t expected, bool or_more, uint64_t found, const OpenOptions& options);

}  // namespace zoo
