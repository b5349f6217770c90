// The programs beside this one: `zoo finetune` is zoo-finetune, so that `zoo` itself need not load LibTorch;
// likewise `zoo download` and libcurl.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zoo::apps {

// Where zoo-<name> is, or would be: in the folder of the running program.
std::filesystem::path sibling_program(const std::string& name);

// Becomes zoo-<name>. Throws Error{not_found} if it is not installed, Error{io} if it cannot be run.
[[noreturn]] void replace_by_sibling(const std::string& name, const std::vector<std::string>& arguments);

struct Captured {
  int status = 0;  // as the shell shows it: 128 + the signal's number if one ended it
  std::string output, errors;
};
// Runs a program to its end. Throws Error{io} if it cannot be started.
Captured capture(const std::filesystem::path& program, const std::vector<std::string>& arguments);

}  // namespace zoo::apps
