// Hubs, instances and aliases as rows.
#pragma once

#include <cstdint>
#include <string>

#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

void write_hub(sql::Writer& writer, std::int64_t organization, const HubSettings& hub);

/// Made if missing; services may bring roles nobody knew.
void write_role(sql::Writer& writer, std::int64_t organization, const Described& role, bool builtin);
void write_scope(sql::Writer& writer, std::int64_t organization, const std::string& value,
                 const std::string& label, const std::string& description);

}  // namespace lok
