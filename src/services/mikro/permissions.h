// Who may do what with an object: what the rules of roles (service/auth_rules.h) and of ownership
// (ownership.h) let each member of the caller's organization do.
//
// It is about people, not about what an object's state allows: a table that others refer to is not deleted by
// anybody, and still somebody has the permission.
#pragma once

#include <span>
#include <string_view>

#include "entity/registry.h"

namespace mikro {

/// A kind of objects as other services name it. Texts are literals; table and condition are SQL.
struct Structure {
  std::string_view identifier;  ///< `@mikro/file`
  std::string_view table;       ///< has `organization_id`, and a creator where anything can be deleted
  bool is_changed = false;      ///< a root field changes one, if only the folder that it is in
  bool is_deleted = false;      ///< there is one that deletes one
  std::string_view only = {};   ///< the kind of these among the rows of the table
};
std::span<const Structure> structures();

/// Whose roles change and delete, as the schema says at each of those root fields.
inline constexpr std::string_view kWritingRoles[] = {"admin", "editor", "bot"};

/// `permissions` and `availablePermissions`.
void add_permissions(entity::Registry& registry);

}  // namespace mikro
