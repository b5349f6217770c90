// The frame of every program: what main() does besides the work itself.
#pragma once

#include <string>
#include <vector>

namespace zoo::apps {

// Thrown where the whole answer is a text: run_main prints it on stdout and ends with status 0 (--help,
// --version).
struct Finished {
  std::string text;
};

// Runs `body` with the arguments after the program's name, and returns the exit status: what body returns, or
// 1 failed, 2 wrong usage, 130 interrupted, with "zoo: <message>" on stderr. A reader that closes our stdout
// ends us quietly; output that cannot be written (full disk) is a failure. Ctrl-C ends the process unless an
// InterruptGuard (interrupt.h) lives.
int run_main(int argc, char** argv, int (*body)(const std::vector<std::string>& arguments));

}  // namespace zoo::apps
