#include "services/rekuest/rekuest.h"

#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "service/call.h"
#include "services/rekuest/agent_socket.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/collect.h"
#include "services/rekuest/control.h"
#include "services/rekuest/definition_shape.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/provenance.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/memory.h"
#include "services/rekuest/schema/task.h"
#include "services/rekuest/schema/task_event.h"
#include "services/rekuest/schema_documents.h"

namespace rekuest {
namespace {

constexpr auto kPresenceEvery = std::chrono::seconds(10);
constexpr std::int64_t kGraceMicros = 30'000'000;
constexpr const char* kSigningKeyId = "rekuest-prov-1";

}  // namespace

struct Rekuest::Machinery {
  AgentMachinery sockets;
};

Rekuest::Rekuest(service::Foundation foundation) : foundation_(foundation), feed_(foundation.database, bus_) {
  service::Definition definition;
  definition.name = "rekuest";
  definition.schema_version = kSchemaVersion;
  definition.documents = schema_documents();
  definition.registry = registry();
  graph_ = std::make_unique<service::Service>(foundation, std::move(definition));
  shapes_ = std::make_unique<Shapes>(graph_->schema());
  agents_ =
      std::make_unique<Machinery>(Machinery{{foundation_.loop, foundation_.workers, foundation_.database,
                                             foundation_.authenticator, hub_, feed_, signer_, *shapes_}});
  count();
}

// At /metrics, beside what every service counts.
void Rekuest::count() {
  base::metrics::Registry& metrics = graph_->metrics();
  metrics.gauge("arkitektd_agents_connected", "Agents whose app is connected.", {},
                [this] { return static_cast<double>(hub_.connected().size()); });
  metrics.counter("arkitektd_tasks_assigned_total", "Tasks made by assign.", {},
                  [this] { return static_cast<double>(assigned_.value()); });
  metrics.counter("arkitektd_agent_frames_acknowledged_total", "Frames of agents stored and acknowledged.",
                  {}, [this] { return static_cast<double>(hub_.acknowledged_frames.value()); });
}

Rekuest::~Rekuest() { presence_.cancel(); }

void Rekuest::start() {
  graph_->migrate();
  foundation_.database.write([now = base::now_micros()](sql::Writer& writer) {
    writer.execute("update agent set connected = 0, disconnected_at = $1 where connected = 1", {now});
  });
  load_signing_key();
  keep_presence();
}

// Kept in the database, so that every process of this service signs with the same.
void Rekuest::load_signing_key() {
  std::string pem;
  foundation_.database.write([&](sql::Writer& writer) {
    const std::string_view find = "select private_pem from signing_key where key_id = $1";
    sql::Rows rows = writer.query(find, {std::string(kSigningKeyId)});
    if (rows.empty()) {
      writer.execute("insert into signing_key (key_id, private_pem, created_at) values ($1, $2, $3)",
                     {std::string(kSigningKeyId), jose::Key::generate_ed25519(kSigningKeyId).private_pem(),
                      base::now_micros()});
      rows = writer.query(find, {std::string(kSigningKeyId)});
    }
    pem = rows.text(0, 0);
  });
  signer_.key = jose::Key::from_pem(pem, kSigningKeyId);
}

// One statement keeps all connected agents fresh, whatever their number.
void Rekuest::keep_presence() {
  presence_ = foundation_.loop.after(kPresenceEvery, [this] {
    auto notices = std::make_shared<std::vector<TaskNotice>>();
    foundation_.database.write_async(
        [this, notices, connected = sql::Ids{hub_.connected()},
         now = base::now_micros()](sql::Writer& writer) {
          if (!connected.values.empty()) {
            writer.execute("update agent set last_seen = $1 where id in_ids($2)", {now, connected});
          }
          // Whose end could not be written when it came.
          writer.execute(
              "update agent set connected = 0, disconnected_at = last_seen where connected = 1 and last_seen "
              "< $1",
              {now - kStaleMicros});
          *notices = lose_overdue(writer, now - kGraceMicros, now);
          writer.after_commit([this, notices] { feed_.publish(*notices); });
        },
        [](std::exception_ptr) {});
    keep_presence();
  });
}

void Rekuest::add_routes(net::Router& router, const std::string& prefix) {
  graph_->add_routes(router, prefix);
  router.websocket(prefix + "/agi", [this](const net::HttpRequest&) {
    net::WebSocketAccept accept;
    accept.session = make_agent_socket(agents_->sockets);
    accept.max_message = kMaxAgentMessage;
    return accept;
  });
  net::Router::Options open;
  open.cors = true;
  router.http(
      "GET", prefix + "/.well-known/jwks.json",
      [this](const net::HttpRequest&, const net::Respond& respond) {
        net::HttpResponse response = net::HttpResponse::json(200, provenance_key_set(*signer_.key).dump());
        response.headers.set("cache-control", "public, max-age=3600");
        respond(std::move(response));
      },
      open);
}

entity::Registry Rekuest::registry() {
  entity::Registry registry;
  add_catalog_fields(registry);
  add_catalog_filters(registry);
  add_catalog_queries(registry);
  namespace mutation = schema::mutation;
  registry.on(mutation::kAssign, [this](entity::Call& call, schema::AssignInput in, Answered done) {
    assign(call, std::move(in), std::move(done));
  });
  registry.on(mutation::kCancel, [this](entity::Call& call, const schema::CancelInput& in, Answered done) {
    control(call, Control::kCancel, in.task, false, std::move(done));
  });
  registry.on(mutation::kInterrupt,
              [this](entity::Call& call, const schema::InterruptInput& in, Answered done) {
                control(call, Control::kInterrupt, in.task, false, std::move(done));
              });
  registry.on(mutation::kPause, [this](entity::Call& call, const schema::PauseInput& in, Answered done) {
    control(call, Control::kPause, in.task, false, std::move(done));
  });
  registry.on(mutation::kResume, [this](entity::Call& call, const schema::ResumeInput& in, Answered done) {
    control(call, Control::kResume, in.task, in.step, std::move(done));
  });
  registry.on(mutation::kCollect,
              [this](entity::Call& call, schema::CollectInput in, entity::Done<base::Json> done) {
                collect(call, std::move(in), std::move(done));
              });
  registry.on(schema::subscription::kMytasks,
              [this](entity::Call& call, entity::Emit emit) { return my_tasks(call, std::move(emit)); });
  return registry;
}

void Rekuest::assign(entity::Call& call, schema::AssignInput input, Answered done) {
  auto request = std::make_shared<const AssignRequest>(
      AssignRequest::read(service::call_of(call).who, std::move(input), call.now));
  auto assigned = std::make_shared<Assigned>();
  foundation_.database.write_async(
      [this, request, assigned](sql::Writer& writer) {
        *assigned = assign_task(writer, *request);
        writer.after_commit([this, assigned, now = request->now] {
          if (!assigned->notices.empty()) assigned_.add();
          if (assigned->frame) {
            hub_.send(assigned->agent,
                      FrameMaker([this, assigned, now] { return assigned->frame->text(signer_, now); }));
          }
          feed_.publish(assigned->notices);
        });
      },
      [assigned, done = std::move(done)](std::exception_ptr error) {
        done(std::move(error), assigned->task);
      });
}

void Rekuest::control(entity::Call& call, Control what, const entity::Id& id, bool step, Answered done) {
  const std::int64_t task = id.row("task");
  auto outcome = std::make_shared<Controlled>();
  foundation_.database.write_async(
      [this, what, task, step, who = service::call_of(call).who, now = call.now,
       outcome](sql::Writer& writer) {
        *outcome = control_task(writer, what, task, step, *who, now);
        writer.after_commit([this, outcome] {
          for (auto& [agent, text] : outcome->frames) hub_.send(agent, std::move(text));
          feed_.publish(outcome->notices);
        });
      },
      [task, done = std::move(done)](std::exception_ptr error) { done(std::move(error), task); });
}

void Rekuest::collect(entity::Call& call, schema::CollectInput input, entity::Done<base::Json> done) {
  auto drawers = std::make_shared<const std::vector<entity::Id>>(std::move(input.drawers));
  auto frames = std::make_shared<std::vector<CollectFrame>>();
  foundation_.database.write_async(
      [this, drawers, frames, organization = call.organization](sql::Writer& writer) {
        *frames = collect_frames(writer, *drawers, organization);
        writer.after_commit([this, frames] {
          for (CollectFrame& one : *frames) hub_.send(one.agent, std::move(one.text));
        });
      },
      [drawers, done = std::move(done)](std::exception_ptr error) {
        base::Json answer = base::Json::array();
        for (const entity::Id& drawer : *drawers) answer.push_back(drawer.text);
        done(std::move(error), std::move(answer));
      });
}

std::shared_ptr<void> Rekuest::my_tasks(entity::Call& call, entity::Emit emit) {
  std::int64_t caller = 0;
  foundation_.database.write([&](sql::Writer& writer) {
    caller = ensure_caller(writer, registrant_of(*service::call_of(call).who));
  });
  return feed_.my_tasks(caller, std::move(emit));
}

}  // namespace rekuest
