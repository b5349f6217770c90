#include "zoo/base/environment.h"

#include <cstdlib>

namespace zoo {
namespace {

std::optional<std::filesystem::path> user_folder(const char* variable, const char* in_home) {
  const auto chosen = environment(variable);
  if (chosen && std::filesystem::path(*chosen).is_absolute()) return std::filesystem::path(*chosen);
  if (const auto home = environment("HOME")) return std::filesystem::path(*home) / in_home;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::filesystem::path> user_cache_folder() {
  return user_folder("XDG_CACHE_HOME", ".cache");
}

std::optional<std::filesystem::path> user_config_folder() {
  return user_folder("XDG_CONFIG_HOME", ".config");
}

}  // namespace zoo
