#include "zoo/base/error.h"

#include "zoo/base/foreign_text.h"

namespace zoo {
namespace {

constexpr size_t kLongestPlace = 1000;  // bytes; a path in a list may have any number

std::string compose(const std::string& where, const std::string& what, const std::string& remedy) {
  std::string text = where.empty() ? what : excerpt(where, kLongestPlace) + ": " + what;
  if (!remedy.empty()) {
    if (!text.empty() && text.back() != '.' && text.back() != '?' && text.back() != '!') text += '.';
    text += ' ' + remedy;
  }
  return printable(text);
}

}  // namespace

Error::Error(ErrorCode code, const std::string& where, const std::string& what, const std::string& remedy)
    : std::runtime_error(compose(where, what, remedy)), code_(code) {}

}  // namespace zoo
