// Takes hdf5.cpp's place in builds without libhdf5.
#include "zoo/checkpoint/contents.h"
#include "zoo/core/error.h"

namespace zoo {

Contents read_hdf5(const FileBytes&, const OpenOptions&) {
  throw Error(ErrorCode::unsupported, {},
              "an HDF5 file (Keras weights?), which this build of zoo does not read",
              "Build zoo with -DZOO_HDF5=ON, or save the weights as safetensors.");
}

}  // namespace zoo
