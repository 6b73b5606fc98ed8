// `up`: every service in one process behind path prefixes, and the first start.
#pragma once

#include <memory>
#include <string>

#include "platform/settings.h"

namespace platform {

/// Serves from construction on until it is destroyed. Throws StartError.
class Platform {
 public:
  explicit Platform(const Settings& settings);
  /// Stops accepting, finishes what runs, in under two seconds.
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  const std::string& url() const;  ///< `http://localhost:8000`
  const std::string& access_file() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace platform
