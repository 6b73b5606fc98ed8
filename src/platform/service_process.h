// `serve`: one service in a process of its own, of which there may be several on one PostgreSQL database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "entity/migrate.h"
#include "platform/settings.h"

namespace platform {

enum class Role {
  kLok,
  kRekuest,
  kMikro,
  kRekuestTakt,  ///< only the sockets of agents, with `rekuest`'s configuration
};
/// `lok`, `rekuest`, `mikro`, `rekuest-takt`.
std::string_view name_of(Role role);

class ServiceProcess {
 public:
  /// Reads the configuration, opens the database, starts the threads. Throws StartError.
  static std::unique_ptr<ServiceProcess> make(Role role, const ProcessFlags& flags);
  virtual ~ServiceProcess() = default;
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  /// Brings the tables up to date and serves until destruction, which stops accepting and finishes what runs,
  /// in under two seconds. Throws StartError.
  virtual void serve() = 0;
  /// What `migrate` would do. Throws StartError.
  virtual entity::MigrationPlan plan_migration() = 0;
  virtual entity::MigrationPlan migrate() = 0;
  /// As this machine reaches it: `http://localhost:8000/rekuest`.
  virtual std::string url() const = 0;
  virtual bool logs_json() const = 0;

 protected:
  ServiceProcess() = default;
};

}  // namespace platform
