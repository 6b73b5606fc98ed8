#include "platform/platform.h"

#include <filesystem>

#include "base/config.h"
#include "base/log.h"
#include "platform/admin_socket.h"
#include "platform/data_directory.h"
#include "platform/instance_keys.h"
#include "platform/object_store.h"
#include "platform/process.h"
#include "platform/services.h"
#include "platform/trust.h"
#include "services/lok/configuration.h"
#include "services/lok/description.h"
#include "services/lok/lok.h"
#include "services/lok/provisioning/first_configuration.h"
#include "services/mikro/description.h"
#include "services/mikro/mikro.h"
#include "services/rekuest/description.h"
#include "services/rekuest/rekuest.h"
#include "sql/database.h"

namespace platform {
namespace {

constexpr const char* kObjectStore = "s3";
/// Small writes that are being made durable end well; clients send longer ones again.
constexpr auto kObjectsDrainLimit = std::chrono::milliseconds(300);

lok::Configuration read_lok(const DataDirectory& data, const Settings& settings) {
  if (!data.has("lok.yaml")) {
    lok::FirstOptions first;
    first.services = services();
    first.object_store_port = settings.object_store_port;
    lok::write_private_file(data.file("lok.yaml"), lok::make_first_configuration(first));
    base::log::info("platform.first_start", {{"data", data.path()}});
  }
  base::Config::Sources sources;
  sources.file = data.file("lok.yaml");
  const base::Config config = base::Config::load(sources, base::Config::Unknown::kWarn);
  lok::Configuration configuration = lok::Configuration::read(config);
  config.finish();
  lok::follow_services(configuration, services());
  lok::follow_object_store(configuration, settings.object_store_port);
  for (const service::Description& service : services()) {
    announce_key(configuration, service.name, instance_key(data, service.name));
  }
  announce_key(configuration, kObjectStore, instance_key(data, kObjectStore));
  return configuration;
}

std::unique_ptr<sql::Database> open_file(const DataDirectory& data, const std::string& name) {
  return sql::open_sqlite({.file = data.file(name + ".sqlite")});
}

}  // namespace

// Made from the top, taken down from the bottom: servers first, databases last.
struct Platform::State {
  explicit State(const Settings& settings)
      : data(settings.data),
        store(data),
        lok_database(open_file(data, lok::description().name)),
        rekuest_database(open_file(data, rekuest::description().name)),
        mikro_database(open_file(data, mikro::description().name)),
        process(settings),
        lok(*lok_database, read_lok(data, settings), process.workers, &store.store()),
        lok_callers(trust_in(lok, lok::description().name), lok.identities()),
        lok_graph(process.foundation(*lok_database, lok_callers.authenticator,
                                     instance_key(data, lok::description().name)),
                  lok.definition()),
        rekuest_identities(*rekuest_database),
        rekuest_callers(trust_in(lok, rekuest::description().name), rekuest_identities),
        rekuest(process.foundation(*rekuest_database, rekuest_callers.authenticator,
                                   instance_key(data, rekuest::description().name)),
                settings.rekuest, &store.store()),
        mikro_identities(*mikro_database),
        mikro_callers(trust_of_mikro(), mikro_identities),
        mikro(process.foundation(*mikro_database, mikro_callers.authenticator,
                                 instance_key(data, mikro::description().name), &*mikro_callers.tasks),
              store.store(), settings.mikro) {}

  service::AuthentikateConfig trust_of_mikro();
  void serve(const Settings& settings);

  DataDirectory data;
  ObjectStore store;
  std::unique_ptr<sql::Database> lok_database;
  std::unique_ptr<sql::Database> rekuest_database;
  std::unique_ptr<sql::Database> mikro_database;
  Process process;
  lok::Lok lok;
  Callers lok_callers;
  service::Service lok_graph;
  service::MirroredIdentities rekuest_identities;
  Callers rekuest_callers;
  rekuest::Rekuest rekuest;
  service::MirroredIdentities mikro_identities;
  Callers mikro_callers;
  mikro::Mikro mikro;
  std::unique_ptr<net::Server> objects;
  std::unique_ptr<net::Server> gateway;
  std::unique_ptr<AdminSocket> admin;
  std::string url;
  std::string access_file;
};

// Those of Lok, and for the task that they act in those of Rekuest.
service::AuthentikateConfig Platform::State::trust_of_mikro() {
  service::AuthentikateConfig trust = trust_in(lok, mikro::description().name);
  service::ProvenanceConfig& tasks = trust.provenance.emplace();
  tasks.audience = "*";
  tasks.issuers.push_back(
      {.iss = rekuest.settings().issuer, .keys = [this] { return rekuest.provenance_keys(); }});
  return trust;
}

void Platform::State::serve(const Settings& settings) {
  lok_graph.migrate();
  lok.provision();
  rekuest.start();
  mikro.start();

  net::Router router;
  const lok::Configuration& configuration = lok.configuration();
  const std::string prefix = configuration.prefix.empty() ? "" : "/" + configuration.prefix;
  lok_graph.add_routes(router, prefix);
  lok.add_routes(router, prefix);
  rekuest.add_routes(router, rekuest::description().prefix());
  mikro.add_routes(router, mikro::description().prefix());
  gateway = process.listen(settings.port, std::move(router),
                           static_cast<std::size_t>(configuration.trusted_proxies));
  objects = process.listen(settings.object_store_port, store.router(instance_key(data, kObjectStore)));
  url = process.address(settings.port);
  access_file = std::filesystem::absolute(data.file("access.json")).lexically_normal().string();
  lok::replace_private_file(access_file, lok::access_document(lok.configuration(), url).dump());
  const std::string store_url = process.address(settings.object_store_port);
  admin = std::make_unique<AdminSocket>(data.path(),
                                        [this, store_url](std::string_view command, base::Json arguments) {
                                          if (ObjectStore::knows(command))
                                            return store.administer(command, arguments, store_url);
                                          arguments.set("gateway", url);
                                          return lok.administration().run(command, arguments);
                                        });
  objects->start();
  gateway->start();
}

Platform::Platform(const Settings& settings) {
  start_or_explain([&] {
    state_ = std::make_unique<State>(settings);
    state_->serve(settings);
  });
}

Platform::~Platform() {
  if (!state_) return;
  state_->admin.reset();
  if (state_->gateway) state_->gateway->drain(kDrainLimit);
  if (state_->objects) state_->objects->drain(kObjectsDrainLimit);
  state_->process.wind_down(
      {state_->mikro_database.get(), state_->rekuest_database.get(), state_->lok_database.get()});
  state_->store.stop();
}

const std::string& Platform::url() const { return state_->url; }
const std::string& Platform::access_file() const { return state_->access_file; }

}  // namespace platform
