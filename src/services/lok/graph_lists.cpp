#include "services/lok/graph_lists.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "entity/filter.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/lok/schema/app.h"
#include "services/lok/schema/client.h"
#include "services/lok/schema/device.h"
#include "services/lok/schema/hub.h"
#include "services/lok/schema/mandate.h"
#include "services/lok/schema/membership.h"
#include "services/lok/schema/organization.h"
#include "services/lok/schema/role.h"
#include "services/lok/schema/service.h"
#include "services/lok/schema/service_instance.h"
#include "services/lok/schema/user.h"

namespace lok {
namespace {

using entity::Call;
using entity::SqlText;

/// `search` as a substring of one column.
auto search_in(std::string column) {
  return [column = std::move(column)](SqlText& sql, const std::string& alias, const std::string& search,
                                      const Call&) {
    return entity::contains_folded(sql, alias + "." + column, search);
  };
}

/// A list chosen by code takes what the derived lists take only as far as it
/// is built: to answer a filter with unfiltered rows would be a lie. Filters are
/// taken apart by name, so that one more in the schema does not go unseen.
void refuse_unbuilt(bool asked, std::string_view root) {
  if (!asked) return;
  throw base::Error(base::code::kNotImplemented, "Filters and orderings of '{}' are not built yet.", root);
}

std::vector<std::int64_t> ids_of(Call& call, std::string sql, SqlText& text,
                                 const std::optional<schema::OffsetPaginationInput>& pagination = {}) {
  sql += " order by 1";
  if (pagination) {
    const entity::Page page = entity::page_of(pagination->offset, pagination->limit.value, call.max_page);
    sql += fmt::format(" limit {} offset {}", text.bind(page.limit), text.bind(page.offset));
  }
  const sql::Rows rows = call.reader->query(sql, text.parameters);
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

std::vector<std::int64_t> users(Call& call, const schema::UsersArguments& in) {
  SqlText text(call.database->dialect());
  std::string sql = fmt::format(
      "select user_account.id from user_account join membership on membership.user_id = user_account.id"
      " where membership.organization_id = {}",
      text.bind(call.organization));
  refuse_unbuilt(!in.ordering.empty(), "users");
  if (in.filters) {
    const auto& [username, AND, OR, NOT, DISTINCT, ids, search] = *in.filters;
    refuse_unbuilt(username || AND || OR || NOT || DISTINCT, "users");
    if (search && !search->empty()) {
      sql += fmt::format(" and ({})", entity::contains_folded(text, "user_account.username", *search));
    }
    if (ids) {
      sql::Ids wanted;
      for (const entity::Id& id : *ids) {
        if (const auto row = id.row()) wanted.values.push_back(*row);
      }
      sql += fmt::format(" and user_account.id in_ids({})", text.bind(std::move(wanted)));
    }
  }
  return ids_of(call, std::move(sql), text, in.pagination);
}

std::vector<std::int64_t> organizations(Call& call, const schema::OrganizationsArguments& in) {
  refuse_unbuilt(!in.ordering.empty(), "organizations");
  if (in.filters) {
    const auto& [name, AND, OR, NOT, DISTINCT, ids, search] = *in.filters;
    refuse_unbuilt(name || AND || OR || NOT || DISTINCT || ids || search, "organizations");
  }
  SqlText text(call.database->dialect());
  std::string sql =
      fmt::format("select organization_id from membership where user_id = {}", text.bind(call.user));
  return ids_of(call, std::move(sql), text, in.pagination);
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

std::vector<std::int64_t> mandates(Call& call, const schema::MandatesArguments& in) {
  SqlText text(call.database->dialect());
  std::string sql = visible_mandates(call, text);
  refuse_unbuilt(!in.ordering.empty(), "mandates");
  if (in.filters) {
    const auto& [AND, OR, NOT, DISTINCT, ids, search, live] = *in.filters;
    refuse_unbuilt(AND || OR || NOT || DISTINCT || ids || search, "mandates");
    if (live) sql += fmt::format(" and {} = {}", mandate_is_live(text, "t", call), *live ? 1 : 0);
  }
  return ids_of(call, std::move(sql), text, in.pagination);
}

std::int64_t mandate(Call& call, const schema::MandateArguments& in) {
  SqlText text(call.database->dialect());
  std::string sql = visible_mandates(call, text);
  sql += fmt::format(" and t.id = {}", text.bind(in.id.row().value_or(0)));
  const std::vector<std::int64_t> ids = ids_of(call, std::move(sql), text);
  if (ids.empty()) throw base::Error(base::code::kNotFound, std::string("No Mandate with that id."));
  return ids.front();
}

std::vector<std::int64_t> my_managed_clients(Call& call, const schema::MyManagedClientsArguments& in) {
  SqlText text(call.database->dialect());
  std::string sql = fmt::format(
      "select id from client where organization_id = {} and user_id = {} and kind = {}",
      text.bind(call.organization), text.bind(call.user), text.bind(std::string(entity::text_of(in.kind))));
  return ids_of(call, std::move(sql), text);
}

}  // namespace

std::string mandate_is_live(SqlText& sql, const std::string& alias, const Call& call) {
  return fmt::format(
      "(case when {0}.revoked_at is null and ({0}.expires_at is null or {0}.expires_at > {1}) then 1 else 0 "
      "end)",
      alias, sql.bind(call.now));
}

void add_lists(entity::Registry& registry) {
  registry.on(schema::UserFilter::kSearch, search_in("username"));
  registry.on(schema::RoleFilter::kSearch, search_in("identifier"));
  registry.on(schema::AppFilter::kSearch, search_in("identifier"));
  registry.on(schema::ServiceFilter::kSearch, search_in("identifier"));
  registry.on(schema::ServiceReleaseFilter::kSearch, search_in("version"));
  registry.on(schema::ServiceInstanceFilter::kSearch, search_in("instance_id"));
  registry.on(schema::HubFilter::kSearch, search_in("identifier"));
  registry.on(schema::DeviceFilter::kSearch, search_in("name"));
  registry.on(schema::MandateFilter::kSearch, search_in("label"));
  registry.on(schema::MandateFilter::kLive,
              [](SqlText& sql, const std::string& alias, bool live, const Call& call) {
                return fmt::format("{} = {}", mandate_is_live(sql, alias, call), live ? 1 : 0);
              });
  registry.on(schema::MembershipFilter::kSearch, [](SqlText& sql, const std::string& alias,
                                                    const std::string& search, const Call&) {
    const std::string name = fmt::format("(select username from user_account where id = {}.user_id)", alias);
    return entity::contains_folded(sql, name, search);
  });
  namespace query = schema::query;
  registry.on(query::kUsers, users);
  registry.on(query::kOrganizations, organizations);
  registry.on(query::kMandates, mandates);
  registry.on(query::kMandate, mandate);
  registry.on(query::kMyManagedClients, my_managed_clients);
}

}  // namespace lok
