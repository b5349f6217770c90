// The main function of all test programs. Its status: 1 where a test case failed or none ran, kSkipped where
// one was skipped, whatever the others did, else 0.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <iostream>
#include <set>

#include "tests/skip.h"

namespace zoo::test {
namespace {

std::set<std::string> skipped;  // lines; a test case that runs several times is told once

}  // namespace

void skip(const std::string& reason) {
  const auto [line, is_new] =
      skipped.insert("skipped: " + Catch::getResultCapture().getCurrentTestName() + ": " + reason);
  if (is_new) std::cout << *line << std::endl;
}

}  // namespace zoo::test

int main(int argc, char** argv) {
  Catch::Session session;
  session.configData().warnings = Catch::WarnAbout::NoTests;  // a filter that chooses nothing is a mistake
  if (const int wrong_usage = session.applyCommandLine(argc, argv); wrong_usage != 0) return wrong_usage;
  if (session.run() != 0) return 1;
  return zoo::test::skipped.empty() ? 0 : zoo::test::kSkipped;
}
