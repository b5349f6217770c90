#include "zoo/convert/rename.h"

#include <regex>
#include <set>
#include <string_view>

#include "zoo/base/error.h"

namespace zoo {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, "--rename", what);
}

struct Renaming {
  std::regex from;
  std::string to;

  explicit Renaming(const std::string& text) {
    const size_t equals = text.rfind('=');  // the expression may have some: (?=x)
    if (equals == std::string::npos || equals == 0) refuse("'" + text + "' is not REGEX=TO");
    try {
      from = text.substr(0, equals);
    } catch (const std::regex_error&) {
      refuse("'" + text.substr(0, equals) + "' is not a regular expression");
    }
    to = text.substr(equals + 1);
  }
};

}  // namespace

void rename(std::vector<NamedTensor>& tensors, std::span<const std::string> renamings) {
  for (const std::string& text : renamings) {
    const Renaming renaming(text);
    try {
      for (NamedTensor& tensor : tensors)
        tensor.name = std::regex_replace(tensor.name, renaming.from, renaming.to);
    } catch (const std::regex_error&) {
      refuse("'" + text + "' is too complex");
    }
  }
  if (renamings.empty()) return;
  std::erase_if(tensors, [](const NamedTensor& tensor) { return tensor.name.empty(); });
  std::set<std::string_view> names;
  for (const NamedTensor& tensor : tensors) {
    if (!names.insert(tensor.name).second) refuse("gives two tensors the name '" + tensor.name + "'");
  }
}

}  // namespace zoo
