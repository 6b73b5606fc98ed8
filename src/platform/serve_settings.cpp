#include "platform/serve_settings.h"

#include "base/log.h"
#include "platform/start_error.h"
#include "service/private_key.h"

namespace platform {
namespace {

using base::Config;

ProcessSettings read_process(const Config& config, const ProcessFlags& flags) {
  ProcessSettings settings = ProcessSettings::read(config, flags.json);
  base::log::configure({*base::log::parse_level(settings.log_level), settings.json});
  return settings;
}

DatabaseSettings required(std::optional<DatabaseSettings> database, const Config& config) {
  if (!database) config.fail("database", "must be given: `uri: postgresql://...`, `host` or `file`");
  return *std::move(database);
}

/// Our own block, or the one of the tools that share this file's format.
DatabaseSettings lok_database(const Config& config, const lok::Configuration& lok) {
  std::optional<DatabaseSettings> database = DatabaseSettings::read(config);
  if (!database && lok.postgres) {
    const lok::PostgresSettings& parts = *lok.postgres;
    database.emplace().uri =
        connection_string(parts.host, parts.port, parts.database, parts.username, parts.password);
  }
  return required(std::move(database), config);
}

template <class Read>
auto as_start_error(Read read) {
  try {
    return read();
  } catch (const base::Error& error) {
    throw StartError(Exit::kConfiguration, error.message());
  }
}

}  // namespace

LokSettings read_lok_settings(const ProcessFlags& flags) {
  return as_start_error([&] {
    const Config config = Config::load(flags.sources(), Config::Unknown::kWarn);
    LokSettings settings;
    settings.process = read_process(config, flags);
    settings.instance_key = service::read_instance_key(config);
    settings.lok = lok::Configuration::read(config);
    settings.database = lok_database(config, settings.lok);
    config.finish();
    return settings;
  });
}

RekuestSettings read_rekuest_settings(const ProcessFlags& flags) {
  return as_start_error([&] {
    const Config config = Config::load(flags.sources(), Config::Unknown::kRefuse);
    RekuestSettings settings;
    settings.process = read_process(config, flags);
    settings.instance_key = service::read_instance_key(config);
    settings.database = required(DatabaseSettings::read(config), config);
    settings.callers = service::AuthentikateConfig::from_config(config.section("authentikate"), false);
    settings.rekuest = rekuest::Settings::read(config);
    config.finish();
    return settings;
  });
}

}  // namespace platform
