#include "services/rekuest/catalog.h"

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/catalog_steps.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;
using catalog::Host;

Host host_of(sql::Writer& writer, const Registrant& registrant, std::int64_t now) {
  const sql::Rows rows = writer.query(
      "select release.app_id, app.identifier from release join app on app.id = release.app_id where "
      "release.id = $1",
      {registrant.release});
  if (rows.empty()) {
    throw base::Error(base::code::kValidation,
                      "The token's client belongs to no release of an app, so it cannot be an agent.");
  }
  Host host;
  host.organization = registrant.organization;
  host.release = registrant.release;
  host.app = rows.integer(0, 0);
  host.app_identifier = rows.text(0, 1);
  host.now = now;
  return host;
}

struct StoredAgent {
  std::int64_t id = 0;
  std::string hash;
  std::int64_t release = 0;
};

/// The agent's row, locked on PostgreSQL; SQLite has one writer anyway.
std::optional<StoredAgent> find_agent(sql::Writer& writer, const Registrant& registrant) {
  std::string statement =
      "select id, hash, release_id from agent where client_id = $1 and user_id = $2 and organization_id = $3";
  if (writer.dialect() == sql::Dialect::kPostgres) statement += " for update";
  const sql::Rows rows =
      writer.query(statement, {registrant.client, registrant.user, registrant.organization});
  if (rows.empty()) return std::nullopt;
  return StoredAgent{rows.integer(0, 0), std::string(rows.text(0, 1)), rows.integer(0, 2)};
}

std::int64_t insert_agent(sql::Writer& writer, const Registrant& registrant, const Host& host) {
  return writer.insert(
      "insert into agent (organization_id, client_id, user_id, app_id, release_id, declared_name, "
      "installed_at)"
      " values ($1, $2, $3, $4, $5, $6, $7) returning id",
      {registrant.organization, registrant.client, registrant.user, host.app, host.release,
       registrant.client_id, host.now});
}

void update_agent(sql::Writer& writer, const Registrant& registrant, const Host& host,
                  const Declaration& declaration, const std::string& hash) {
  writer.execute(
      "update agent set declared_name = $1, description = coalesce($2, description), hash = $3, app_id = $4,"
      " release_id = $5 where id = $6",
      {declaration.name.value_or(registrant.client_id), sql::nullable(declaration.description), hash,
       host.app, host.release, host.agent});
}

void reconcile(sql::Writer& writer, const Host& host, const Declaration& declaration,
               Registration& registration) {
  namespace steps = catalog;
  const steps::Ids locks = declaration.locks ? steps::reconcile_locks(writer, host, *declaration.locks)
                                             : steps::ids_of_agent(writer, "lock", "key", host.agent);
  if (declaration.assets) steps::reconcile_assets(writer, host, *declaration.assets);
  const steps::Ids states = declaration.states
                                ? steps::reconcile_states(writer, host, *declaration.states)
                                : steps::ids_of_agent(writer, "state", "interface", host.agent);
  if (!declaration.implementations) return;
  std::map<std::string, Json::Array> diagnostics;
  const auto actions = steps::write_actions(writer, host, *declaration.implementations, diagnostics);
  const steps::ImplementationContext context{actions, locks, states, diagnostics};
  steps::reconcile_implementations(writer, host, *declaration.implementations, context, registration);
  for (const auto& [interface, warnings] : diagnostics) {
    registration.diagnostics.insert(registration.diagnostics.end(), warnings.begin(), warnings.end());
  }
}

bool declares_anything(const Declaration& declaration) {
  return declaration.implementations || declaration.states || declaration.locks || declaration.assets;
}

}  // namespace

Registration register_agent(sql::Writer& writer, const Registrant& registrant, const Declaration& declaration,
                            const ConnectionFacts* connection, std::int64_t now) {
  Host host = host_of(writer, registrant, now);
  Registration registration;
  registration.diagnostics = declaration.diagnostics;
  std::optional<StoredAgent> stored = find_agent(writer, registrant);
  registration.agent_is_new = !stored;
  if (!stored) stored = StoredAgent{insert_agent(writer, registrant, host), "", host.release};
  host.agent = registration.agent = stored->id;

  const bool known = declaration.hash && *declaration.hash == stored->hash && stored->release == host.release;
  registration.reconciled = declares_anything(declaration) && !known;
  if (registration.reconciled) reconcile(writer, host, declaration, registration);

  registration.hash = stored->hash;
  if (declaration.hash) registration.hash = *declaration.hash;
  // Without a hash of its own a declaration equals no other one.
  if (!declaration.hash && registration.reconciled) registration.hash = base::random_token();
  update_agent(writer, registrant, host, declaration, registration.hash);
  if (connection != nullptr) {
    writer.execute("update agent set supervisor = $1, features = $2 where id = $3",
                   {sql::nullable(connection->supervisor), connection->features.dump(), host.agent});
  }
  return registration;
}

EnsuredAgent ensure_agent(sql::Writer& writer, const Registrant& registrant, std::int64_t now) {
  if (const auto stored = find_agent(writer, registrant)) return {stored->id, false};
  return {insert_agent(writer, registrant, host_of(writer, registrant, now)), true};
}

std::int64_t ensure_caller(sql::Writer& writer, const Registrant& registrant) {
  const std::vector<sql::Value> key{registrant.client, registrant.user, registrant.organization};
  const auto find = [&] {
    return writer.query(
        "select id from caller where client_id = $1 and user_id = $2 and organization_id = $3", key);
  };
  if (const sql::Rows rows = find(); !rows.empty()) return rows.integer(0, 0);
  writer.execute(
      "insert into caller (client_id, user_id, organization_id) values ($1, $2, $3) on conflict do nothing",
      key);
  return find().integer(0, 0);
}

}  // namespace rekuest
