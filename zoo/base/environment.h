// The environment variables that say where a user's files are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace zoo {

// The variable's value; nothing if it is not set or empty.
std::optional<std::string> environment(const char* name);

// $XDG_CACHE_HOME, else ~/.cache; $XDG_CONFIG_HOME, else ~/.config. Nothing if there is no HOME either. A
// relative one is invalid and ignored (XDG Base Directory Specification).
std::optional<std::filesystem::path> user_cache_folder();
std::optional<std::filesystem::path> user_config_folder();

}  // namespace zoo
