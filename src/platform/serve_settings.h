// What one service in a process of its own is told: flags over environment over its configuration file.
#pragma once

#include "platform/database_settings.h"
#include "platform/process_settings.h"
#include "platform/settings.h"
#include "platform/storage_settings.h"
#include "service/authentikate_config.h"
#include "services/lok/configuration.h"
#include "services/mikro/settings.h"
#include "services/rekuest/settings.h"

namespace platform {

struct LokSettings {
  ProcessSettings process;
  std::optional<jose::Key> instance_key;
  DatabaseSettings database;
  std::optional<objects::ExternalSettings> storage;  ///< without, pictures are refused
  std::string media_bucket;                          ///< empty: Lok's own name for it
  lok::Configuration lok;
};

struct RekuestSettings {
  ProcessSettings process;
  std::optional<jose::Key> instance_key;
  DatabaseSettings database;
  std::string path;  ///< before its routes, without slashes
  service::AuthentikateConfig callers;
  std::optional<objects::ExternalSettings> storage;  ///< without, media and assets are refused
  rekuest::Settings rekuest;
};

struct MikroSettings {
  ProcessSettings process;
  std::optional<jose::Key> instance_key;
  DatabaseSettings database;
  std::string path;  ///< before its routes, without slashes
  service::AuthentikateConfig callers;
  objects::ExternalSettings storage;
  mikro::Settings mikro;
};

/// These set the log up first, so that what they warn of has its format. Throw StartError(kConfiguration).
LokSettings read_lok_settings(const ProcessFlags& flags);
RekuestSettings read_rekuest_settings(const ProcessFlags& flags);
MikroSettings read_mikro_settings(const ProcessFlags& flags);
/// Whether `serve mikro` could read this. Throws base::Error(kValidation).
void check_mikro_settings(const base::Config& config);
/// Whether `serve rekuest` could read this. Throws base::Error(kValidation).
void check_rekuest_settings(const base::Config& config);

}  // namespace platform
