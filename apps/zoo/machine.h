// What this computer offers, as the kernel tells it.
#pragma once

#include <string>
#include <vector>

namespace zoo::apps {

struct Machine {
  std::string processor;  // "Intel(R) Xeon(R) ...", empty where unknown
  std::vector<std::string>
      features;          // of those that matter here: "AVX2", "AVX512", "AVX512-BF16", "AMX-BF16"
  unsigned threads = 1;  // that this process may use
};
Machine read_machine();

}  // namespace zoo::apps
