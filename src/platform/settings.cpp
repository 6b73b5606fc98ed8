#include "platform/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/config.h"
#include "platform/start_error.h"

namespace platform {
namespace {

Settings read(const Flags& flags) {
  const base::Config config = base::Config::load(flags.sources(), base::Config::Unknown::kRefuse);
  Settings settings{ProcessSettings::read(config, flags.json), flags.data, 8001, {}, {}};
  settings.object_store_port = read_port(config, "object_store.port", settings.port + 1);
  if (settings.object_store_port == settings.port)
    config.fail("object_store.port", "is the platform's own port");
  settings.rekuest = rekuest::Settings::read(config.section("rekuest"));
  settings.mikro = mikro::Settings::read(config.section("mikro"));
  config.finish();
  return settings;
}

}  // namespace

base::Config::Sources ProcessFlags::sources() const {
  base::Config::Sources sources;
  sources.file = config_file;
  sources.environment = base::Config::process_environment();
  if (debug) sources.flags.emplace_back("debug", "true");
  if (port) sources.flags.emplace_back("port", std::to_string(*port));
  if (!listen.empty()) sources.flags.emplace_back("listen", fmt::format("{}", fmt::join(listen, ",")));
  if (!tls_certificate.empty()) sources.flags.emplace_back("tls.certificate", tls_certificate);
  if (!tls_key.empty()) sources.flags.emplace_back("tls.key", tls_key);
  return sources;
}

Settings read_settings(const Flags& flags) {
  try {
    return read(flags);
  } catch (const base::Error& error) {
    throw StartError(Exit::kConfiguration, error.message());
  }
}

}  // namespace platform
