#include "apps/cli/interrupt.h"

#include <csignal>
#include <string_view>

#include <unistd.h>

#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

volatile std::sig_atomic_t guards = 0;
volatile std::sig_atomic_t received = 0;

extern "C" void on_interrupt(int) {
  if (guards > 0 && received == 0) {
    received = 1;
    return;
  }
  constexpr std::string_view message = "zoo: interrupted\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(130);
}

}  // namespace

void end_on_interrupt() {
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction before{};
    // A shell starts background jobs with SIGINT ignored, nohup anything with SIGHUP; that stays so.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
}

InterruptGuard::InterruptGuard() {
  guards = guards + 1;
}
InterruptGuard::~InterruptGuard() {
  guards = guards - 1;
}

bool interrupted() {
  return received != 0;
}

void throw_if_interrupted(const std::string& remedy) {
  if (interrupted()) throw Error(ErrorCode::interrupted, "", "interrupted", remedy);
}

}  // namespace zoo::apps
