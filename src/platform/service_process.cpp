#include "platform/service_process.h"

#include "base/log.h"
#include "platform/process.h"
#include "platform/serve_settings.h"
#include "platform/trust.h"
#include "services/lok/description.h"
#include "services/lok/lok.h"
#include "services/mikro/description.h"
#include "services/mikro/mikro.h"
#include "services/rekuest/description.h"
#include "services/rekuest/rekuest.h"

namespace platform {
namespace {

/// Null where none is configured.
std::unique_ptr<objects::ExternalStore> external(const std::optional<objects::ExternalSettings>& settings) {
  return settings ? std::make_unique<objects::ExternalStore>(*settings) : nullptr;
}

std::string path_of(const std::string& prefix) { return prefix.empty() ? "" : "/" + prefix; }

/// What is the same for every service. Those that derive from it end it by `stop`, while their parts are
/// alive.
class OneService : public ServiceProcess {
 public:
  void serve() override {
    start_or_explain([this] {
      prepare();
      net::Router router;
      add_routes(router);
      server_ = process_.listen(process_.settings.port, std::move(router), trusted_proxies_);
      server_->start();
    });
  }

  entity::MigrationPlan plan_migration() override {
    entity::MigrationPlan plan;
    start_or_explain([&] { plan = graph().plan_migration(); });
    return plan;
  }

  entity::MigrationPlan migrate() override {
    entity::MigrationPlan done;
    start_or_explain([&] { done = graph().migrate(); });
    return done;
  }

  std::string url() const override { return process_.address(process_.settings.port) + prefix_; }
  bool logs_json() const override { return process_.settings.json; }

 protected:
  OneService(const ProcessSettings& process, const DatabaseSettings& database, std::string prefix,
             std::size_t trusted_proxies)
      : database_(open_database(database)),
        process_(process),
        prefix_(std::move(prefix)),
        trusted_proxies_(trusted_proxies) {}

  virtual service::Service& graph() = 0;
  virtual void prepare() = 0;
  virtual void add_routes(net::Router& router) = 0;

  void stop() {
    if (server_) server_->drain(kDrainLimit);
    process_.wind_down({database_.get()});
    server_.reset();
  }

  const std::unique_ptr<sql::Database> database_;
  Process process_;
  const std::string prefix_;

 private:
  const std::size_t trusted_proxies_;
  std::unique_ptr<net::Server> server_;
};

class LokProcess final : public OneService {
 public:
  explicit LokProcess(const LokSettings& settings)
      : OneService(settings.process, settings.database, path_of(settings.lok.prefix),
                   static_cast<std::size_t>(settings.lok.trusted_proxies)),
        store_(external(settings.storage)),
        lok_(*database_, settings.lok, process_.workers, store_.get(), settings.media_bucket),
        callers_(trust_in(lok_, lok::description().name), lok_.identities()),
        graph_(process_.foundation(*database_, callers_.authenticator, settings.instance_key),
               lok_.definition()) {}
  ~LokProcess() override { stop(); }
  LokProcess(const LokProcess&) = delete;
  LokProcess& operator=(const LokProcess&) = delete;

 private:
  service::Service& graph() override { return graph_; }
  void prepare() override {
    graph_.migrate();
    lok_.provision();
  }
  void add_routes(net::Router& router) override {
    graph_.add_routes(router, prefix_);
    lok_.add_routes(router, prefix_);
  }

  const std::unique_ptr<objects::ExternalStore> store_;
  lok::Lok lok_;
  Callers callers_;
  service::Service graph_;
};

class RekuestProcess final : public OneService {
 public:
  RekuestProcess(const RekuestSettings& settings, bool agents_only)
      : OneService(settings.process, settings.database, path_of(settings.path), 0),
        agents_only_(agents_only),
        identities_(*database_),
        callers_(settings.callers, identities_),
        store_(external(settings.storage)),
        rekuest_(process_.foundation(*database_, callers_.authenticator, settings.instance_key),
                 settings.rekuest, store_.get()) {}
  ~RekuestProcess() override { stop(); }
  RekuestProcess(const RekuestProcess&) = delete;
  RekuestProcess& operator=(const RekuestProcess&) = delete;

 private:
  service::Service& graph() override { return rekuest_.graph(); }
  void prepare() override {
    rekuest_.start();
    base::log::info("platform.replica", {{"name", rekuest_.settings().replica}});
  }
  void add_routes(net::Router& router) override {
    if (agents_only_) {
      rekuest_.add_agent_routes(router, prefix_);
    } else {
      rekuest_.add_routes(router, prefix_);
    }
  }

  const bool agents_only_;
  service::MirroredIdentities identities_;
  Callers callers_;
  const std::unique_ptr<objects::ExternalStore> store_;
  rekuest::Rekuest rekuest_;
};

class MikroProcess final : public OneService {
 public:
  explicit MikroProcess(const MikroSettings& settings)
      : OneService(settings.process, settings.database, path_of(settings.path), 0),
        store_(settings.storage),
        identities_(*database_),
        callers_(settings.callers, identities_),
        mikro_(process_.foundation(*database_, callers_.authenticator, settings.instance_key,
                                   callers_.tasks ? &*callers_.tasks : nullptr),
               store_, settings.mikro) {}
  ~MikroProcess() override { stop(); }
  MikroProcess(const MikroProcess&) = delete;
  MikroProcess& operator=(const MikroProcess&) = delete;

 private:
  service::Service& graph() override { return mikro_.graph(); }
  void prepare() override { mikro_.start(); }
  void add_routes(net::Router& router) override { mikro_.add_routes(router, prefix_); }

  objects::ExternalStore store_;
  service::MirroredIdentities identities_;
  Callers callers_;
  mikro::Mikro mikro_;
};

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kLok:
      return lok::description().name;
    case Role::kRekuest:
      return rekuest::description().name;
    case Role::kMikro:
      return mikro::description().name;
    case Role::kRekuestTakt:
      return rekuest::description().sidecars.front().name;
  }
  return "";
}

std::unique_ptr<ServiceProcess> ServiceProcess::make(Role role, const ProcessFlags& flags) {
  std::unique_ptr<ServiceProcess> made;
  start_or_explain([&] {
    if (role == Role::kLok) {
      made = std::make_unique<LokProcess>(read_lok_settings(flags));
    } else if (role == Role::kMikro) {
      made = std::make_unique<MikroProcess>(read_mikro_settings(flags));
    } else {
      made = std::make_unique<RekuestProcess>(read_rekuest_settings(flags), role == Role::kRekuestTakt);
    }
  });
  return made;
}

}  // namespace platform
