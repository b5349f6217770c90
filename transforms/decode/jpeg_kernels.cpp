#include "transforms/decode/jpeg_kernels.h"

namespace zoo {

const JpegKernels* jpeg_kernels() {
#if defined(__x86_64__)
  static const bool available = __builtin_cpu_supports("avx2") != 0;
  return available ? &kAvx2JpegKernels : nullptr;
#else
  return nullptr;
#endif
}

}  // namespace zoo
