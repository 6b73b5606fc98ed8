// Running in the foreground until somebody asks to stop.
#pragma once

#include <functional>

namespace cli {

/// Runs `serve`, which starts to serve, calls what it is given once that is done, and stops when it returns.
/// The call returns at SIGINT or SIGTERM. Says what went wrong on standard error; returns the exit code.
int run_in_foreground(const std::function<void(const std::function<void()>& wait)>& serve);

/// What went wrong, on standard error, as the exit code it has. For a `catch (...)`.
int explain_failure();

}  // namespace cli
