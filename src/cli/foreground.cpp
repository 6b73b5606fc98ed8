#include "cli/foreground.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "platform/start_error.h"

namespace cli {
namespace {

using platform::Exit;

int failed(Exit code, const char* message) {
  fmt::print(stderr, "arkitektd: {}\n", message);
  return static_cast<int>(code);
}

}  // namespace

int explain_failure() {
  try {
    throw;
  } catch (const platform::StartError& error) {
    return failed(error.exit, error.what());
  } catch (const std::exception& error) {
    return failed(Exit::kInternal, error.what());
  }
}

int run_in_foreground(const std::function<void(const std::function<void()>& wait)>& serve) {
  // Threads inherit the mask, so that only the wait below takes the signals.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    serve([&stops] {
      int signal = 0;
      sigwait(&stops, &signal);
      base::log::info("platform.stopping", {{"signal", signal}});
    });
    return static_cast<int>(Exit::kOk);
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace cli
