#include "services/mikro/ownership.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "service/call.h"

namespace mikro {

using entity::Call;
using entity::SqlText;

namespace {

std::optional<std::int64_t> find_task(sql::Reader& reader, const Call& call,
                                      const service::ActingTask& task) {
  const sql::Rows rows =
      reader.query("select id from task where issuer = $1 and task_id = $2 and organization_id = $3",
                   {task.issuer, task.task, call.organization});
  if (rows.empty()) return std::nullopt;
  return rows.integer(0, 0);
}

// Made by the first request of the task; a task that another organization knows is nobody's here.
std::optional<std::int64_t> row_of_task(Call& call, const service::ActingTask& task) {
  std::optional<std::int64_t> row;
  call.read([&](sql::Reader& reader) { row = find_task(reader, call, task); });
  if (row) return row;
  call.database->write([&](sql::Writer& writer) {
    writer.execute(
        "insert into task (organization_id, task_id, parent_task_id, root_task_id, assigner_id, assigner_sub,"
        " caller_sub, agent_sub, agent_client_id, issuer, token_id, args_hash, args_hash_algorithm, "
        "created_at)"
        " values ($1, $2, $3, $4, (select min(id) from user_account where sub = $5 and iss = $6), $5, $7, "
        "$8, $9,"
        " $10, $11, $12, $13, $14) on conflict do nothing",
        {call.organization, task.task, task.parent ? sql::Value(*task.parent) : sql::Value(std::monostate()),
         task.root, task.assigner_sub, service::call_of(call).who->claims.iss, task.caller_sub,
         task.agent_sub, task.agent_client, task.issuer, task.token_id, task.arguments_hash,
         task.arguments_hash_algorithm, call.now});
    row = find_task(writer, call, task);
  });
  return row;
}

}  // namespace

Maker maker_of(Call& call) {
  const auto& task = service::call_of(call).who->task;
  return {.organization = call.organization,
          .user = call.user,
          .client = call.client,
          .task = task ? row_of_task(call, *task) : std::nullopt,
          .now = call.now};
}

void expect_may_delete(sql::Writer& writer, Call& call, std::string_view table, std::int64_t id,
                       std::string_view what) {
  const std::string_view lock = writer.dialect() == sql::Dialect::kPostgres ? " for update of r" : "";
  const sql::Rows rows = writer.query(fmt::format("select r.creator_id, task.assigner_id from {} r"
                                                  " left join task on task.id = r.created_through_id"
                                                  " where r.id = $1 and r.organization_id = $2{}",
                                                  table, lock),
                                      {id, call.organization});
  if (rows.empty()) throw base::Error(base::code::kNotFound, "No {} with the id {}.", what, id);
  for (std::size_t column = 0; column < 2; ++column) {
    if (!rows.is_null(0, column) && rows.integer(0, column) == call.user) return;
  }
  const auto& roles = service::call_of(call).who->rows.organization_roles;
  if (std::find(roles.begin(), roles.end(), "admin") != roles.end()) return;
  throw base::Error(base::code::kPermissionDenied,
                    std::string("Only the creator or assignee can delete this."));
}

void expect_name(std::string_view name, std::string_view what) {
  if (name.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw base::Error(base::code::kValidation, "{} needs a name.", what);
  }
}

void expect_row(sql::Reader& reader, Call& call, std::string_view table, std::int64_t id,
                std::string_view what) {
  const sql::Rows rows = reader.query(
      fmt::format("select 1 from {} where id = $1 and organization_id = $2", table), {id, call.organization});
  if (rows.empty()) throw base::Error(base::code::kNotFound, "No {} with the id {}.", what, id);
}

std::string created_before(SqlText& sql, const std::string& alias, entity::Time time, const Call&) {
  return fmt::format("{}.created_at < {}", alias, sql.bind(time.micros));
}

std::string created_after(SqlText& sql, const std::string& alias, entity::Time time, const Call&) {
  return fmt::format("{}.created_at > {}", alias, sql.bind(time.micros));
}

std::string owned_by(SqlText& sql, const std::string& alias, const entity::Id& sub, const Call&) {
  return fmt::format("{}.creator_id in (select id from user_account where sub = {})", alias,
                     sql.bind(sub.text));
}

std::string created_through_task(SqlText& sql, const std::string& alias, const std::string& task,
                                 const Call&) {
  return fmt::format("{}.created_through_id in (select id from task where task_id = {})", alias,
                     sql.bind(task));
}

std::string assigned_by(SqlText& sql, const std::string& alias, const entity::Id& sub, const Call&) {
  return fmt::format(
      "{}.created_through_id in (select id from task where assigner_id in"
      " (select id from user_account where sub = {}))",
      alias, sql.bind(sub.text));
}

std::string created_through_user(SqlText& sql, const std::string& alias, const entity::Id& user,
                                 const Call&) {
  return fmt::format("{}.created_through_id in (select id from task where assigner_id = {})", alias,
                     sql.bind(user.row().value_or(0)));
}

std::string created_through_by(SqlText&, const std::string& alias, const Call&) {
  return fmt::format("(select assigner_id from task where task.id = {}.created_through_id)", alias);
}

}  // namespace mikro
