#include "zoo/models/options.h"

#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

template <typename Number>
void expect(bool holds, const ArchSpec& spec, const char* field, Number value, const std::string& expected) {
  if (holds) return;
  throw Error(ErrorCode::mismatch, "architecture '" + std::string(spec.name) + "'",
              std::string(field) + " is " + std::to_string(value) + ", expected " + expected);
}

}  // namespace

void validate(const ResNetOptions& options, const ArchSpec& spec) {
  const auto is_rate = [](double rate) { return rate >= 0 && rate < 1; };
  expect(options.num_classes >= 0, spec, "num_classes", options.num_classes, "0 or more");
  expect(options.in_channels >= 1, spec, "in_channels", options.in_channels, "1 or more");
  expect(is_rate(options.drop_rate), spec, "drop_rate", options.drop_rate, "0 or more and below 1");
  expect(is_rate(options.drop_path_rate), spec, "drop_path_rate", options.drop_path_rate,
         "0 or more and below 1");
  expect(options.frozen_stages >= -1 && options.frozen_stages <= spec.num_stages, spec, "frozen_stages",
         options.frozen_stages, "-1 (none) to " + std::to_string(spec.num_stages));
}

int64_t head_channels(const ResNetOptions& options, const ArchSpec& spec) {
  return pooled_channels(spec, options.global_pool);
}

}  // namespace zoo
