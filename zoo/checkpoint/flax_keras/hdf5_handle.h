// What libhdf5 hands out, closed at the end.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "zoo/base/error.h"

namespace zoo {

class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  // `what` is what the id stands for. Throws Error{code} if it is none.
  Hdf5Handle(hid_t id, Close close, const char* what, ErrorCode code = ErrorCode::corrupt)
      : id_(id), close_(close) {
    if (id < 0) throw Error(code, {}, std::string("libhdf5 fails at ") + what);
  }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }  // NOLINT: as the library's functions take it

 private:
  hid_t id_;
  Close close_;
};

}  // namespace zoo
