#include "zoo/resolve/choose_arch.h"

#include <algorithm>
#include <utility>

#include "zoo/convert/translate.h"

namespace zoo {
namespace {

// "" where the file names none.
std::string named_in(const Checkpoint& checkpoint) {
  for (const char* key : {"arch", "architecture"}) {
    const Value* value = checkpoint.root().find(key);
    const std::string* text = value == nullptr ? nullptr : value->as_string();
    if (text != nullptr) return *text;
    if (const auto found = checkpoint.metadata().find(key); found != checkpoint.metadata().end())
      return found->second;
  }
  return {};
}

}  // namespace

ArchChoice choose_arch(const Checkpoint& checkpoint, const std::vector<NamedTensor>& tensors) {
  ArchChoice choice{.fits = fit_archs(shapes_of(tensors))};
  const std::string named = named_in(checkpoint);
  for (const ArchFit& fit : choice.fits) {
    if (!fit.exact()) continue;
    if (fit.arch->name == named) return {.arch = fit.arch, .fits = std::move(choice.fits)};
    if (choice.arch == nullptr)
      choice.arch = fit.arch;
    else
      choice.others.emplace_back(fit.arch->name);
  }
  return choice;
}

}  // namespace zoo
