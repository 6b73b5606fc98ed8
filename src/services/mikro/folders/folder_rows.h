// Folders as rows, for what moves them and into them.
#pragma once

#include <cstdint>
#include <vector>

#include "entity/input.h"
#include "sql/database.h"

namespace mikro {

/// At the beginning of a transaction that moves folders: on PostgreSQL nobody else moves one of the
/// organization's until it has ended, because two of them could close a circle that neither sees.
void lock_folders(sql::Writer& writer, std::int64_t organization);
/// Throws NOT_FOUND if the organization has no such folder.
std::int64_t row_of_folder(sql::Reader& reader, std::int64_t organization, const entity::Id& id);
/// Before these, none for a new one, are put into `parent`. Throws VALIDATION_ERROR if
/// one of them is `parent` or above it, or if that is too deep. One statement, whatever their number.
void check_is_no_circle(sql::Reader& reader, const std::vector<std::int64_t>& folders, std::int64_t parent);

}  // namespace mikro
