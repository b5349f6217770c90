// zoo help: the manual.
#include <iostream>

#include <cxxopts.hpp>

#include "apps/cli/options.h"
#include "apps/zoo/commands.h"

namespace zoo::apps {
namespace {

constexpr size_t kNameColumn = 12;

}  // namespace

void print_overview(std::ostream& out) {
  out << "zoo: published ResNets in C++: get them, look into them, fine-tune them\n\n"
         "Usage:\n  zoo COMMAND [ARGUMENTS]\n  zoo --version\n\nCommands:\n";
  for (const Command& command : commands()) {
    std::string name(command.name);
    name.resize(kNameColumn, ' ');
    out << "  " << name << command.summary << '\n';
  }
  out << "\n'zoo help COMMAND' says how to use one of them.\n"
         "Weights are kept in $ZOO_HOME (else $XDG_CACHE_HOME/zoo, else ~/.cache/zoo).\n"
         "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\n";
}

int run_help(const Arguments& arguments) {
  auto options = make_options("zoo help", "[COMMAND]", "Say how to use a command.");
  const auto flags = parse_options(options, arguments);
  const auto names = operands(options, flags, {.at_least = 0, .at_most = 1, .what = "a command"});
  if (!names.empty()) return run_command(names.front(), {"--help"});
  print_overview(std::cout);
  return 0;
}

}  // namespace zoo::apps
