// Lists whose members depend on who asks, and what their filters mean.
#pragma once

#include <string>

#include "entity/registry.h"

namespace lok {

/// Root lists and `search` filters.
void add_lists(entity::Registry& registry);

/// SQL: whether the mandate `alias` still logs in.
std::string mandate_is_live(entity::SqlText& sql, const std::string& alias, const entity::Call& call);

}  // namespace lok
