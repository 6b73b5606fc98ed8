// Folders: where people keep what they have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "entity/registry.h"
#include "services/mikro/ownership.h"

namespace mikro {

/// The folder that new data goes to: the given one, which must be the organization's, or the maker's own.
std::int64_t folder_for(sql::Writer& writer, const Maker& maker, const std::optional<entity::Id>& folder);

/// The condition that the row `alias` lies in one of these.
std::string in_folders(entity::SqlText& sql, const std::string& alias, const std::vector<entity::Id>& folders,
                       const entity::Call&);

void add_folders(entity::Registry& registry);

}  // namespace mikro
