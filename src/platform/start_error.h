// Why the program could not start, with the exit code that tells scripts.
#pragma once

#include <string>

#include "base/error.h"

namespace platform {

enum class Exit : int {
  kOk = 0,
  kInternal = 1,
  kUsage = 2,
  kConfiguration = 3,  ///< cannot be read, or is wrong
  kPortTaken = 4,
  kLocked = 5,         ///< another process has the data directory
  kNewerDatabase = 6,  ///< written by a newer arkitektd
  kUnavailable = 7,    ///< disk full, no permission
};

class StartError : public base::Error {
 public:
  StartError(Exit exit_code, std::string message)
      : base::Error(base::code::kUnavailable, std::move(message)), exit(exit_code) {}
  Exit exit;
};

}  // namespace platform
