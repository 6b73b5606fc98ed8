#include "services/lok/access.h"

#include <fmt/format.h>

#include "base/error.h"

namespace lok {
namespace {

using entity::Call;
using entity::SqlText;

std::string administers_text(std::string_view user, std::string_view organization) {
  return fmt::format(
      "(exists (select 1 from organization o where o.id = {1} and o.owner_id = {0})"
      " or exists (select 1 from membership m join membership_role g on g.membership_id = m.id"
      " join role r on r.id = g.role_id where m.organization_id = {1} and m.user_id = {0} and m.blocked = 0"
      " and r.identifier in ('admin', 'owner')))",
      user, organization);
}

std::string user(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format(
      "({0}.id = {1} or exists (select 1 from membership m where m.user_id = {0}.id"
      " and m.organization_id = {2}))",
      alias, sql.bind(call.user), sql.bind(call.organization));
}

std::string organization(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format(
      "exists (select 1 from membership m where m.organization_id = {}.id and m.user_id = {}"
      " and m.blocked = 0)",
      alias, sql.bind(call.user));
}

// Of other organizations a person sees nothing but having joined.
std::string membership(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format("({0}.organization_id = {1} or {0}.user_id = {2})", alias, sql.bind(call.organization),
                     sql.bind(call.user));
}

// An invite's token lets somebody in: administrators see it, and whoever has answered it.
std::string invite(SqlText& sql, const std::string& alias, const Call& call) {
  const std::string caller = sql.bind(call.user);
  return fmt::format(
      "({0}.accepted_by_id = {1} or {0}.declined_by_id = {1} or ({0}.organization_id = {2} and {3}))", alias,
      caller, sql.bind(call.organization), caller_administers(sql, call));
}

std::string membership_request(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format("({}.organization_id = {} and {})", alias, sql.bind(call.organization),
                     caller_administers(sql, call));
}

std::string group(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format(
      "exists (select 1 from user_group_member g join membership m on m.user_id = g.user_id"
      " where g.group_id = {}.id and m.organization_id = {})",
      alias, sql.bind(call.organization));
}

std::string own(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format("{}.user_id = {}", alias, sql.bind(call.user));
}

// Whoever granted or issued a mandate, or may issue keys under it.
std::string mandate(SqlText& sql, const std::string& alias, const Call& call) {
  const std::string caller = sql.bind(call.user);
  const std::string client = sql.bind(call.client);
  const auto is_agent = [&](const std::string& row) {
    return fmt::format(
        "({0}.agent_identifier = (select app.identifier from client join release on release.id ="
        " client.release_id join app on app.id = release.app_id where client.id = {1})"
        " and ({0}.agent_device_id is null or {0}.agent_device_id = (select node_id from client where id = "
        "{1}))"
        " and ({0}.agent_user_id is null or {0}.agent_user_id = {2}))",
        row, client, caller);
  };
  return fmt::format(
      "({0}.organization_id = {1} and ({0}.grantor_id = {2} or {0}.issuing_client_id = {3} or {4}"
      " or exists (select 1 from mandate p where p.id = {0}.parent_id and {5}) or {6}))",
      alias, sql.bind(call.organization), caller, client, is_agent(alias), is_agent("p"),
      caller_administers(sql, call));
}

}  // namespace

bool administers(sql::Reader& reader, std::int64_t user, std::int64_t organization) {
  const sql::Rows rows = reader.query("select 1 where " + administers_text("$1", "$2"), {user, organization});
  return !rows.empty();
}

std::string caller_administers(SqlText& sql, const Call& call) {
  const std::string caller = sql.bind(call.user);
  return administers_text(caller, sql.bind(call.organization));
}

void expect_administrator(sql::Reader& reader, const Call& call) {
  if (administers(reader, call.user, call.organization)) return;
  throw base::Error(base::code::kPermissionDenied,
                    std::string("Only the owner and the administrators of the organization may do this."));
}

void add_visibility(entity::Registry& registry) {
  registry.visible = {
      {"User", user},
      {"Organization", organization},
      {"Membership", membership},
      {"MembershipRequest", membership_request},
      {"Invite", invite},
      {"Group", group},
      {"Mandate", mandate},
      {"SystemMessage", own},
      {"ComChannel", own},
  };
}

}  // namespace lok
