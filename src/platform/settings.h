// What `up` is told: flags over environment over file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/process_settings.h"
#include "services/mikro/settings.h"
#include "services/rekuest/settings.h"

namespace platform {

/// As given on the command line; unset means the next source decides.
struct ProcessFlags {
  std::optional<std::uint16_t> port;
  std::vector<std::string> listen;
  std::string config_file;
  std::string tls_certificate;
  std::string tls_key;
  bool json = false;
  bool debug = false;

  /// In the order of their precedence, for base::Config::load.
  base::Config::Sources sources() const;
};

struct Flags : ProcessFlags {
  std::string data = "./data";
};

struct Settings : ProcessSettings {
  std::string data;
  std::uint16_t object_store_port = 8001;
  rekuest::Settings rekuest;
  mikro::Settings mikro;
};

/// Throws StartError(kConfiguration).
Settings read_settings(const Flags& flags);

}  // namespace platform
