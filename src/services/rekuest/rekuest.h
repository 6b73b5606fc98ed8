// Rekuest: the catalog of what apps offer, and the tasks that go to them. The
// one class the rest of the program makes.
#pragma once

#include <memory>
#include <string>

#include "bus/bus.h"
#include "net/server.h"
#include "service/service.h"
#include "services/rekuest/agent_hub.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/feed.h"

namespace rekuest {

class Shapes;
enum class Control;
namespace schema {
struct AssignInput;
struct CollectInput;
}  // namespace schema

/// Of the tables; schema.lock.*.sql.
inline constexpr int kSchemaVersion = 3;

/// Thread-safe. What the foundation refers to must outlive it, and it the
/// server it is routed in.
class Rekuest {
 public:
  explicit Rekuest(service::Foundation foundation);
  ~Rekuest();
  Rekuest(const Rekuest&) = delete;
  Rekuest& operator=(const Rekuest&) = delete;

  /// Tables; then what an earlier process left behind: agents it had connected
  /// are not, and its signing key is loaded or made.
  void start();
  /// `graphql`, `agi`, `ht`, `schema` and `.well-known/jwks.json` below the prefix.
  void add_routes(net::Router& router, const std::string& prefix);

  const service::Service& graph() const { return *graph_; }

 private:
  struct Machinery;

  entity::Registry registry();
  void count();
  void load_signing_key();
  void keep_presence();
  using Answered = entity::Done<std::int64_t>;  ///< with the task
  void assign(entity::Call& call, schema::AssignInput input, Answered done);
  void control(entity::Call& call, Control what, const entity::Id& task, bool step, Answered done);
  void collect(entity::Call& call, schema::CollectInput input, entity::Done<base::Json> done);
  std::shared_ptr<void> my_tasks(entity::Call& call, entity::Emit emit);

  service::Foundation foundation_;
  bus::Bus bus_;
  AgentHub hub_;
  Feed feed_;
  ProvenanceSigner signer_;
  std::unique_ptr<service::Service> graph_;
  std::unique_ptr<Shapes> shapes_;
  std::unique_ptr<Machinery> agents_;
  base::metrics::Counter assigned_;
  net::EventLoop::Timer presence_;
};

}  // namespace rekuest
