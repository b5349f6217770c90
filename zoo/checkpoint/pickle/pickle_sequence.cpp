#include "zoo/checkpoint/pickle/pickle_sequence.h"

#include "zoo/base/error.h"

namespace zoo {

Pickle PickleSequence::next(const char* what, PickleHost& host) {
  try {
    Pickle pickle = read_pickle(bytes_.subspan(at_), host);
    at_ += pickle.size;
    globals_->insert(pickle.globals.begin(), pickle.globals.end());
    return pickle;
  } catch (const Error& error) {
    throw Error(error.code(), std::string(what) + " (from byte " + std::to_string(at_) + ")", error.what());
  }
}

ByteSpan PickleSequence::take(uint64_t count, const char* what) {
  if (count > left()) {
    throw Error(ErrorCode::corrupt, {},
                std::string(what) + " (from byte " + std::to_string(at_) + ") wants " +
                    std::to_string(count) + " bytes where " + std::to_string(left()) + " are left");
  }
  const ByteSpan taken = bytes_.subspan(at_, count);
  at_ += count;
  return taken;
}

}  // namespace zoo
