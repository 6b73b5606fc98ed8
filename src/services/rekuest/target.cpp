#include "services/rekuest/target.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/error.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/registration.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
namespace code = base::code;

// `{}`: that the agent is available, the columns of an AssignTarget, which ones.
constexpr std::string_view kTargets =
    "select i.action_id, i.agent_id, a.args, g.features, g.declared_name, g.blocked,"
    " case when {} then 1 else 0 end, case when i.execution = 'WORKFLOW' then i.code_hash end,"
    " case when exists (select 1 from dependency d where d.implementation_id = i.id) then 1 else 0 end,"
    " a.allow_probe, {}"
    " from implementation i join action a on a.id = i.action_id join agent g on g.id = i.agent_id"
    " join organization o on o.id = g.organization_id"
    " join user_account au on au.id = g.user_id join client ac on ac.id = g.client_id"
    " where g.organization_id = $2 and {}";

sql::Query targets(const TargetRequest& request, const std::string& condition,
                   std::vector<sql::Value> values) {
  std::vector<sql::Value> parameters{request.now - kStaleMicros, request.organization};
  std::move(values.begin(), values.end(), std::back_inserter(parameters));
  return {fmt::format(fmt::runtime(kTargets), available_condition("g", "$1"), kTargetColumns, condition),
          std::move(parameters)};
}

Target first_target(const sql::Rows& rows) {
  return {target_at(rows, 0, 10),       rows.integer(0, 0),           rows.integer(0, 1),
          std::string(rows.text(0, 2)), std::string(rows.text(0, 3)), sql::optional_text(rows, 0, 7),
          rows.integer(0, 8) != 0,      rows.integer(0, 9) != 0};
}

sql::Query named_query(const TargetRequest& request) {
  if (request.implementation) return targets(request, "i.id = $3", {*request.implementation});
  return targets(request, "g.id = $3 and i.interface = $4", {*request.agent, *request.interface});
}

Target named_in(const sql::Rows& rows, const TargetRequest& request) {
  if (!rows.empty()) return first_target(rows);
  if (request.implementation) throw Error(code::kNotFound, std::string("No implementation with that id."));
  throw Error(code::kNotFound, "No implementation '{}' on that agent.", *request.interface);
}

// Of those that `condition` lets through, the one whose agent has the fewest open tasks.
sql::Query least_busy(const TargetRequest& request, const std::string& condition,
                      std::vector<sql::Value> values) {
  static const std::string kOrder = fmt::format(" order by {}, i.id limit 1", busy_expression("g"));
  return targets(request, condition + " and " + available_condition("g", "$1") + kOrder, std::move(values));
}

// Any available implementation of an action.
sql::Query offer_of_action(const TargetRequest& request) {
  std::string condition = request.action ? "a.id = $3" : "a.hash = $3";
  std::vector<sql::Value> values{request.action ? sql::Value(*request.action) : *request.action_hash};
  if (request.agent) {
    condition += " and g.id = $4";
    values.emplace_back(*request.agent);
  }
  return least_busy(request, condition, std::move(values));
}

}  // namespace

std::vector<std::string> objects_of(const std::string& arg_ports, const base::Json& arguments) {
  // Most actions take no objects, and then their ports need not be read.
  if (arg_ports.find("STRUCTURE") == std::string::npos) return {};
  return acted_on(base::Json::parse(arg_ports), arguments);
}

sql::Query target_query(const TargetRequest& request) {
  if (request.names_implementation()) return named_query(request);
  if (!request.action && !request.action_hash) {
    throw Error(
        code::kValidation,
        std::string("You need to provide an `implementation`, `agent` and `interface`, an `action` or an "
                    "`actionHash`."));
  }
  return offer_of_action(request);
}

Target target_in(const sql::Rows& rows, sql::Reader& reader, const TargetRequest& request) {
  if (request.names_implementation()) {
    Target target = named_in(rows, request);
    if (rows.integer(0, 6) != 0) return target;
    throw Error(code::kValidation, "Agent is not available: {} is {}. Start the app that offers it.",
                rows.text(0, 4), rows.integer(0, 5) != 0 ? "blocked" : "not connected");
  }
  if (!rows.empty()) return first_target(rows);
  throw Error(code::kValidation,
              "No active implementation found for action {}. Start the app that offers it.",
              named_action(reader, request).name);
}

Target choose_target(sql::Reader& reader, const TargetRequest& request) {
  const sql::Query query = target_query(request);
  return target_in(reader.query(query.sql, query.parameters), reader, request);
}

std::optional<Target> named_target(sql::Reader& reader, const TargetRequest& request) {
  if (!request.names_implementation()) return std::nullopt;
  const sql::Query query = named_query(request);
  return named_in(reader.query(query.sql, query.parameters), request);
}

NamedAction named_action(sql::Reader& reader, const TargetRequest& request) {
  if (!request.action && !request.action_hash) {
    throw Error(code::kValidation, std::string("You need to provide an `action` or an `actionHash`."));
  }
  const sql::Rows rows =
      request.action
          ? reader.query("select id, name, args from action where id = $1 and organization_id = $2",
                         {*request.action, request.organization})
          : reader.query(
                "select id, name, args from action where hash = $1 and organization_id = $2 order by id "
                "limit 1",
                {*request.action_hash, request.organization});
  if (rows.empty()) throw Error(code::kNotFound, std::string("No action with that id or hash."));
  return {rows.integer(0, 0), std::string(rows.text(0, 1)), std::string(rows.text(0, 2))};
}

std::optional<Target> choose_among(sql::Writer& writer, std::int64_t organization, std::int64_t now,
                                   sql::Ids implementations) {
  TargetRequest request;
  request.organization = organization;
  request.now = now;
  const sql::Query query = least_busy(request, "i.id in_ids($3)", {std::move(implementations)});
  const sql::Rows rows = writer.query(query.sql, query.parameters);
  if (rows.empty()) return std::nullopt;
  return first_target(rows);
}

// Queues are counted up to a bound; agents beyond it take turns by their newest open task.
std::string busy_expression(const std::string& alias) {
  return fmt::format(
      "{0}, case when {0} = {1} then"
      " (select max(t.id) from task t where t.agent_id = {2}.id and t.is_done = 0) end",
      fmt::format("(select count(*) from (select 1 from task t where t.agent_id = {}.id and t.is_done = 0"
                  " limit 100) few)",
                  alias),
      100, alias);
}

std::string available_condition(const std::string& alias, const std::string& stale) {
  return fmt::format(
      "({0}.blocked = 0 and ({0}.kind = 'WEBHOOK' or ({0}.connected = 1 and {0}.last_seen > {1})))", alias,
      stale);
}

}  // namespace rekuest
