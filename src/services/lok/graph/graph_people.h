// What people say of themselves, their groups and their machines, through GraphQL.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"

namespace lok {

/// Profiles of people and of groups, `mygroups`, `updateDevice`.
void add_people(entity::Registry& registry, service::Stores& stores);

}  // namespace lok
