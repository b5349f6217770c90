#include "zoo/core/error.h"

namespace zoo {
namespace {

std::string compose(const std::string& where, const std::string& what, const std::string& remedy) {
  std::string text = where.empty() ? what : where + ": " + what;
  if (!remedy.empty()) {
    if (!text.empty() && text.back() != '.' && text.back() != '?' && text.back() != '!') text += '.';
    text += ' ' + remedy;
  }
  return text;
}

}  // namespace

Error::Error(ErrorCode code, const std::string& where, const std::string& what, const std::string& remedy)
    : std::runtime_error(compose(where, what, remedy)), code_(code) {}

}  // namespace zoo
