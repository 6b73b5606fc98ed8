#include "service/service.h"

#include <fmt/format.h>

#include <utility>

#include "base/clock.h"
#include "entity/migrate.h"
#include "graphql/transport/http_endpoint.h"
#include "jose/jose.h"
#include "service/call.h"

namespace service {
namespace {

constexpr double kMicros = 1e6;

constexpr double kLatestSecond = 1e12;

void authorize(graphql::RequestContext& context, const graphql::FieldDef& field) {
  const graphql::ast::Directive* rule = graphql::ast::find_directive(*field.directives, "auth");
  if (rule != nullptr) require(static_cast<Call&>(context).who.get(), *rule);
}

// Tools read the SDL through the API as well.
constexpr std::string_view kServiceField = "_service";

entity::Binding bind(Definition& definition) {
  std::shared_ptr<const graphql::Schema> schema = graphql::Schema::from_sdl(definition.documents);
  check_auth(*schema);
  if (schema->query()->field(kServiceField) != nullptr) {
    definition.registry.answers[fmt::format("Query.{}", kServiceField)] =
        [sdl = schema.get()](entity::Call&, const base::Json&) {
          return base::Json::object({{"sdl", sdl->public_sdl()}});
        };
  }
  return entity::Binding(std::move(schema), std::move(definition.registry));
}

}  // namespace

Service::Service(Foundation foundation, Definition definition)
    : foundation_(foundation),
      name_(std::move(definition.name)),
      schema_version_(definition.schema_version),
      binding_(bind(definition)),
      executor_(std::shared_ptr<const graphql::Schema>(&binding_.model().schema(), [](const auto*) {}),
                binding_.resolvers()),
      plans_(executor_),
      health_(foundation.database, std::move(foundation.instance_key)),
      metrics_(base::metrics::Labels{{"service", name_}}),
      operations_(metrics_) {
  add_database_metrics(metrics_, foundation_.database);
  binding_.resolvers()->authorize = authorize;
}

Service::~Service() = default;

entity::MigrationPlan Service::migrate() {
  return entity::migrate(foundation_.database, binding_.model(), name_, schema_version_);
}

entity::MigrationPlan Service::plan_migration() {
  entity::MigrationPlan migration;
  foundation_.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    migration = entity::plan_migration(reader, binding_.model(), name_, schema_version_);
  });
  return migration;
}

void Service::add_routes(net::Router& router, const std::string& prefix) {
  graphql::add_graphql_routes(
      router, prefix,
      {foundation_.loop, foundation_.workers, *this, executor_, plans_, operations_, lost_links_});
  add_probe_routes(router, prefix);
}

void Service::add_probe_routes(net::Router& router, const std::string& prefix) {
  health_.add_routes(router, prefix, foundation_.workers);
  add_metrics_route(router, prefix, foundation_.workers, metrics_, foundation_.metrics_for);
}

graphql::Host::Identity Service::authenticate(const graphql::Credentials& credentials) {
  Authenticator& authenticator = foundation_.authenticator;
  auto who = credentials.headers != nullptr ? authenticator.authenticate(*credentials.headers)
                                            : authenticator.authenticate_token(credentials.token);
  if (foundation_.tasks == nullptr) return who;
  const TaskVerifier& tasks = *foundation_.tasks;
  std::optional<std::string> token;
  if (credentials.headers != nullptr) token = tasks.token_in(*credentials.headers);
  if (!token && credentials.init_payload != nullptr) token = tasks.token_in(*credentials.init_payload);
  if (!token) return who;
  auto acting = std::make_shared<service::Identity>(*who);
  acting->task = tasks.verify(*token, who->claims);
  return acting;
}

std::shared_ptr<graphql::RequestContext> Service::context(const Identity& who) {
  auto call = std::make_shared<Call>();
  call->who = std::static_pointer_cast<const service::Identity>(who);
  call->organization = call->who->rows.organization;
  call->user = call->who->rows.user;
  call->client = call->who->rows.client;
  call->now = base::now_micros();
  call->database = &foundation_.database;
  if (foundation_.answers != nullptr) call->budget.draw_on(*foundation_.answers);
  return call;
}

void Service::around(graphql::RequestContext& context, const graphql::Plan& plan,
                     const std::function<void()>& resolve) {
  if (plan.is_pure()) return resolve();
  auto& call = static_cast<Call&>(context);
  // One batch is consistent by itself; what spans several needs a snapshot.
  const auto snapshot = plan.depth() > 2 || plan.slices() ? sql::Database::Snapshot::kConsistent
                                                          : sql::Database::Snapshot::kSingle;
  foundation_.database.read(snapshot, [&](sql::Reader& reader) {
    call.reader = &reader;
    struct Closing {
      Call& call;
      ~Closing() { call.reader = nullptr; }
    } closing{call};
    resolve();
  });
}

std::optional<std::int64_t> Service::issued_at(const std::string& token) {
  try {
    const std::optional<double> seconds = jose::Jws::parse(token).payload["iat"].as_double();
    if (seconds && *seconds >= 0 && *seconds < kLatestSecond)
      return static_cast<std::int64_t>(*seconds * kMicros);
  } catch (const base::Error&) {
    // No token: nothing to guess from.
  }
  return std::nullopt;
}

}  // namespace service
