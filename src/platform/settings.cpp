#include "platform/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/config.h"
#include "base/log.h"
#include "platform/start_error.h"

namespace platform {
namespace {

std::uint16_t port_of(const base::Config& config, std::string_view key, std::int64_t fallback) {
  const std::int64_t port = config.integer(key, fallback);
  if (port < 1 || port > 65535) config.fail(key, "is no port: use 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

std::size_t mebibytes_of(const base::Config& config, std::string_view key, std::size_t fallback) {
  const std::int64_t size = config.integer(key, static_cast<std::int64_t>(fallback));
  if (size < 1 || size > 1024 * 1024) config.fail(key, "is not between 1 and 1048576");
  return static_cast<std::size_t>(size);
}

Settings read(const Flags& flags) {
  base::Config::Sources sources;
  sources.file = flags.config_file;
  sources.environment = base::Config::process_environment();
  if (flags.port) sources.flags.emplace_back("port", std::to_string(*flags.port));
  if (!flags.listen.empty())
    sources.flags.emplace_back("listen", fmt::format("{}", fmt::join(flags.listen, ",")));
  const base::Config config = base::Config::load(sources, base::Config::Unknown::kRefuse);
  Settings settings;
  settings.data = flags.data;
  settings.json = flags.json || config.text("log.format", "text") == "json";
  settings.port = port_of(config, "port", settings.port);
  settings.object_store_port = port_of(config, "object_store.port", settings.port + 1);
  if (settings.object_store_port == settings.port)
    config.fail("object_store.port", "is the platform's own port");
  if (const auto listen = config.texts("listen"); !listen.empty()) settings.listen = listen;
  settings.log_level = config.text("log.level", settings.log_level);
  if (!base::log::parse_level(settings.log_level)) {
    config.fail("log.level", "is none of debug, info, warning, error");
  }
  settings.open_metrics = config.flag("metrics.open", settings.open_metrics);
  settings.answer_mib = mebibytes_of(config, "limits.answer_mib", settings.answer_mib);
  settings.answers_mib = mebibytes_of(config, "limits.answers_mib", settings.answers_mib);
  const std::int64_t workers = config.integer("workers", 0);
  if (workers < 0 || workers > 1024) config.fail("workers", "is not between 0 and 1024");
  settings.workers = static_cast<std::size_t>(workers);
  config.finish();
  return settings;
}

}  // namespace

Settings read_settings(const Flags& flags) {
  try {
    return read(flags);
  } catch (const base::Error& error) {
    throw StartError(Exit::kConfiguration, error.message());
  }
}

}  // namespace platform
