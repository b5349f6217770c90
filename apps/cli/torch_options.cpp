#include "apps/cli/torch_options.h"

#include <malloc.h>

#include <algorithm>
#include <thread>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "apps/cli/flag_values.h"
#include "apps/cli/run_main.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

constexpr int kMostThreads = 1024;

int usable_cores() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
}

int64_t cuda_devices() {
  return at::hasCUDA() ? static_cast<int64_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

c10::Device read_device(const std::string& text) {
  const std::string flag = "--device";
  if (text == "cpu") return c10::kCPU;
  if (text == "auto") return cuda_devices() > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  if (text != "cuda" && text.rfind("cuda:", 0) != 0)
    throw Error(ErrorCode::usage, flag, "'" + text + "' is not cpu, cuda, cuda:N or auto");
  const int64_t index = text == "cuda" ? 0 : parse_integer(flag, text.substr(5), 0, 127);
  const int64_t found = cuda_devices();
  if (index >= found)
    throw Error(ErrorCode::unsupported, flag,
                "'" + text + "' is not there: this LibTorch sees " + std::to_string(found) + " CUDA devices",
                "Use --device cpu.");
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

Precision read_precision(const std::string& text, c10::Device device) {
  if (text == "fp32") return Precision::fp32;
  if (text == "bf16") return Precision::bf16;
  if (text == "auto") return has_fast_bf16(device) ? Precision::bf16 : Precision::fp32;
  throw Error(ErrorCode::usage, "--precision", "'" + text + "' is not fp32, bf16 or auto");
}

}  // namespace

void add_torch_options(cxxopts::Options& options, const std::string& default_precision) {
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  auto add = options.add_options("Machine");
  add("threads", "threads of LibTorch's operators; 0 = as many as cores", text("0"), "N");
  add("workers", "threads that read pictures", text(std::to_string(usable_cores())), "N");
  add("device", "cpu, cuda, cuda:N or auto", text("cpu"), "NAME");
  add("precision", "fp32, bf16, or auto: bf16 where the hardware has it", text(default_precision), "NAME");
  add("build-info", "print what is known of LibTorch as JSON, and end");
}

TorchOptions read_torch_options(const cxxopts::ParseResult& flags) {
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  if (flags.count("build-info") > 0) throw Finished{torch_build_info() + '\n'};
  TorchOptions options;
  options.threads = static_cast<int>(parse_integer("--threads", text("threads"), 0, kMostThreads));
  options.workers = static_cast<int>(parse_integer("--workers", text("workers"), 0, kMostThreads));
  options.device = read_device(text("device"));
  options.precision = read_precision(text("precision"), options.device);
  return options;
}

void start_torch(const TorchOptions& options) {
  // Otherwise every activation of more than 32 MB is mapped, page-faulted and unmapped again: a tenth of a
  // step.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
  if (options.threads > 0) at::set_num_threads(options.threads);
}

bool has_fast_bf16(c10::Device device) {
  if (device.is_cuda()) return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

std::string torch_build_info() {
  const nlohmann::ordered_json info = {{"libtorch", TORCH_VERSION},
                                       {"cxx11_abi", _GLIBCXX_USE_CXX11_ABI != 0},
                                       {"cpu_capability", at::get_cpu_capability()},
                                       {"mkldnn", at::hasMKLDNN()},
                                       {"mkl", at::hasMKL()},
                                       {"openmp", at::hasOpenMP()},
                                       {"threads", at::get_num_threads()},
                                       {"fast_bf16", has_fast_bf16(c10::kCPU)},
                                       {"cuda", cuda_devices() > 0},
                                       {"cuda_devices", cuda_devices()}};
  return info.dump(2);
}

}  // namespace zoo::apps
