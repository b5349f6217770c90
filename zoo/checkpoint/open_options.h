// The formats of files, and how one is opened.
#pragma once

#include <string_view>

namespace zoo {

enum class Format { zip, legacy, tar, safetensors, msgpack, hdf5 };
std::string_view to_string(Format format);

struct OpenOptions {
  // CRC-32 of each zip record that tensors lie in, on all cores; the object's own is always checked, and
  // legacy files and safetensors have none. Without it opening reads no tensor.
  bool check_crc = true;
  bool allow_truncated = false;  // list what the header says although the data is cut off
};

}  // namespace zoo
