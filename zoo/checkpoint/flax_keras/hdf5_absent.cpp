// Takes the place of what needs libhdf5 in builds without it.
#include "zoo/base/error.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/contents.h"

namespace zoo {

Contents read_hdf5(const FileBytes&, const OpenOptions&) {
  throw Error(ErrorCode::unsupported, {},
              "an HDF5 file (Keras weights?), which this build of zoo does not read",
              "Build zoo with -DZOO_HDF5=ON, or save the weights as safetensors.");
}

void write_keras(const std::filesystem::path& path, const std::vector<NamedTensor>&, const std::string&) {
  throw Error(ErrorCode::unsupported, path.string(),
              "is an HDF5 file, which this build of zoo does not write", "Build zoo with -DZOO_HDF5=ON.");
}

}  // namespace zoo
