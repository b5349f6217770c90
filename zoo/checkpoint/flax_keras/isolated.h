// Runs work on untrusted bytes where it can do no harm: in a child process with little memory, little time
// and, where the kernel has seccomp, no rights (restrict_calls.h). For libraries that were not written for
// hostile files: what kills them is an error here, and their global state is left alone.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace zoo {

struct IsolationLimits {
  size_t memory_bytes = 256 << 20;  // beyond what the process has now
  int seconds = 5;                  // of processor time
  size_t result_bytes = 64 << 20;
};

// What `work` returned. It runs in a copy of this process, so it must not print, start threads, open files or
// take locks that another thread may hold. Rethrows its zoo::Error. Throws Error{corrupt} where it crashed or
// needed more than the limits, Error{io} where no process can be started.
std::string run_isolated(const std::function<std::string()>& work, const IsolationLimits& limits = {});

}  // namespace zoo
