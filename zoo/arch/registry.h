// Architectures that are no row of the table: a program's own, and those that a model's config.json spells
// out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/arch/arch.h"

namespace zoo {

// Letters, digits, '_' and '-', 100 at most: it stands in names of files and of weights.
bool is_arch_name(std::string_view name);

// Puts a variant of one's own beside the table's rows: find_arch() and get_arch() know it by its name from
// then on, and with them whatever builds, lists, saves, loads, converts and fine-tunes. What the spec points
// to is copied. The result lives as long as the program. Thread-safe. Throws Error{mismatch} for a spec that
// cannot be built, or whose name is not made of letters, digits, '_' and '-'; Error{usage} for a name that is
// taken, unless it is taken by the same spec.
const ArchSpec& register_arch(const ArchSpec& spec);

// All that are known by name: the table's rows in their order, then the registered ones in theirs.
std::vector<const ArchSpec*> known_archs();
// The names of those that the glob pattern fits ("resnet*d"), in that order; "" fits all.
std::vector<std::string> list_models(std::string_view pattern = {});

// A copy that lives as long as the program, known by no name; equal specs are kept once. Thread-safe.
const ArchSpec& keep_arch(const ArchSpec& spec);
// Whether the two say the same, their names aside.
bool is_same_net(const ArchSpec& a, const ArchSpec& b);
// Whether the table has a row of that name that says the same.
bool is_row(const ArchSpec& spec);

}  // namespace zoo
