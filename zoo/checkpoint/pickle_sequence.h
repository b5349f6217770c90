// Several pickles one after another, with raw numbers and bytes between them, as torch's older files have
// them.
#pragma once

#include <string>

#include "zoo/checkpoint/pickle.h"

namespace zoo {

class PickleSequence {
 public:
  explicit PickleSequence(ByteSpan bytes) : bytes_(bytes) {}

  // Errors say that they are in `what`, and where that begins.
  Pickle next(const char* what, PickleHost& host);
  // The next `count` bytes. Throws Error{corrupt}.
  ByteSpan take(uint64_t count, const char* what);
  template <std::integral T>
  T number(const char* what) {
    return load<T>(take(sizeof(T), what), 0);
  }

  size_t position() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }

 private:
  ByteSpan bytes_;
  size_t at_ = 0;
};

}  // namespace zoo
