// Mandate keys of the configuration as rows.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Row ids by natural key.
using Ids = std::map<std::string, std::int64_t>;

/// Adds keys that are new, brings back those that are listed again, revokes
/// configured keys that are not listed and deletes their clients.
void write_mandate_keys(sql::Writer& writer, const Configuration& configuration, const Ids& users,
                        const Ids& organizations, std::int64_t now);

}  // namespace lok
