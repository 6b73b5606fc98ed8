#include "platform/process.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "net/http_client.h"
#include "platform/start_error.h"

namespace platform {
namespace {

// Requests wait for the writer and for each other, not for the processor.
std::size_t worker_count(const ProcessSettings& settings) {
  if (settings.workers > 0) return settings.workers;
  return std::max<std::size_t>(8, 4 * std::thread::hardware_concurrency());
}

}  // namespace

Process::Process(const ProcessSettings& given)
    : settings(given),
      answers{settings.answer_mib << 20U, settings.answers_mib << 20U, {0}},
      loop(2),
      workers("worker", worker_count(settings)) {}

service::Foundation Process::foundation(sql::Database& database, service::Authenticator& authenticator) {
  return {
      loop,     workers,
      database, authenticator,
      &answers, settings.open_metrics ? service::MetricsFor::kEverybody : service::MetricsFor::kThisMachine};
}

std::unique_ptr<net::Server> Process::listen(std::uint16_t port, net::Router router,
                                             std::size_t trusted_proxies) {
  net::ServerOptions options;
  options.addresses = settings.listen;
  options.port = port;
  options.limits.trusted_proxies = trusted_proxies;
  try {
    return std::make_unique<net::Server>(loop, options, std::move(router));
  } catch (const base::Error& error) {
    throw StartError(Exit::kPortTaken, error.message());
  }
}

void Process::wind_down(std::initializer_list<sql::Database*> databases) {
  loop.stop();
  workers.stop();
  for (sql::Database* database : databases) {
    try {
      database->write([](sql::Writer&) {});
    } catch (const base::Error& error) {
      base::log::warning("platform.database_away_at_end", {{"error", error.message()}});
    }
  }
}

Callers::Callers(service::AuthentikateConfig trust, service::IdentityDirectory& directory)
    : verifier(std::move(trust), net::fetch), authenticator(verifier, directory) {}

void start_or_explain(const std::function<void()>& start) {
  try {
    start();
  } catch (const StartError&) {
    throw;
  } catch (const base::Error& error) {
    if (error.code() == base::code::kConflict) throw StartError(Exit::kNewerDatabase, error.message());
    if (error.code() == base::code::kValidation) throw StartError(Exit::kConfiguration, error.message());
    if (error.code() == base::code::kUnavailable) throw StartError(Exit::kUnavailable, error.message());
    throw;
  }
}

}  // namespace platform
