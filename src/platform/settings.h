// What `up` is told: flags over environment over file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace platform {

/// As given on the command line; unset means the next source decides.
struct Flags {
  std::string data = "./data";
  std::optional<std::uint16_t> port;
  std::vector<std::string> listen;
  std::string config_file;
  bool json = false;
};

struct Settings {
  std::string data;
  std::uint16_t port = 8000;
  std::uint16_t object_store_port = 8001;
  std::vector<std::string> listen{"127.0.0.1", "::1"};
  bool json = false;  ///< the log, and the line that says it is ready
  std::string log_level = "info";
  bool open_metrics = false;       ///< also for other machines
  std::size_t answer_mib = 256;    ///< memory that making one answer may take
  std::size_t answers_mib = 1024;  ///< and all of them together
  std::size_t workers = 0;         ///< threads for requests; 0: chosen for the machine
};

/// Throws StartError(kConfiguration).
Settings read_settings(const Flags& flags);

}  // namespace platform
