// Who may administer an organization: its owner, and its members with the role
// `admin` or `owner`. Read from the rows of now, not from the token, so that a
// role that is taken away counts at once.
#pragma once

#include <cstdint>
#include <string>

#include "entity/registry.h"
#include "sql/database.h"

namespace lok {

bool administers(sql::Reader& reader, std::int64_t user, std::int64_t organization);

/// SQL: whether the caller administers the organization of the token.
std::string caller_administers(entity::SqlText& sql, const entity::Call& call);

/// Throws base::Error(kPermissionDenied) unless so.
void expect_administrator(sql::Reader& reader, const entity::Call& call);

/// Which rows callers see where that does not follow from the schema's scopes.
void add_visibility(entity::Registry& registry);

}  // namespace lok
