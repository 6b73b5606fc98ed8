// Tasks whose time has come: delayed ones are sent, cancels nobody confirmed
// become interrupts.
#pragma once

#include <cstdint>
#include <optional>

#include "services/rekuest/outcome.h"
#include "sql/database.h"

namespace rekuest {

/// A body for each sweep; a bounded number of tasks, claimed row by row so that
/// several processes do not wait for each other.
void handle_due(sql::Writer& writer, std::int64_t now, Outcome& out);

/// When the next one is due.
std::optional<std::int64_t> next_due(sql::Reader& reader);

}  // namespace rekuest
