#include "platform/process.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "net/http_client.h"
#include "platform/start_error.h"

namespace platform {
namespace {

// Requests wait for the writer and for each other, not for the processor.
std::size_t worker_count(const ProcessSettings& settings) {
  if (settings.workers > 0) return settings.workers;
  return std::max<std::size_t>(8, 4 * std::thread::hardware_concurrency());
}

// A certificate's files are written by other programs, some weeks before it ends.
constexpr auto kRenewEvery = std::chrono::minutes(1);

std::shared_ptr<net::TlsIdentity> load_identity(const ProcessSettings& settings) {
  if (settings.tls_certificate.empty()) return nullptr;
  auto identity = std::make_shared<net::TlsIdentity>(settings.tls_certificate, settings.tls_key);
  if (identity->ends_at() <= base::now_micros()) {
    base::log::warning("platform.certificate_ended", {{"file", settings.tls_certificate},
                                                      {"at", base::format_datetime(identity->ends_at())}});
  }
  return identity;
}

// Sockets, objects and databases are all files, and the usual limit is meant for a person at a terminal.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Process::Process(const ProcessSettings& given)
    : settings(given),
      answers{settings.answer_mib << 20U, settings.answers_mib << 20U, {0}},
      loop(2),
      workers("worker", worker_count(settings)),
      tls_(load_identity(settings)) {
  raise_file_limit();
  if (tls_) keep_certificate_fresh();
}

Process::~Process() {
  loop.stop();
  workers.stop();
}

void Process::keep_certificate_fresh() {
  renewal_ = loop.after(kRenewEvery, [this] {
    keep_certificate_fresh();
    const bool queued = workers.post([this] {
      try {
        tls_->renew();
      } catch (const base::Error& error) {
        base::log::warning("platform.certificate_not_renewed", {{"error", error.message()}});
      }
    });
    if (!queued) base::log::debug("platform.certificate_not_looked_at", {{"why", "busy"}});
  });
}

std::string Process::address(std::uint16_t port) const {
  const std::string name = tls_ ? tls_->host_name() : "";
  return fmt::format("{}://{}:{}", tls_ ? "https" : "http", name.empty() ? "localhost" : name, port);
}

service::Foundation Process::foundation(sql::Database& database, service::Authenticator& authenticator,
                                        std::optional<jose::Key> instance_key,
                                        const service::TaskVerifier* tasks) {
  return {loop,
          workers,
          database,
          authenticator,
          &answers,
          settings.open_metrics ? service::MetricsFor::kEverybody : service::MetricsFor::kThisMachine,
          std::move(instance_key),
          tasks};
}

std::unique_ptr<net::Server> Process::listen(std::uint16_t port, net::Router router,
                                             std::size_t trusted_proxies) {
  net::ServerOptions options;
  options.addresses = settings.listen;
  options.port = port;
  options.limits.trusted_proxies = trusted_proxies;
  options.tls = tls_;
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
    : verifier(std::move(trust), net::fetch), authenticator(verifier, directory) {
  if (verifier.config().provenance) tasks.emplace(*verifier.config().provenance, net::fetch);
}

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
