#include "zoo/checkpoint/flax_keras/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include "zoo/base/error.h"
#include "zoo/checkpoint/flax_keras/restrict_calls.h"

namespace zoo {
namespace {

constexpr char kResult = 'R', kError = 'E';  // the first byte of an answer; the last one is kEnd
constexpr char kEnd = '.';

// Bytes of address space in use; 0 where /proc does not say.
size_t address_space() {
  size_t pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

void limit(int resource, size_t value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

void send(int out, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(out, text.data() + at, text.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    at += static_cast<size_t>(written);
  }
}

[[noreturn]] void be_child(int out, size_t used, const std::function<std::string()>& work,
                           const IsolationLimits& limits) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE}) std::signal(signal, SIG_DFL);
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) {
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<size_t>(limits.seconds));
  if (used != 0) limit(RLIMIT_AS, used + limits.memory_bytes);
  restrict_calls(out);
  std::string answer;
  try {
    answer = kResult + work();
  } catch (const Error& error) {
    answer = std::string{kError, static_cast<char>('0' + static_cast<int>(error.code()))} + error.what();
  } catch (const std::exception& error) {
    answer =
        std::string{kError, static_cast<char>('0' + static_cast<int>(ErrorCode::corrupt))} + error.what();
  }
  send(out, answer + kEnd);
  ::_exit(0);
}

// A machine with much else to do may let it wait so many times as long as it works.
constexpr int kMostWaiting = 20;

// Everything until the other end closes; what there is so far where that takes too long or is too much.
std::string receive(int in, const IsolationLimits& limits) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + kMostWaiting * std::chrono::seconds(limits.seconds);
  std::string answer;
  char buffer[1 << 16];
  while (answer.size() <= limits.result_bytes) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{in, POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    const ssize_t count = ::read(in, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    answer.append(buffer, static_cast<size_t>(count));
  }
  return answer;
}

}  // namespace

std::string run_isolated(const std::function<std::string()>& work, const IsolationLimits& limits) {
  const size_t used = address_space();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::io, {}, std::strerror(errno));
  const pid_t child = ::fork();
  if (child == 0) be_child(ends[1], used, work, limits);
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw Error(ErrorCode::io, {}, std::string("no process can be started: ") + std::strerror(errno));
  }
  const std::string answer = receive(ends[0], limits);
  ::close(ends[0]);
  ::kill(child, SIGKILL);  // it has answered, or never will
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (answer.size() < 2 || answer.back() != kEnd || (answer[0] != kResult && answer[0] != kError)) {
    throw Error(ErrorCode::corrupt, {},
                "reading it crashed, or took more than " + std::to_string(limits.seconds) +
                    " s of processor time or " + std::to_string(limits.memory_bytes >> 20) + " MiB");
  }
  const std::string body = answer.substr(1, answer.size() - 2);
  if (answer[0] == kResult) return body;
  throw Error(static_cast<ErrorCode>(body.front() - '0'), {}, body.substr(1));
}

}  // namespace zoo
