// Where the arrays of an HDF5 file lie, found with libhdf5.
#pragma once

#include <string>

#include "zoo/base/bytes.h"

namespace zoo {

// The tree of groups as JSON: {"group": {"array": {"dtype": "float32", "shape": [2], "offset": 2048}, "text":
// null}}, with null for datasets of other than plain numbers. Nothing outside `file` is opened, and nothing
// in it is decompressed. libhdf5 is not made for hostile files and may crash: run this isolated. Throws
// Error{corrupt, unsupported}.
std::string index_hdf5(ByteSpan file);

}  // namespace zoo
