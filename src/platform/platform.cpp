#include "platform/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "base/config.h"
#include "base/log.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "platform/data_directory.h"
#include "platform/object_store.h"
#include "platform/start_error.h"
#include "service/auth.h"
#include "service/service.h"
#include "services/lok/configuration.h"
#include "services/lok/first_configuration.h"
#include "services/lok/lok.h"
#include "services/rekuest/rekuest.h"
#include "sql/database.h"

namespace platform {
namespace {

constexpr auto kDrainLimit = std::chrono::milliseconds(1500);

lok::Configuration read_lok(const DataDirectory& data, const Settings& settings) {
  if (!data.has("lok.yaml")) {
    lok::FirstOptions first;
    first.object_store_port = settings.object_store_port;
    lok::write_private_file(data.file("lok.yaml"), lok::make_first_configuration(first));
    base::log::info("platform.first_start", {{"data", data.path()}});
  }
  base::Config::Sources sources;
  sources.file = data.file("lok.yaml");
  const base::Config config = base::Config::load(sources, base::Config::Unknown::kWarn);
  lok::Configuration configuration = lok::Configuration::read(config);
  config.finish();
  lok::follow_object_store(configuration, settings.object_store_port);
  return configuration;
}

std::unique_ptr<sql::Database> open_database(const DataDirectory& data, const std::string& name) {
  sql::SqliteOptions options;
  options.file = data.file(name + ".sqlite");
  return sql::open_sqlite(options);
}

// Tokens of the Lok in this process: its keys are handed over, not fetched.
service::AuthentikateConfig trust_in(const lok::Lok& lok, std::string audience) {
  service::AuthentikateConfig config;
  config.audience = std::move(audience);
  config.issuers.push_back({.iss = lok.configuration().issuer, .keys = [&lok] { return lok.keys(); }});
  return config;
}

// Requests wait for the writer and for each other, not for the processor.
std::size_t worker_count(const Settings& settings) {
  if (settings.workers > 0) return settings.workers;
  return std::max<std::size_t>(8, 4 * std::thread::hardware_concurrency());
}

service::MetricsFor readers_of_metrics(const Settings& settings) {
  return settings.open_metrics ? service::MetricsFor::kEverybody : service::MetricsFor::kThisMachine;
}

net::ServerOptions server_options(const Settings& settings, std::uint16_t port) {
  net::ServerOptions options;
  options.addresses = settings.listen;
  options.port = port;
  return options;
}

/// One service's callers.
struct Callers {
  Callers(const lok::Lok& lok, std::string audience, service::IdentityDirectory& directory)
      : verifier(trust_in(lok, std::move(audience))), authenticator(verifier, directory) {}
  service::TokenVerifier verifier;
  service::Authenticator authenticator;
};

}  // namespace

// Made from the top, taken down from the bottom: servers first, databases last.
struct Platform::State {
  explicit State(const Settings& settings)
      : data(settings.data),
        answers{settings.answer_mib << 20U, settings.answers_mib << 20U, {0}},
        lok_database(open_database(data, "lok")),
        rekuest_database(open_database(data, "rekuest")),
        loop(2),
        workers("worker", worker_count(settings)),
        lok(*lok_database, read_lok(data, settings), workers),
        lok_callers(lok, "*", lok.identities()),
        lok_graph(
            {loop, workers, *lok_database, lok_callers.authenticator, &answers, readers_of_metrics(settings)},
            lok.definition()),
        identities(*rekuest_database),
        rekuest_callers(lok, "rekuest", identities),
        rekuest({loop, workers, *rekuest_database, rekuest_callers.authenticator, &answers,
                 readers_of_metrics(settings)}) {}

  void serve(const Settings& settings);

  DataDirectory data;
  graphql::AnswerLimits answers;
  std::unique_ptr<sql::Database> lok_database;
  std::unique_ptr<sql::Database> rekuest_database;
  net::EventLoop loop;
  net::WorkerPool workers;
  lok::Lok lok;
  Callers lok_callers;
  service::Service lok_graph;
  service::MirroredIdentities identities;
  Callers rekuest_callers;
  rekuest::Rekuest rekuest;
  std::unique_ptr<net::Server> objects;
  std::unique_ptr<net::Server> gateway;
  std::string url;
  std::string access_file;
};

void Platform::State::serve(const Settings& settings) {
  lok_graph.migrate();
  lok.provision();
  rekuest.start();

  net::Router router;
  lok_graph.add_routes(router, "/lok");
  lok.add_routes(router, "/lok");
  rekuest.add_routes(router, "/rekuest");
  try {
    gateway = std::make_unique<net::Server>(loop, server_options(settings, settings.port), std::move(router));
    objects = std::make_unique<net::Server>(loop, server_options(settings, settings.object_store_port),
                                            object_store_router());
  } catch (const base::Error& error) {
    throw StartError(Exit::kPortTaken, error.message());
  }
  url = fmt::format("http://localhost:{}", settings.port);
  access_file = std::filesystem::absolute(data.file("access.json")).lexically_normal().string();
  lok::replace_private_file(access_file, lok::access_document(lok.configuration(), url).dump());
  objects->start();
  gateway->start();
}

Platform::Platform(const Settings& settings) {
  try {
    state_ = std::make_unique<State>(settings);
    state_->serve(settings);
  } catch (const StartError&) {
    throw;
  } catch (const base::Error& error) {
    if (error.code() == base::code::kConflict) throw StartError(Exit::kNewerDatabase, error.message());
    if (error.code() == base::code::kValidation) throw StartError(Exit::kConfiguration, error.message());
    if (error.code() == base::code::kUnavailable) throw StartError(Exit::kUnavailable, error.message());
    throw;
  }
}

Platform::~Platform() {
  if (!state_) return;
  if (state_->gateway) state_->gateway->drain(kDrainLimit);
  if (state_->objects) state_->objects->drain(std::chrono::milliseconds(100));
  // Nothing new comes from here on; what is still being written ends while all
  // that it reports to is alive.
  state_->loop.stop();
  state_->workers.stop();
  state_->rekuest_database->write([](sql::Writer&) {});
  state_->lok_database->write([](sql::Writer&) {});
}

const std::string& Platform::url() const { return state_->url; }
const std::string& Platform::access_file() const { return state_->access_file; }

}  // namespace platform
