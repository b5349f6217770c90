// Lists of class names, one a line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/base/json_tree.h"

namespace zoo {

// Without empty lines; spaces around a name do not count. Throws Error{not_found, io}, and Error{corrupt} for
// a name that stands twice, with its lines.
std::vector<std::string> read_class_names(const std::filesystem::path& file);
// The classes.txt in this folder, if there is one.
std::optional<std::vector<std::string>> class_names_in(const std::filesystem::path& folder);

// "0", "1", ...
std::vector<std::string> numbers_as_names(int64_t count);
// The number that `text` is if it could be a class index: digits without a leading zero, below kMostClasses.
constexpr int64_t kMostClasses = 1'000'000;
std::optional<int32_t> class_index(std::string_view text);
// A label in JSON: a name, or an index as its digits. Nothing for what is neither.
std::optional<std::string> label_in(const JsonEntry& entry);

// Without the white space of ASCII at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace zoo
