// Which folders and archives are CIFAR's Python version.
#pragma once

#include <filesystem>

namespace zoo {

// By the names of the files in it.
bool is_cifar_python(const std::filesystem::path& folder);
// A tar file, plain or with gzip: by its own name, or by those of the first files in it. Throws
// Error{not_found, io, corrupt, unsupported}.
bool is_cifar_archive(const std::filesystem::path& file);

}  // namespace zoo
