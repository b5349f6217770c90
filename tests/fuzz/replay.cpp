// Runs a fuzz target on files: each argument is one, or a folder of them. No argument may be empty of files,
// so that a corpus that is lost is seen.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/fuzz/fuzz.h"
#include "tests/skip.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

int skipped = 0;

bool replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return false;
  // Exactly as large as the file, so that a sanitizer sees every byte read beyond it.
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  std::cout << path.string() << std::endl;  // before it runs: a crash names its file
  if (LLVMFuzzerTestOneInput(bytes.data(), bytes.size()) == zoo::fuzz::kNotHere) ++skipped;
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::vector<fs::path> files = files_of(arguments[i]);
    if (files.empty() || !std::all_of(files.begin(), files.end(), replay)) {
      std::cerr << arguments[i] << ": nothing to read\n";
      return 1;
    }
  }
  if (skipped > 0) {
    std::cout << "skipped: this processor lacks what is tested\n";
    return zoo::test::kSkipped;
  }
  return count > 1 ? 0 : 2;
}
