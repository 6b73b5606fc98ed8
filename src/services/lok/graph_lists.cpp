#include "services/lok/graph_lists.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "entity/filter.h"
#include "entity/lookup.h"
#include "service/call.h"

namespace lok {
namespace {

using base::Json;
using entity::Call;
using entity::SqlText;

/// Filter inputs whose `search` means a substring of one column.
constexpr std::array<std::pair<const char*, const char*>, 9> kSearched{{
    {"UserFilter", "username"},
    {"RoleFilter", "identifier"},
    {"AppFilter", "identifier"},
    {"ServiceFilter", "identifier"},
    {"ServiceReleaseFilter", "version"},
    {"ServiceInstanceFilter", "instance_id"},
    {"HubFilter", "identifier"},
    {"DeviceFilter", "name"},
    {"MandateFilter", "label"},
}};

entity::Predicate search_in(std::string column) {
  return
      [column = std::move(column)](SqlText& sql, const std::string& alias, const Json& value, const Call&) {
        return value.is_string() ? entity::contains_folded(sql, alias + "." + column, value.as_string()) : "";
      };
}

/// A list chosen by code takes what the derived lists take only as far as it
/// is built: to answer a filter with unfiltered rows would be a lie.
void refuse_unbuilt(const Json& arguments, std::string_view root) {
  const bool filtered = arguments["filters"].is_object() && !arguments["filters"].members().empty();
  const bool ordered = arguments["ordering"].is_array() && !arguments["ordering"].items().empty();
  if (filtered || ordered) {
    throw base::Error(base::code::kNotImplemented, "Filters and orderings of '{}' are not built yet.", root);
  }
}

Json ids_of(Call& call, std::string sql, SqlText& text, const Json& arguments) {
  sql += " order by 1";
  if (const std::optional<entity::Page> page = entity::page_of(arguments, call.max_page)) {
    sql += fmt::format(" limit {} offset {}", text.bind(page->limit), text.bind(page->offset));
  }
  Json ids = Json::array();
  const sql::Rows rows = call.reader->query(sql, text.parameters);
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

Json users(Call& call, const Json& arguments) {
  SqlText text(call.database->dialect());
  std::string sql = fmt::format(
      "select user_account.id from user_account join membership on membership.user_id = user_account.id"
      " where membership.organization_id = {}",
      text.bind(call.organization));
  Json rest = arguments;
  if (Json* filters = rest.find("filters"); filters != nullptr && filters->is_object()) {
    if (const Json& search = (*filters)["search"]; search.is_string()) {
      const std::string condition =
          entity::contains_folded(text, "user_account.username", search.as_string());
      if (!condition.empty()) sql += " and (" + condition + ")";
    }
    if (const Json& ids = (*filters)["ids"]; ids.is_array()) {
      sql::Ids wanted;
      for (const Json& id : ids.items()) {
        if (const auto row = entity::row_id(id.as_string())) wanted.values.push_back(*row);
      }
      sql += fmt::format(" and user_account.id in_ids({})", text.bind(std::move(wanted)));
    }
    filters->erase("search");
    filters->erase("ids");
    std::erase_if(filters->members(), [](const Json::Member& member) { return member.second.is_null(); });
  }
  refuse_unbuilt(rest, "users");
  return ids_of(call, std::move(sql), text, arguments);
}

Json organizations(Call& call, const Json& arguments) {
  refuse_unbuilt(arguments, "organizations");
  SqlText text(call.database->dialect());
  std::string sql =
      fmt::format("select organization_id from membership where user_id = {}", text.bind(call.user));
  return ids_of(call, std::move(sql), text, arguments);
}

bool is_admin(Call& call) {
  const std::vector<std::string>& roles = service::call_of(call).who->claims.roles;
  return std::ranges::any_of(roles,
                             [](const std::string& role) { return role == "admin" || role == "owner"; });
}

// Whom a mandate concerns: who granted it and who issued it; administrators
// see all of their organization.
std::string visible_mandates(Call& call, SqlText& text) {
  std::string sql =
      fmt::format("select id from mandate t where t.organization_id = {}", text.bind(call.organization));
  if (!is_admin(call)) {
    sql += fmt::format(" and (t.grantor_id = {} or t.issuing_client_id = {})", text.bind(call.user),
                       text.bind(call.client));
  }
  return sql;
}

Json mandates(Call& call, const Json& arguments) {
  SqlText text(call.database->dialect());
  std::string sql = visible_mandates(call, text);
  Json rest = arguments;
  if (Json* filters = rest.find("filters"); filters != nullptr && filters->is_object()) {
    if (const Json& live = (*filters)["live"]; live.is_bool()) {
      sql += fmt::format(" and {} = {}", mandate_is_live(text, "t", call), live.as_bool() ? 1 : 0);
    }
    filters->erase("live");
    std::erase_if(filters->members(), [](const Json::Member& member) { return member.second.is_null(); });
  }
  refuse_unbuilt(rest, "mandates");
  return ids_of(call, std::move(sql), text, arguments);
}

Json mandate(Call& call, const Json& arguments) {
  SqlText text(call.database->dialect());
  std::string sql = visible_mandates(call, text);
  sql += fmt::format(" and t.id = {}", text.bind(entity::row_id(arguments["id"].as_string()).value_or(0)));
  const Json ids = ids_of(call, std::move(sql), text, Json::object());
  if (ids.items().empty()) throw base::Error(base::code::kNotFound, std::string("No Mandate with that id."));
  return ids.items().front();
}

Json my_managed_clients(Call& call, const Json& arguments) {
  SqlText text(call.database->dialect());
  std::string sql = fmt::format(
      "select id from client where organization_id = {} and user_id = {} and kind = {}",
      text.bind(call.organization), text.bind(call.user), text.bind(arguments["kind"].as_string()));
  return ids_of(call, std::move(sql), text, Json::object());
}

}  // namespace

std::string mandate_is_live(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format(
      "(case when {0}.revoked_at is null and ({0}.expires_at is null or {0}.expires_at > {1}) then 1 else 0 "
      "end)",
      alias, sql.bind(call.now));
}

void add_lists(entity::Registry& registry) {
  for (const auto& [filter, column] : kSearched) {
    registry.predicates[fmt::format("{}.search", filter)] = search_in(column);
  }
  registry.predicates["MandateFilter.live"] = [](SqlText& sql, const std::string& alias, const Json& value,
                                                 const Call& call) {
    return fmt::format("{} = {}", mandate_is_live(sql, alias, call), value.as_bool() ? 1 : 0);
  };
  registry.predicates["MembershipFilter.search"] = [](SqlText& sql, const std::string& alias,
                                                      const Json& value, const Call&) -> std::string {
    if (!value.is_string()) return "";
    const std::string name = fmt::format("(select username from user_account where id = {}.user_id)", alias);
    return entity::contains_folded(sql, name, value.as_string());
  };
  registry.answers["Query.users"] = users;
  registry.answers["Query.organizations"] = organizations;
  registry.answers["Query.mandates"] = mandates;
  registry.answers["Query.mandate"] = mandate;
  registry.answers["Query.myManagedClients"] = my_managed_clients;
}

}  // namespace lok
