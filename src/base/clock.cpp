#include "base/clock.h"

#include <chrono>

namespace base {
namespace {

template <class Clock>
std::int64_t micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace

std::int64_t now_micros() { return micros<std::chrono::system_clock>(); }

std::int64_t monotonic_micros() { return micros<std::chrono::steady_clock>(); }

}  // namespace base
