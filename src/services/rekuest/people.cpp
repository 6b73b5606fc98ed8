#include "services/rekuest/people.h"

#include <fmt/format.h>

namespace rekuest {

// People are shared by all organizations, and `_entities` takes any id.
void add_people(entity::Registry& registry) {
  registry.visible["User"] = [](entity::SqlText& sql, const std::string& alias, const entity::Call& call) {
    return fmt::format(
        "exists (select 1 from membership m where m.user_id = {}.id and m.organization_id = {})", alias,
        sql.bind(call.organization));
  };
}

}  // namespace rekuest
