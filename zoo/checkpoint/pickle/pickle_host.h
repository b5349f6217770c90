// What calls in a pickle mean, without calling anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

}  // namespace zoo
