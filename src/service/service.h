// What every service is made of: a schema bound to its database and code,
// reachable over HTTP and WebSocket by callers with tokens.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "entity/bind.h"
#include "entity/migrate.h"
#include "graphql/execution/executor.h"
#include "graphql/transport/host.h"
#include "graphql/transport/lost_links.h"
#include "graphql/transport/operation_metrics.h"
#include "graphql/transport/plan_cache.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "service/auth.h"
#include "service/health.h"
#include "service/metrics_page.h"
#include "sql/database.h"

namespace service {

/// What one process gives each of its services. All outlive them.
struct Foundation {
  net::EventLoop& loop;
  net::WorkerPool& workers;
  sql::Database& database;
  Authenticator& authenticator;
  graphql::AnswerLimits* answers = nullptr;  ///< how much memory they may take; null: as much as they want
  MetricsFor metrics_for = MetricsFor::kThisMachine;
  std::optional<jose::Key> instance_key =
      std::nullopt;                     ///< proves to clients that this is the instance meant
  const TaskVerifier* tasks = nullptr;  ///< null: the tokens of tasks are not looked at
};

struct Definition {
  std::string name;                         ///< `rekuest`
  int schema_version = 1;                   ///< of its tables
  std::vector<std::string_view> documents;  ///< SDL
  entity::Registry registry;
};

/// A running service. Thread-safe.
class Service : public graphql::Host {
 public:
  /// Throws base::Error(kInternal) if schema and code do not fit.
  Service(Foundation foundation, Definition definition);
  ~Service() override;

  /// Adds missing tables, columns and indexes.
  entity::MigrationPlan migrate();
  /// What that would do now.
  entity::MigrationPlan plan_migration();
  /// `graphql`, `schema`, `ht`, `live` and `metrics` below the prefix (`/rekuest`).
  void add_routes(net::Router& router, const std::string& prefix);
  /// Only the last three, for a process that serves something else.
  void add_probe_routes(net::Router& router, const std::string& prefix);

  const entity::Binding& binding() const { return binding_; }
  const graphql::Schema& schema() const { return executor_.schema(); }
  /// What else this service counts; shown at `metrics`.
  base::metrics::Registry& metrics() { return metrics_; }

  // graphql::Host
  Identity authenticate(const graphql::Credentials& credentials) override;
  std::shared_ptr<graphql::RequestContext> context(const Identity& who) override;
  void around(graphql::RequestContext& context, const graphql::Plan& plan,
              const std::function<void()>& resolve) override;
  std::optional<std::int64_t> issued_at(const std::string& token) override;

 private:
  Foundation foundation_;
  std::string name_;
  int schema_version_;
  entity::Binding binding_;
  graphql::Executor executor_;
  graphql::PlanCache plans_;
  graphql::LostLinks lost_links_;
  Health health_;
  base::metrics::Registry metrics_;
  graphql::OperationMetrics operations_;
};

}  // namespace service
