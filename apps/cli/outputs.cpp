#include "apps/cli/outputs.h"

#include <algorithm>
#include <system_error>

#include "zoo/base/error.h"

namespace zoo::apps {

namespace fs = std::filesystem;

void require_no_input(const std::string& flag, const fs::path& out, const std::vector<fs::path>& inputs) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(fs::absolute(out), error);
  for (const fs::path& input : inputs) {
    const fs::path read = fs::canonical(input, error);
    if (input.empty() || error) continue;
    if (std::mismatch(read.begin(), read.end(), target.begin(), target.end()).first != read.end()) continue;
    throw Error(ErrorCode::usage, flag,
                "'" + out.string() + "' " + (read == target ? "is" : "lies in") + " what is read, '" +
                    input.string() + "'",
                "Write to another place.");
  }
}

}  // namespace zoo::apps
