// zoo: one command for everything. What needs no LibTorch is in this program, which therefore starts in a
// millisecond.
#include <algorithm>
#include <array>
#include <iostream>

#include "apps/cli/run_main.h"
#include "apps/zoo/commands.h"
#include "apps/zoo/sibling.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/version.h"

namespace zoo::apps {
namespace {

constexpr int kWrongUsage = 2;

constexpr std::array kCommands{
    Command{"list", "the published weights, or the architectures", run_list},
    Command{"show", "all that is known of a weight or an architecture", run_show},
    Command{"download", "get weights, checked against their published hash", nullptr},
    Command{"add", "put weights of the hub, a URL or a file into your own list", nullptr},
    Command{"verify", "hash downloaded weights again", run_verify},
    Command{"lock", "record the hashes of weights for a project to keep", run_lock},
    Command{"inspect", "what is in a checkpoint file, without executing anything in it", nullptr},
    Command{"convert", "a checkpoint in another format, layout or precision", nullptr},
    Command{"data", "what is in a data set and what is wrong with it; split it", nullptr},
    Command{"finetune", "train a model on a folder of pictures", nullptr},
    Command{"evaluate", "accuracy of a model on a folder of pictures", nullptr},
    Command{"predict", "what a model sees in pictures", nullptr},
    Command{"draw", "draw a small data set to try everything with", nullptr},
    Command{"augment", "draw what training will see of pictures", nullptr},
    Command{"doctor", "what is wrong with this installation, and how to mend it", run_doctor},
    Command{"help", "this list, or how to use one command", run_help},
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    print_overview(std::cerr);
    return kWrongUsage;
  }
  const std::string& first = arguments.front();
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (first == "--version" || first == "-V") throw Finished{"zoo " ZOO_VERSION_STRING "\n"};
  if (first == "--help" || first == "-h") return run_help(rest);
  return run_command(first, rest);
}

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

int run_command(const std::string& name, const Arguments& arguments) {
  const auto found = std::ranges::find(kCommands, name, &Command::name);
  if (found == kCommands.end()) {
    std::vector<std::string> names;
    for (const Command& command : kCommands) names.emplace_back(command.name);
    throw Error(ErrorCode::usage, "", "unknown command '" + name + "'",
                did_you_mean(nearest_names(name, names)) + "'zoo help' shows all commands.");
  }
  if (found->run != nullptr) return found->run(arguments);
  replace_by_sibling(name, arguments);
}

}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
