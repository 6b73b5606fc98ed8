#include "platform/serve_settings.h"

#include "base/log.h"
#include "platform/start_error.h"
#include "service/private_key.h"
#include "services/mikro/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Config;

void set_up_log(const ProcessSettings& settings) {
  base::log::configure({*base::log::parse_level(settings.log_level), settings.json});
}

DatabaseSettings required(std::optional<DatabaseSettings> database, const Config& config) {
  if (!database) config.fail("database", "must be given: `uri: postgresql://...`, `host` or `file`");
  return *std::move(database);
}

/// The names that tools which share this file's format know its variables by.
Config::Sources lok_sources(const ProcessFlags& flags) {
  Config::Sources sources = flags.sources();
  sources.plain_names = {"DJANGO__", "POSTGRES__", "DEPLOYMENT__", "LOK__", "PRIVATE_KEY", "OIDC_ISSUER"};
  return sources;
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

RekuestSettings read_rekuest(const Config& config, const ProcessSettings& process) {
  RekuestSettings settings;
  settings.process = process;
  settings.instance_key = service::read_instance_key(config);
  settings.database = required(DatabaseSettings::read(config), config);
  settings.path = config.text("path", rekuest::description().name);
  settings.callers = service::AuthentikateConfig::from_config(config.section("authentikate"), process.debug);
  settings.rekuest = rekuest::Settings::read(config);
  if (config.has("storage")) {
    settings.storage = read_storage(config);
    read_storage_of(config, settings.rekuest.stores);
  }
  config.finish();
  return settings;
}

MikroSettings read_mikro(const Config& config, const ProcessSettings& process) {
  MikroSettings settings;
  settings.process = process;
  settings.instance_key = service::read_instance_key(config);
  settings.database = required(DatabaseSettings::read(config), config);
  settings.path = config.text("path", mikro::description().name);
  settings.callers = service::AuthentikateConfig::from_config(config.section("authentikate"), process.debug);
  settings.storage = read_storage(config);
  settings.mikro = mikro::Settings::read(config);
  read_storage_of(config, settings.mikro.stores);
  config.finish();
  return settings;
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
    const Config config = Config::load(lok_sources(flags), Config::Unknown::kWarn);
    LokSettings settings;
    settings.process = ProcessSettings::read(config, flags.json);
    set_up_log(settings.process);
    settings.instance_key = service::read_instance_key(config);
    settings.lok = lok::Configuration::read(config);
    settings.database = lok_database(config, settings.lok);
    settings.storage = read_datalayer(config);
    if (settings.storage) settings.media_bucket = config.text("datalayer.media.bucket", "");
    config.finish();
    return settings;
  });
}

RekuestSettings read_rekuest_settings(const ProcessFlags& flags) {
  return as_start_error([&] {
    const Config config = Config::load(flags.sources(), Config::Unknown::kRefuse);
    const ProcessSettings process = ProcessSettings::read(config, flags.json);
    set_up_log(process);
    return read_rekuest(config, process);
  });
}

MikroSettings read_mikro_settings(const ProcessFlags& flags) {
  return as_start_error([&] {
    const Config config = Config::load(flags.sources(), Config::Unknown::kRefuse);
    const ProcessSettings process = ProcessSettings::read(config, flags.json);
    set_up_log(process);
    return read_mikro(config, process);
  });
}

void check_mikro_settings(const Config& config) { read_mikro(config, ProcessSettings::read(config, false)); }

void check_rekuest_settings(const Config& config) {
  read_rekuest(config, ProcessSettings::read(config, false));
}

}  // namespace platform
