// Ctrl-C, and the terminal's end. Work that must not be cut off anywhere (a download, a training) asks
// between two steps whether to stop.
#pragma once

#include <string>

namespace zoo::apps {

// From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 (SLURM's warning) end the process with status 130 at once,
// unless an InterruptGuard lives.
void end_on_interrupt();

// While one lives, the first of them only makes interrupted() true; a second one ends the process
// at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

bool interrupted();
// Throws Error{interrupted} with that remedy ("What arrived was removed.") if interrupted().
void throw_if_interrupted(const std::string& remedy = {});

}  // namespace zoo::apps
