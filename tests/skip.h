// Test cases that need what a machine may lack: Catch 2 cannot skip them. Such a test case has its need as a
// tag,
// "[corpus]" or "[avx2]", so that ctest runs it in an entry of its own (zoo_test's NEEDS), and ends with
//   if (... lacks it ...) return zoo::test::skip("no AVX2 on this processor");
// The program then exits with kSkipped, and ctest shows the entry as skipped, with the reason.
#pragma once

#include <string>

namespace zoo::test {

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE

// Prints the running test case and the reason. The test case has to return then.
void skip(const std::string& reason);

}  // namespace zoo::test
