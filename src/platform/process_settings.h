// What every process of the platform is told, whichever services it runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"

namespace platform {

struct ProcessSettings {
  std::uint16_t port = 8000;
  std::vector<std::string> listen{"127.0.0.1", "::1"};
  bool json = false;   ///< the log, and the line that says it is ready
  bool debug = false;  ///< says more in the log, and services take static tokens
  std::string log_level = "info";
  bool open_metrics = false;       ///< also for other machines
  std::size_t answer_mib = 256;    ///< memory that making one answer may take
  std::size_t answers_mib = 1024;  ///< and all of them together
  std::size_t workers = 0;         ///< threads for requests; 0: chosen for the machine
  std::string tls_certificate;     ///< PEM file, the whole chain; empty: plain HTTP
  std::string tls_key;             ///< PEM file

  /// Throws base::Error(kValidation) naming the key. `json` is what the flag says; the file can also ask for
  /// it.
  static ProcessSettings read(const base::Config& config, bool json);
};

/// A port. Throws base::Error(kValidation) naming the key.
std::uint16_t read_port(const base::Config& config, std::string_view key, std::int64_t fallback);

}  // namespace platform
