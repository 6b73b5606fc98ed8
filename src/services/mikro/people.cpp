#include "services/mikro/people.h"

#include <fmt/format.h>

#include "entity/lookup.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/identity.h"

namespace mikro {

void add_people(entity::Registry& registry) {
  using entity::Call;
  using entity::SqlText;
  // Shared by all organizations, and `_entities` takes any id.
  registry.visible["User"] = [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format(
        "exists (select 1 from membership m where m.user_id = {}.id and m.organization_id = {})", alias,
        sql.bind(call.organization));
  };
  registry.visible["Organization"] = [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format("{}.id = {}", alias, sql.bind(call.organization));
  };
  registry.visible["Client"] = [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format(
        "exists (select 1 from provenance_entry e where e.client_id = {}.id and e.organization_id = {})",
        alias, sql.bind(call.organization));
  };
  registry.on(schema::User::kPreferredUsername, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format("coalesce({0}.preferred_username, {0}.sub)", alias);
  });
  registry.on(schema::Client::kName, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "coalesce((select app.identifier || ':v' || release.version from release"
        " join app on app.id = release.app_id where release.id = {0}.release_id), {0}.client_id)",
        alias);
  });
  registry.on(schema::Membership::kIsActive, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format("(1 - {}.blocked)", alias);
  });
  using schema::TaskFilter;
  registry.on(TaskFilter::kCreatedBefore, created_before);
  registry.on(TaskFilter::kCreatedAfter, created_after);
  registry.on(TaskFilter::kAssignerId,
              [](SqlText& sql, const std::string& alias, const entity::Id& user, const Call&) {
                return fmt::format("{}.assigner_id = {}", alias, sql.bind(user.row().value_or(0)));
              });
  registry.on(TaskFilter::kAssigner,
              [](SqlText& sql, const std::string& alias, const entity::Id& sub, const Call&) {
                return fmt::format("{}.assigner_id in (select id from user_account where sub = {})", alias,
                                   sql.bind(sub.text));
              });
  registry.on(
      TaskFilter::kSearch, [](SqlText& sql, const std::string& alias, const std::string& text, const Call&) {
        const std::string in_task = entity::contains_folded(sql, alias + ".task_id", text);
        if (in_task.empty()) return in_task;
        return "(" + in_task + " or " + entity::contains_folded(sql, alias + ".agent_client_id", text) + ")";
      });
  registry.on(schema::query::kMembers, [](Call& call) {
    const sql::Rows rows =
        call.reader->query("select id from membership where organization_id = $1 and blocked = 0 order by id",
                           {call.organization});
    std::vector<std::int64_t> members;
    for (std::size_t row = 0; row < rows.size(); ++row) members.push_back(rows.integer(row, 0));
    return members;
  });
}

}  // namespace mikro
