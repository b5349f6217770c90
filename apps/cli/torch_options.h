// What the commands with LibTorch share: --threads, --workers, --device, --precision, and what a process sets
// once at its start.
#pragma once

#include <string>

#include <c10/core/Device.h>

#include "zoo/train/recipe.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct TorchOptions {
  int threads = 0;  // of LibTorch's operators; 0 = LibTorch's own choice
  int workers = 2;  // threads that read and decode pictures; 0 = none besides the main one
  c10::Device device = c10::kCPU;
  Precision precision = Precision::fp32;
};

// Declares --threads, --workers, --device, --precision and --build-info. `default_precision`: fp32, bf16 or
// auto.
void add_torch_options(cxxopts::Options& options, const std::string& default_precision = "fp32");
// Throws Error{usage} that names the flag, Error{unsupported} for a device that is not there, Finished
// (run_main.h) with torch_build_info() for --build-info: so read these flags first.
TorchOptions read_torch_options(const cxxopts::ParseResult& flags);

// Thread counts, and an allocator that keeps big blocks instead of giving them back to the kernel after each
// operator.
void start_torch(const TorchOptions& options);

// True where bf16 arithmetic is in the hardware, and so faster than fp32.
bool has_fast_bf16(c10::Device device);

// What --build-info prints, for `zoo doctor`: one JSON object about the LibTorch that this program runs with.
// libtorch, cxx11_abi, cpu_capability, mkldnn, mkl, openmp, threads, fast_bf16, cuda (built and usable),
// cuda_devices.
std::string torch_build_info();

}  // namespace zoo::apps
