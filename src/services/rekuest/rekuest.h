// Rekuest: the catalog of what apps offer, and the tasks that go to them. The
// one class the rest of the program makes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bus/bus.h"
#include "jose/key_set.h"
#include "net/server.h"
#include "objects/object_store.h"
#include "service/service.h"
#include "service/stores.h"
#include "services/rekuest/agent_feed.h"
#include "services/rekuest/agent_hub.h"
#include "services/rekuest/changes.h"
#include "services/rekuest/probe.h"
#include "services/rekuest/retention.h"
#include "services/rekuest/settings.h"
#include "services/rekuest/state_feed.h"

namespace rekuest {

class Shapes;
enum class Control;
namespace schema {
struct AssignInput;
struct CollectInput;
struct DecideInput;
}  // namespace schema

/// Of the tables; schema.lock.*.sql.
inline constexpr int kSchemaVersion = 4;

/// Thread-safe. What the foundation refers to and the object store must outlive it, and it the
/// server it is routed in.
class Rekuest {
 public:
  /// Without an object store, media and assets are refused.
  explicit Rekuest(service::Foundation foundation, Settings settings = {},
                   objects::ObjectStore* objects = nullptr);
  ~Rekuest();
  Rekuest(const Rekuest&) = delete;
  Rekuest& operator=(const Rekuest&) = delete;

  /// Tables; then what an earlier process left behind: agents it had connected
  /// are not, and its signing key is loaded or made.
  void start();
  /// `graphql`, `agi`, `ht`, `schema` and `.well-known/jwks.json` below the prefix.
  void add_routes(net::Router& router, const std::string& prefix);
  /// Without `graphql` and `schema`, for a process that only agents are connected to.
  void add_agent_routes(net::Router& router, const std::string& prefix);

  /// Those that verify the tokens of its tasks, handed over within one process. After `start`.
  jose::KeySet provenance_keys() const { return jose::KeySet({*signer_.key}); }

  service::Service& graph() { return *graph_; }
  const Settings& settings() const { return settings_; }

 private:
  struct Machinery;

  using Answered = entity::Done<std::int64_t>;  ///< with the task

  entity::Registry registry();
  void add_task_mutations(entity::Registry& registry);
  void add_task_feeds(entity::Registry& registry);
  void count();
  void add_socket_routes(net::Router& router, const std::string& prefix);
  void forget_connections();
  void load_signing_key();
  void keep_presence();
  void watch_due();
  void delete_what_is_old();
  void look_for_due(std::int64_t now);
  void expect_due(std::optional<std::int64_t> at);
  void assign(entity::Call& call, schema::AssignInput input, Answered done);
  void control(entity::Call& call, Control what, const entity::Id& task, bool step, Answered done);
  void decide(entity::Call& call, schema::DecideInput input, Answered done);
  void collect(entity::Call& call, schema::CollectInput input, entity::Done<base::Json> done);
  std::shared_ptr<void> my_tasks(entity::Call& call, entity::Emit emit);
  /// Throws Error(kNotFound) if the organization has no such row.
  std::int64_t visible(entity::Call& call, const char* table, const entity::Id& id);

  service::Foundation foundation_;
  const Settings settings_;
  bus::Bus bus_;
  AgentHub hub_;
  Feed feed_;
  AgentFeed agent_feed_;
  StateFeed state_feed_;
  ProvenanceSigner signer_;
  Delivery delivery_;
  Replicas replicas_;
  Changes changes_;
  Probes probes_;
  Retention retention_;
  service::Stores stores_;
  std::unique_ptr<service::Service> graph_;
  std::unique_ptr<Shapes> shapes_;
  std::unique_ptr<Machinery> agents_;
  base::metrics::Counter assigned_;
  net::EventLoop::Timer presence_;
  net::EventLoop::Timer due_;
  net::EventLoop::Timer sweep_;
  std::atomic<std::int64_t> next_due_;  ///< of the tasks known here; kNever: none
};

}  // namespace rekuest
