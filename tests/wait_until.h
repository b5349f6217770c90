// Waits for what another thread or process does.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>

namespace zoo::test {

// Returns when it has happened, however long that takes; after ten minutes it throws, so that what never
// comes fails.
inline void wait_until(const std::function<bool()>& has_happened) {
  constexpr auto kLooks = std::chrono::milliseconds(5);
  constexpr auto kPatience = std::chrono::minutes(10);
  for (auto waited = std::chrono::milliseconds(0); !has_happened(); waited += kLooks) {
    if (waited > kPatience) throw std::runtime_error("what the test waits for does not happen");
    std::this_thread::sleep_for(kLooks);
  }
}

}  // namespace zoo::test
