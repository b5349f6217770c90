#include "apps/finetune/model_flags.h"

#include <array>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

constexpr std::array<int64_t, 3> kOutputStrides{8, 16, 32};

[[noreturn]] void refuse(const std::string& flag, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorCode::usage, "--" + flag, what, remedy);
}

// One of two words.
bool first_of(const std::string& flag, const std::string& text, const std::string& first,
              const std::string& second) {
  if (text != first && text != second)
    refuse(flag, "'" + text + "' is neither '" + first + "' nor '" + second + "'");
  return text == first;
}

// A probability: all of it would leave nothing to learn from.
double read_rate(const std::string& flag, const std::string& text) {
  const double rate = parse_number("--" + flag, text, 0, 1);
  if (rate == 1) refuse(flag, "'" + text + "' leaves nothing to learn from", "Give a number below 1.");
  return rate;
}

GlobalPool read_pool(const std::string& text) try {
  return parse_global_pool(text);
} catch (const Error& error) {
  refuse("gp", error.what());
}

int64_t read_output_stride(const std::string& text) {
  for (const int64_t stride : kOutputStrides) {
    if (text == std::to_string(stride)) return stride;
  }
  refuse("output-stride", "'" + text + "' is not 8, 16 or 32");
}

// What only a backbone that learns can have.
void refuse_beside_frozen_backbone(const cxxopts::ParseResult& flags) {
  if (flags.count("freeze") == 0) return;
  for (const char* name : {"drop", "drop-path", "frozen-stages", "norm-eval"}) {
    if (flags.count(name) > 0)
      refuse(name, "has no effect with --freeze backbone, which computes as in evaluation", "Leave one out.");
  }
}

}  // namespace

void add_model_options(cxxopts::Options& options) {
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  const auto plain = [] { return cxxopts::value<std::string>(); };
  options.add_options("Model")("gp", "global pool: avg, max, avgmax or catavgmax", plain(), "POOL")(
      "output-stride", "8, 16 or 32: later stages dilate instead of reducing further", plain(), "N")(
      "drop", "dropout ahead of the head", text("0"), "RATE")(
      "drop-path", "stochastic depth: of the last block, from 0 for the first on", text("0"), "RATE")(
      "zero-init-last", "from scratch: each block starts as its shortcut; on, but for CIFAR nets off",
      plain(),
      "on|off")("init", "first values of what is new, as timm or openmmlab has them", text("timm"), "WHOSE")(
      "frozen-stages", "0: the stem, K: stages 1 to K too, do not learn; -1: all learn", text("-1"), "K")(
      "norm-eval", "batch norms keep their statistics");
}

StartOptions read_model_flags(const cxxopts::ParseResult& flags) {
  const auto given = [&](const char* name) { return flags.count(name) > 0; };
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  refuse_beside_frozen_backbone(flags);
  StartOptions result;
  result.drop = read_rate("drop", text("drop"));
  result.drop_path = read_rate("drop-path", text("drop-path"));
  if (given("gp")) result.global_pool = read_pool(text("gp"));
  if (given("output-stride")) result.output_stride = read_output_stride(text("output-stride"));
  if (given("zero-init-last")) {
    if (given("weights"))
      refuse("zero-init-last", "has no effect with --weights, which hold every norm", "Leave one out.");
    result.zero_init_last = first_of("zero-init-last", text("zero-init-last"), "on", "off");
  }
  result.init = first_of("init", text("init"), "timm", "openmmlab") ? Init::timm : Init::openmmlab;
  result.frozen_stages = parse_integer("--frozen-stages", text("frozen-stages"), -1, kMaxStages);
  result.norm_eval = given("norm-eval");
  return result;
}

}  // namespace zoo::apps
