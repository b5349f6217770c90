// The one exception type of the library, and the codes by which a program can tell what went wrong.
#pragma once

#include <stdexcept>
#include <string>

namespace zoo {

enum class ErrorCode {
  usage,          // a flag or argument is wrong: exit status 2
  not_found,      // no such file, weight, architecture or class
  io,             // the operating system refused: permissions, full disk, unreadable file
  corrupt,        // bytes that contradict themselves or their format
  unsupported,    // well formed, but not something this build can read or do
  mismatch,       // two things that must agree do not: shapes, names, class counts
  network,        // a transfer failed
  hash_mismatch,  // the bytes are not the published ones
  interrupted,    // the user asked to stop: exit status 130
};

// Message = where, what (got and expected), what to do:
//   weights.json:/weights/3/sha256: 12 hex digits, expected 64. Paste the output of 'sha256sum <file>'.
// Names from anywhere may stand in it: it is made printable (foreign_text.h), and is one line.
class Error : public std::runtime_error {
 public:
  // `where` is the file, flag or record at fault (may be empty); `what` says what is wrong, with what was
  // found and what was expected; `remedy` is a whole sentence that says what to do (may be empty).
  Error(ErrorCode code, const std::string& where, const std::string& what, const std::string& remedy = {});

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace zoo
