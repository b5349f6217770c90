#include "apps/cli/options.h"

#include <algorithm>

#include <cxxopts.hpp>

#include "apps/cli/run_main.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

constexpr size_t kHelpColumns = 80;

std::vector<std::string> flag_names(const cxxopts::Options& options) {
  std::vector<std::string> names;
  for (const std::string& group : options.groups()) {
    for (const auto& option : options.group_help(group).options) {
      for (const std::string& name : option.l) names.push_back("--" + name);
    }
  }
  return names;
}

std::string see_help(const cxxopts::Options& options) {
  return "'" + options.program() + " --help' shows how to use it.";
}

// cxxopts' messages as ours: "Option ‘sort’ is missing an argument" -> "option 'sort' is missing an
// argument".
std::string plain_quotes(std::string text) {
  for (const std::string quote : {"\u2018", "\u2019"}) {
    for (size_t at = 0; (at = text.find(quote, at)) != std::string::npos;)
      text.replace(at, quote.size(), "'");
  }
  text.front() = to_lower(text.substr(0, 1)).front();
  return text;
}

cxxopts::ParseResult parse(cxxopts::Options& options, const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{options.program().c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    return options.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const cxxopts::exceptions::exception& error) {
    throw Error(ErrorCode::usage, options.program(), plain_quotes(error.what()), see_help(options));
  }
}

}  // namespace

cxxopts::Options make_options(const std::string& command, const std::string& usage, const std::string& text) {
  cxxopts::Options options(command, text);
  // Unknown flags are then left for us to name.
  options.custom_help(usage).set_width(kHelpColumns).allow_unrecognised_options();
  options.add_options()("h,help", "print this help");
  return options;
}

cxxopts::ParseResult parse_options(cxxopts::Options& options, const std::vector<std::string>& arguments) {
  const cxxopts::ParseResult flags = parse(options, arguments);
  if (flags.count("help") > 0) throw Finished{options.help()};

  const auto separator = std::ranges::find(arguments, "--");
  const auto after =
      static_cast<size_t>(arguments.end() - separator) - (separator == arguments.end() ? 0 : 1);
  const auto& unmatched = flags.unmatched();
  for (size_t i = 0; i + after < unmatched.size(); ++i) {
    if (unmatched[i].size() < 2 || unmatched[i].front() != '-') continue;
    const std::string flag = unmatched[i].substr(0, unmatched[i].find('='));
    throw Error(ErrorCode::usage, options.program(), "unknown flag '" + flag + "'",
                did_you_mean(nearest_names(flag, flag_names(options))) + see_help(options));
  }
  return flags;
}

std::vector<std::string> operands(const cxxopts::Options& options, const cxxopts::ParseResult& flags,
                                  const OperandCount& count) {
  const auto& given = flags.unmatched();
  if (given.size() < count.at_least) {
    throw Error(ErrorCode::usage, options.program(), count.what + " is missing", see_help(options));
  }
  if (given.size() > count.at_most) {
    throw Error(ErrorCode::usage, options.program(), "unexpected '" + given[count.at_most] + "'",
                see_help(options));
  }
  return given;
}

}  // namespace zoo::apps
