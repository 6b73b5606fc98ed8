#include "services/rekuest/rekuest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "service/call.h"
#include "services/rekuest/agent_admin.h"
#include "services/rekuest/agent_socket.h"
#include "services/rekuest/assets/asset.h"
#include "services/rekuest/assets/stored.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/collect.h"
#include "services/rekuest/control.h"
#include "services/rekuest/definition_shape.h"
#include "services/rekuest/dependency_fields.h"
#include "services/rekuest/description.h"
#include "services/rekuest/due.h"
#include "services/rekuest/fate.h"
#include "services/rekuest/hold.h"
#include "services/rekuest/latest_task.h"
#include "services/rekuest/people.h"
#include "services/rekuest/probe_call.h"
#include "services/rekuest/provenance.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/memory.h"
#include "services/rekuest/schema/task.h"
#include "services/rekuest/schema/task_event.h"
#include "services/rekuest/schema_documents.h"
#include "services/rekuest/shelve.h"
#include "services/rekuest/state_checkout.h"
#include "services/rekuest/state_history.h"

namespace rekuest {
namespace {

constexpr auto kPresenceEvery = std::chrono::seconds(10);
constexpr auto kDueEvery = std::chrono::seconds(1);
constexpr auto kSweepEvery = std::chrono::minutes(5);
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

struct Rekuest::Machinery {
  AgentMachinery sockets;
};

Rekuest::Rekuest(service::Foundation foundation, Settings settings, objects::ObjectStore* objects)
    : foundation_(foundation),
      settings_(std::move(settings)),
      feed_(foundation.database, bus_),
      agent_feed_(foundation.database, bus_),
      state_feed_(foundation.database, bus_),
      signer_{.key = settings_.signing_key,
              .issuer = settings_.issuer,
              .lifetime_seconds = settings_.token_lifetime.count()},
      delivery_(hub_, {feed_, agent_feed_, state_feed_}, signer_),
      replicas_(foundation.database, hub_, {feed_, agent_feed_, state_feed_}, delivery_),
      changes_(foundation.database, delivery_, replicas_),
      probes_(hub_, bus_, signer_),
      retention_(foundation.database, settings_.retention),
      stores_(foundation.database, objects != nullptr ? *objects : service::no_object_store(),
              settings_.stores),
      next_due_(kNever) {
  service::Definition definition;
  definition.name = description().name;
  definition.schema_version = kSchemaVersion;
  definition.documents = schema_documents();
  definition.registry = registry();
  graph_ = std::make_unique<service::Service>(foundation, std::move(definition));
  shapes_ = std::make_unique<Shapes>(graph_->schema());
  agents_ = std::make_unique<Machinery>(
      Machinery{{foundation_.loop, foundation_.workers, foundation_.database, foundation_.authenticator, hub_,
                 changes_, probes_, signer_, *shapes_, settings_.replica}});
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
  retention_.count(metrics);
}

Rekuest::~Rekuest() {
  presence_.cancel();
  due_.cancel();
  sweep_.cancel();
}

void Rekuest::start() {
  graph_->migrate();
  load_signing_key();
  stores_.refuse_writes_to_finished(kStoreKinds);
  replicas_.note_alive(base::now_micros());
  replicas_.listen();
  forget_connections();
  keep_presence();
  look_for_due(base::now_micros());
  watch_due();
  delete_what_is_old();
}

// Nobody has connected yet. Agents of other processes that are gone are found by their age.
void Rekuest::forget_connections() {
  changes_.run_and_wait([this, now = base::now_micros()](sql::Writer& writer) {
    Outcome out;
    out.agents = disconnect_earlier(writer, settings_.replica, now);
    return out;
  });
}

// Kept in the database, so that every process of this service signs with the same.
void Rekuest::load_signing_key() {
  if (signer_.key) return;
  const std::string& id = settings_.key_id;
  std::string pem;
  foundation_.database.write([&](sql::Writer& writer) {
    const std::string_view find = "select private_pem from signing_key where key_id = $1";
    sql::Rows rows = writer.query(find, {id});
    if (rows.empty()) {
      // Another process may be making one, too: the first stays.
      writer.execute(
          "insert into signing_key (key_id, private_pem, created_at) values ($1, $2, $3) on conflict do "
          "nothing",
          {id, jose::Key::generate_ed25519(id).private_pem(), base::now_micros()});
      rows = writer.query(find, {id});
    }
    pem = rows.text(0, 0);
  });
  signer_.key = jose::Key::from_pem(pem, id);
}

// One statement keeps all connected agents fresh, whatever their number.
void Rekuest::keep_presence() {
  presence_ = foundation_.loop.after(kPresenceEvery, [this] {
    const std::int64_t now = base::now_micros();
    changes_.run(
        [this, connected = sql::Ids{hub_.connected()}, now, grace = settings_.grace](sql::Writer& writer) {
          if (!connected.values.empty()) {
            // Not one that another process has taken over.
            writer.execute("update agent set last_seen = $1 where id in_ids($2) and replica = $3",
                           {now, connected, settings_.replica});
          }
          // Whose end could not be written when it came.
          Outcome out;
          out.agents = disconnect_silent(writer, now - kStaleMicros);
          decide_overdue_fates(writer, now - std::chrono::microseconds(grace).count(), now, out);
          for (AssignFrame& assign : load_unheard(writer, connected, now)) {
            const std::int64_t task = assign.task;
            out.messages.push_back({assign.target.agent, task, "ASSIGN", std::move(assign)});
          }
          return out;
        },
        [this, now](std::exception_ptr error) {
          if (!error) replicas_.note_alive(now);
        });
    look_for_due(now);
    probes_.expire(now);
    keep_presence();
  });
}

void Rekuest::delete_what_is_old() {
  sweep_ = foundation_.loop.after(kSweepEvery, [this] {
    retention_.sweep(base::now_micros());
    delete_what_is_old();
  });
}

// --- tasks whose time comes -------------------------------------------------

void Rekuest::expect_due(std::optional<std::int64_t> at) {
  if (!at) return;
  std::int64_t known = next_due_;
  while (*at < known && !next_due_.compare_exchange_weak(known, *at)) {
  }
}

// What other processes know of, or one before this did.
void Rekuest::look_for_due(std::int64_t now) {
  foundation_.database.write_async(
      [this, now](sql::Writer& writer) {
        const auto at = next_due(writer);
        writer.after_commit([this, at, now] { expect_due(at ? std::max(*at, now) : at); });
      },
      [](std::exception_ptr) {});
}

void Rekuest::watch_due() {
  due_ = foundation_.loop.after(kDueEvery, [this] {
    const std::int64_t now = base::now_micros();
    std::int64_t known = next_due_;
    if (known <= now && next_due_.compare_exchange_strong(known, kNever)) {
      changes_.run([now](sql::Writer& writer) {
        Outcome out;
        handle_due(writer, now, out);
        return out;
      });
      look_for_due(now);
    }
    watch_due();
  });
}

void Rekuest::add_routes(net::Router& router, const std::string& prefix) {
  graph_->add_routes(router, prefix);
  add_socket_routes(router, prefix);
}

void Rekuest::add_agent_routes(net::Router& router, const std::string& prefix) {
  graph_->add_probe_routes(router, prefix);
  add_socket_routes(router, prefix);
}

void Rekuest::add_socket_routes(net::Router& router, const std::string& prefix) {
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
  add_dependency_fields(registry);
  add_state_history(registry);
  add_state_checkout(registry);
  add_shelve_mutations(registry, foundation_.database);
  add_agent_admin(registry, {foundation_.database, changes_, shapes_});
  add_agent_subscriptions(registry, agent_feed_);
  add_state_subscriptions(registry, state_feed_);
  add_task_mutations(registry);
  add_task_feeds(registry);
  add_probes(registry, probes_);
  add_people(registry);
  add_media(registry, stores_);
  add_assets(registry, stores_);
  registry.on(schema::mutation::kCollect,
              [this](entity::Call& call, schema::CollectInput in, entity::Done<base::Json> done) {
                collect(call, std::move(in), std::move(done));
              });
  return registry;
}

void Rekuest::add_task_mutations(entity::Registry& registry) {
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
  registry.on(mutation::kDecide, [this](entity::Call& call, schema::DecideInput in, Answered done) {
    decide(call, std::move(in), std::move(done));
  });
}

void Rekuest::add_task_feeds(entity::Registry& registry) {
  namespace subscription = schema::subscription;
  registry.on(subscription::kMytasks,
              [this](entity::Call& call, entity::Emit emit) { return my_tasks(call, std::move(emit)); });
  registry.on(subscription::kTasks, [this](entity::Call& call, entity::Emit emit) {
    return feed_.tasks(call.organization, std::move(emit));
  });
  registry.on(
      subscription::kChildTasks,
      [this](entity::Call& call, const schema::SubscriptionChildTasksArguments& in, entity::Emit emit) {
        return feed_.child_tasks(visible(call, "task", in.id), std::move(emit));
      });
  registry.on(
      subscription::kAgentTasks,
      [this](entity::Call& call, const schema::SubscriptionAgentTasksArguments& in, entity::Emit emit) {
        return feed_.agent_tasks(visible(call, "agent", in.agent), std::move(emit));
      });
  registry.on(
      subscription::kLatestTask, [this](entity::Call& call, const schema::SubscriptionLatestTaskArguments& in,
                                        const entity::Emit& emit) {
        return watch_latest(foundation_.database, bus_, visible(call, "agent", in.agent), in.interface, emit);
      });
}

std::int64_t Rekuest::visible(entity::Call& call, const char* table, const entity::Id& id) {
  const std::int64_t row = id.row(table);
  bool found = false;
  call.read([&](sql::Reader& reader) {
    found = !reader
                 .query(fmt::format("select 1 from {} where id = $1 and organization_id = $2", table),
                        {row, call.organization})
                 .empty();
  });
  if (!found) throw base::Error(base::code::kNotFound, "No {} with that id.", table);
  return row;
}

void Rekuest::assign(entity::Call& call, schema::AssignInput input, Answered done) {
  auto request = std::make_shared<const AssignRequest>(
      AssignRequest::read(service::call_of(call).who, std::move(input), call.now));
  auto assigned = std::make_shared<Assigned>();
  changes_.run(
      [request, assigned](sql::Writer& writer) {
        *assigned = assign_task(writer, *request);
        return std::exchange(assigned->outcome, {});
      },
      [this, assigned, done = std::move(done)](std::exception_ptr error) {
        if (!error) {
          if (assigned->made) assigned_.add();
          expect_due(assigned->due);
        }
        done(std::move(error), assigned->task);
      });
}

void Rekuest::control(entity::Call& call, Control what, const entity::Id& id, bool step, Answered done) {
  const std::int64_t task = id.row("task");
  changes_.run([what, task, step, who = service::call_of(call).who, now = call.now](
                   sql::Writer& writer) { return control_task(writer, what, task, step, *who, now); },
               [task, done = std::move(done)](std::exception_ptr error) { done(std::move(error), task); });
}

void Rekuest::decide(entity::Call& call, schema::DecideInput input, Answered done) {
  const std::int64_t task = input.task.row("task");
  Decision decision{task, input.approved, std::move(input.answer), input.values.has_value()};
  changes_.run([decision, who = service::call_of(call).who,
                now = call.now](sql::Writer& writer) { return rekuest::decide(writer, decision, *who, now); },
               [task, done = std::move(done)](std::exception_ptr error) { done(std::move(error), task); });
}

void Rekuest::collect(entity::Call& call, schema::CollectInput input, entity::Done<base::Json> done) {
  auto drawers = std::make_shared<const std::vector<entity::Id>>(std::move(input.drawers));
  changes_.run(
      [drawers, organization = call.organization](sql::Writer& writer) {
        Outcome told;
        told.messages = collect_messages(writer, *drawers, organization);
        return told;
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
