#include "apps/zoo/machine.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>

namespace zoo::apps {
namespace {

struct Feature {
  std::string_view flag, name;  // as /proc/cpuinfo says it, as people say it
};
constexpr std::array<Feature, 6> kFeatures{{
    {"avx2", "AVX2"},
    {"avx512f", "AVX512"},
    {"avx512_bf16", "AVX512-BF16"},
    {"amx_bf16", "AMX-BF16"},
    {"asimd", "NEON"},  // Arm's
    {"bf16", "BF16"},
}};

}  // namespace

Machine read_machine() {
  Machine machine;
  machine.threads = std::max(1U, std::thread::hardware_concurrency());
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line) && !line.empty();) {  // the first processor's paragraph
    const std::string value = line.substr(std::min(line.find(':') + 2, line.size()));
    if (line.starts_with("model name")) machine.processor = value;
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(value);
    const std::vector<std::string> flags{std::istream_iterator<std::string>(words), {}};
    for (const Feature& feature : kFeatures) {
      if (std::ranges::find(flags, feature.flag) != flags.end()) machine.features.emplace_back(feature.name);
    }
  }
  return machine;
}

}  // namespace zoo::apps
