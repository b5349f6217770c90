#include "apps/cli/run_main.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <ios>
#include <iostream>
#include <new>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "apps/cli/interrupt.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"

namespace zoo::apps {
namespace {

constexpr int kFailed = 1, kWrongUsage = 2, kInterrupted = 130, kBrokenPipe = 128 + SIGPIPE;
constexpr size_t kLongestForeign = 1000;  // bytes of a message

int report(std::string_view message, int status) {
  std::cout.exceptions(std::ios::goodbit);  // std::cerr flushes it, and nothing catches any more
  std::fflush(stdout);
  // A message about a command line already begins with "zoo list: ".
  std::cerr << (message.starts_with("zoo ") ? "" : "zoo: ") << message << '\n';
  return status;
}

int status_of(ErrorCode code) {
  if (code == ErrorCode::usage) return kWrongUsage;
  return code == ErrorCode::interrupted ? kInterrupted : kFailed;
}

int lost_output(int error) {
  if (error == EPIPE) return kBrokenPipe;
  return report("standard output: " + std::string(std::strerror(error)), kFailed);
}

// Foreign exceptions: LibTorch's go on with a C++ stack after the first line.
std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

int run(int argc, char** argv, int (*body)(const std::vector<std::string>&)) {
  try {
    int status = 0;
    try {
      status = body({argv + (argc > 0 ? 1 : 0), argv + argc});
    } catch (const Finished& finished) {
      std::cout << finished.text;
    }
    std::cout.flush();
    errno = 0;
    return std::fflush(stdout) == 0 ? status : lost_output(errno);
  } catch (const Error& error) {
    return report(error.what(), status_of(error.code()));
  } catch (const std::bad_alloc&) {
    return report("not enough memory", kFailed);
  } catch (const std::ios_base::failure& failure) {
    // Only std::cout throws these (see below); the failed write has left its reason in errno.
    return errno != 0 ? lost_output(errno) : report(failure.what(), kFailed);
  } catch (const std::exception& error) {
    return report(excerpt(first_line(error.what()), kLongestForeign), kFailed);
  }
}

// Where 0, 1 or 2 is closed, the next file that is opened has that number, and messages land in it. What
// stands in for a closed one fails as it would: reading from 0, writing to 1 and 2.
void open_standard_descriptors() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free, which is this one.
    if (::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) != number) std::_Exit(kFailed);
  }
}

}  // namespace

int run_main(int argc, char** argv, int (*body)(const std::vector<std::string>& arguments)) {
  open_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe, also a server's, is an error code and not a signal
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that grows past its limit
  end_on_interrupt();
  std::cout.exceptions(std::ios::badbit);
  return run(argc, argv, body);
}

}  // namespace zoo::apps
