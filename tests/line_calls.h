// Lets a test program serve many calls in one process.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace zoo::test {

// Each line on stdin is one call, its arguments separated by tabs. The answer is one line: what `call`
// printed, its lines joined by tabs, or "error: " and the message.
inline void answer_lines(
    const std::function<void(const std::vector<std::string>& arguments, std::ostream& out)>& call) {
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> arguments;
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, '\t');) arguments.push_back(part);
    std::ostringstream printed;
    std::string answer;
    try {
      call(arguments, printed);
      answer = printed.str();
    } catch (const std::exception& error) {
      answer = std::string("error: ") + error.what();
    }
    std::ranges::replace(answer, '\n', '\t');
    std::cout << answer << std::endl;
  }
}

}  // namespace zoo::test
