// What holds for a whole tree of values: it is a tree, it is not too deep or too large, and its tensors have
// names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

inline constexpr int kMaxDepth = 400;              // of containers; whole pickled networks need a few dozen
inline constexpr size_t kMaxNameLength = 500;      // of a flattened tensor name, in bytes
inline constexpr size_t kMaxContainers = 250'000;  // in a file; a tensor takes six
// In a file, and in its tree when shared parts count each time.
inline constexpr int64_t kMaxValues = 1'500'000;

// What a value costs in memory and in a listing, without what its items cost, in units of about a value.
int64_t weight(const Value& value);

// Owns containers while a tree is built from untrusted instructions. They may form cycles or chains of any
// depth, which reference counting would leak or tear down recursively; the nursery takes them apart one by
// one instead.
class Nursery {
 public:
  Nursery() = default;
  ~Nursery();
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  // Each container must be given here as soon as it exists. Returns what it was given.
  Value adopt(Value value);
  // Checks that what hangs on `root` is a tree within the limits whose dicts have no key twice, and lets it
  // go; all other containers stay here. Throws Error{corrupt}.
  void release(const Value& root);

 private:
  std::vector<Value> containers_;
};

// Appends all tensors under `value` with their names: keys joined by '.', positions as '[i]'. The attributes
// of an opaque object count as members; a torch.nn.Module's _parameters, _buffers and _modules add no name of
// their own, so that a pickled network lists what its state_dict() would.
void flatten(const Value& value, const std::string& name, std::vector<NamedTensor>& out);

// A dict key as a part of a tensor's name.
std::string key_text(const Value& key);

}  // namespace zoo
