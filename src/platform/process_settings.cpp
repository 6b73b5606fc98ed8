#include "platform/process_settings.h"

#include "base/log.h"

namespace platform {
namespace {

std::size_t mebibytes_of(const base::Config& config, std::string_view key, std::size_t fallback) {
  const std::int64_t size = config.integer(key, static_cast<std::int64_t>(fallback));
  if (size < 1 || size > 1024 * 1024) config.fail(key, "is not between 1 and 1048576");
  return static_cast<std::size_t>(size);
}

}  // namespace

std::uint16_t read_port(const base::Config& config, std::string_view key, std::int64_t fallback) {
  const std::int64_t port = config.integer(key, fallback);
  if (port < 1 || port > 65535) config.fail(key, "is no port: use 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

ProcessSettings ProcessSettings::read(const base::Config& config, bool json) {
  ProcessSettings settings;
  settings.json = config.text("log.format", "text") == "json" || json;
  settings.port = read_port(config, "port", settings.port);
  if (const auto listen = config.texts("listen"); !listen.empty()) settings.listen = listen;
  settings.debug = config.flag("debug", false);
  settings.log_level = config.text("log.level", settings.debug ? "debug" : settings.log_level);
  if (!base::log::parse_level(settings.log_level)) {
    config.fail("log.level", "is none of debug, info, warning, error");
  }
  settings.open_metrics = config.flag("metrics.open", settings.open_metrics);
  settings.answer_mib = mebibytes_of(config, "limits.answer_mib", settings.answer_mib);
  settings.answers_mib = mebibytes_of(config, "limits.answers_mib", settings.answers_mib);
  const std::int64_t workers = config.integer("workers", 0);
  if (workers < 0 || workers > 1024) config.fail("workers", "is not between 0 and 1024");
  settings.workers = static_cast<std::size_t>(workers);
  settings.tls_certificate = config.text("tls.certificate", "");
  settings.tls_key = config.text("tls.key", "");
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    config.fail("tls", "needs both: `certificate` and `key`, two PEM files");
  }
  return settings;
}

}  // namespace platform
