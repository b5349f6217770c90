// The commands of `zoo`. Each has one file; the ones that need LibTorch, libcurl or HDF5, which take longer
// to load than `zoo list` to run, are programs of their own (sibling.h).
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zoo::apps {

using Arguments = std::vector<std::string>;  // what follows the command's name

int run_list(const Arguments& arguments);
int run_show(const Arguments& arguments);
int run_verify(const Arguments& arguments);
int run_lock(const Arguments& arguments);
int run_doctor(const Arguments& arguments);
int run_help(const Arguments& arguments);

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Arguments&);  // nullptr: the sibling program zoo-<name>
};
std::span<const Command> commands();
void print_overview(std::ostream& out);  // what `zoo help` prints

// Runs a command by its name. Throws Error{usage} with the nearest names.
int run_command(const std::string& name, const Arguments& arguments);

}  // namespace zoo::apps
