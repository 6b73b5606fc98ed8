// What people say of themselves, their groups and their machines, through GraphQL.
#pragma once

#include "entity/registry.h"

namespace lok {

/// Profiles of people and of groups, `mygroups`, `updateDevice`.
void add_people(entity::Registry& registry);

}  // namespace lok
