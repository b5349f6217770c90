// A machine for Python's pickle format, protocols 0 to 5, that only builds plain values. It imports nothing
// and calls nothing: what a pickle asks to call becomes an Opaque, unless the host knows a plain meaning for
// it. Reference: CPython 3.13, Lib/pickletools.py.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

// Gives meaning to what goes beyond plain values.
class PickleHost {
 public:
  virtual ~PickleHost() = default;
  // What a persistent id stands for. The default refuses all: throws Error{corrupt}.
  virtual Value persistent(const Value& id);
  // What calling `name` ("torch.Size") with `args` gives, with at most one new container in it; nothing where
  // the call shall stay an Opaque. May throw Error{corrupt, unsupported}.
  virtual std::optional<Value> call(const std::string& name, const std::vector<Value>& args);
  // What `object` is once its `state` is set, without new containers in it; nothing where it stays an Opaque.
  virtual std::optional<Value> build(const Opaque& object, const Value& state);
};

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
