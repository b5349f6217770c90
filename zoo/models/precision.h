// In which numbers a model computes.
#pragma once

#include <string_view>

namespace zoo {

enum class Precision { fp32, bf16 };

constexpr std::string_view to_string(Precision precision) {
  return precision == Precision::bf16 ? "bf16" : "fp32";
}

}  // namespace zoo
