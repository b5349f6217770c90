// Takes from a process what it does not need to compute.
#pragma once

namespace zoo {

// From here on this process can allocate memory, write to the descriptor `out` and end; every other system
// call fails with EPERM (seccomp), and cannot be allowed again. Where the kernel has no seccomp or refuses
// it, and on processors other than x86-64 and 64-bit ARM, no new descriptor can be made all the same, and no
// file grows (resource limits), but files can still be removed, and processes started or sent signals. True
// if the calls are restricted. Builds with sanitizers, which look at memory through pipes, restrict nothing.
bool restrict_calls(int out);

}  // namespace zoo
