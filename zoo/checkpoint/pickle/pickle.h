// A machine for Python's pickle format, protocols 0 to 5, that only builds plain values. It imports nothing
// and calls nothing: what a pickle asks to call becomes an Opaque, unless the host knows a plain meaning for
// it. Reference: CPython 3.13, Lib/pickletools.py.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/pickle/pickle_host.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

struct Pickle {
  Value root;                // a tree: no cycles, at most kMaxDepth deep
  std::set<Global> globals;  // every class and function that was named
  size_t size = 0;           // bytes up to and with STOP
};

// Reads the pickle that starts at the first byte; what follows it is not looked at. Integers beyond 64 bits
// are Opaque{"builtins.int", args = (text,)}, text that is not UTF-8 is Bytes. Throws Error{corrupt,
// unsupported}.
Pickle read_pickle(ByteSpan bytes, PickleHost& host);

}  // namespace zoo
