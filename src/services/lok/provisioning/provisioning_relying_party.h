// Relying parties of the configuration as rows.
#pragma once

#include <cstdint>

#include "services/lok/configuration.h"
#include "services/lok/provisioning/provisioning_mandate.h"
#include "sql/database.h"

namespace lok {

/// Adds what is new and updates what is there by its client id. What is listed
/// no more is deleted, with all that people agreed to and every token it has.
/// Throws Error(kValidation) naming an organization that the configuration does
/// not list.
void write_relying_parties(sql::Writer& writer, const Configuration& configuration, const Ids& organizations,
                           std::int64_t now);

}  // namespace lok
