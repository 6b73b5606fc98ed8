// What belongs to one person, as rows: read for their page, ended by them.
#pragma once

#include <cstdint>

#include "services/lok/pages/pages.h"
#include "sql/database.h"

namespace lok {

/// All but what the page has to say. `session` is the row of the session that asks.
pages::Account account_of(sql::Reader& reader, std::int64_t user, std::int64_t session, std::int64_t now);

/// Each is false if there is no such row of the user's; then nothing is changed.
bool end_session(sql::Writer& writer, std::int64_t user, std::int64_t session);
/// All but one.
void end_other_sessions(sql::Writer& writer, std::int64_t user, std::int64_t session);
/// Deletes the client of a program that the user approved, with its refresh tokens.
bool revoke_program(sql::Writer& writer, std::int64_t user, std::int64_t client);
/// Takes back what the user agreed to when signing in to a program, and ends what it was given.
bool withdraw_consent(sql::Writer& writer, std::int64_t user, std::int64_t consent);

}  // namespace lok
