// Opens a checkpoint and tells what that cost: the error or "opened", then by how many bytes the peak of
// resident memory rose. The file's pages are in memory before, so that only what opening itself takes counts.
//   checkpoint_peak FILE open|copy|list
// copy: also copies every tensor, one after another. list: without checksums, and the file's pages count too.
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"

namespace {

constexpr unsigned kKillAfterSeconds = 600;  // what hangs shall not hang the tests

// "VmHWM", the peak since it was reset, or "VmRSS".
int64_t status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return 1024 * std::stoll(line.substr(field.size() + 1));
  }
  return -1;
}

void touch_pages(std::span<const std::byte> bytes) {
  const volatile std::byte* data = bytes.data();
  for (size_t at = 0; at < bytes.size(); at += 4096) static_cast<void>(data[at]);
}

std::string open(const std::shared_ptr<const zoo::MappedFile>& file, const std::string& mode) {
  try {
    const auto checkpoint =
        zoo::Checkpoint::read(file->bytes(), file, "hostile", {.check_crc = mode != "list"});
    for (const auto& tensor : checkpoint.tensors()) {
      if (mode == "copy") zoo::owned_copies({tensor});
    }
    return "opened";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string mode = arguments[2];
  ::alarm(kKillAfterSeconds);
  const auto file = std::make_shared<const zoo::MappedFile>(arguments[1]);
  if (mode != "list") touch_pages(file->bytes());
  std::ofstream("/proc/self/clear_refs") << 5;  // resets the peak
  const int64_t before = status_bytes("VmHWM");
  const std::string result = open(file, mode);
  const int64_t peak = status_bytes("VmHWM") - before;
  std::cout << peak << '\n' << result << '\n';
  return 0;
}
