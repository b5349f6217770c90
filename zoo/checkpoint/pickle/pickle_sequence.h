// Several pickles one after another, with raw numbers and bytes between them, as torch's older files have
// them.
#pragma once

#include <set>
#include <string>

#include "zoo/checkpoint/pickle/pickle.h"

namespace zoo {

class PickleSequence {
 public:
  // Adds to `globals` what each pickle names: whoever loads the file in Python loads them all.
  PickleSequence(ByteSpan bytes, std::set<Global>& globals) : bytes_(bytes), globals_(&globals) {}

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
  std::set<Global>* globals_;
  size_t at_ = 0;
};

}  // namespace zoo
