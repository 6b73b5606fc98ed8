#include "services/lok/graph/graph_lists.h"

#include <utility>

#include "entity/lookup.h"
#include "services/lok/schema/app.h"
#include "services/lok/schema/client.h"
#include "services/lok/schema/device.h"
#include "services/lok/schema/group.h"
#include "services/lok/schema/hub.h"
#include "services/lok/schema/layer.h"
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

std::vector<std::int64_t> my_managed_clients(Call& call, const schema::MyManagedClientsArguments& in) {
  SqlText text(call.database->dialect());
  std::string sql = fmt::format(
      "select id from client where organization_id = {} and user_id = {} and kind = {} order by id",
      text.bind(call.organization), text.bind(call.user), text.bind(std::string(entity::text_of(in.kind))));
  const sql::Rows rows = call.reader->query(sql, text.parameters);
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
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
  registry.on(schema::LayerFilter::kSearch, search_in("name"));
  registry.on(schema::DeviceFilter::kSearch, search_in("name"));
  registry.on(schema::MandateFilter::kSearch, search_in("label"));
  registry.on(schema::OrganizationFilter::kSearch, search_in("name"));
  registry.on(schema::GroupFilter::kSearch, search_in("name"));
  registry.on(schema::DeviceGroupFilter::kSearch, search_in("name"));
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
  registry.on(query::kMyManagedClients, my_managed_clients);
}

}  // namespace lok
