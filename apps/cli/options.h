// The command line of one command: declared with cxxopts, parsed with messages that name the nearest flag.
// The values of flags are read as text and checked by flag_values.h.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

// `command`: "zoo list"; `usage`: what follows it, "[PATTERN] [--json]"; `text`: what it does, printed first
// by
// --help, lines of at most 80 characters. --help is declared already.
cxxopts::Options make_options(const std::string& command, const std::string& usage, const std::string& text);

// Throws Finished (run_main.h) with the help text if it is asked for, Error{usage} for an unknown flag (with
// the nearest ones) or a flag without its value. What is no flag is an operand: flags.unmatched(), read by
// operands(). Everything after "--" is an operand.
cxxopts::ParseResult parse_options(cxxopts::Options& options, const std::vector<std::string>& arguments);

struct OperandCount {
  size_t at_least = 0;
  size_t at_most = 0;
  std::string what;  // "a NAME": used in messages
};
// Throws Error{usage} if there are too few or too many.
std::vector<std::string> operands(const cxxopts::Options& options, const cxxopts::ParseResult& flags,
                                  const OperandCount& count);

}  // namespace zoo::apps
