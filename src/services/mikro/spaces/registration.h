// Claims that place one space in another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/mikro/schema/transformation.h"
#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"
#include "sql/database.h"

namespace mikro {

/// What somebody states of two spaces.
struct Claim {
  const schema::TransformInput* transform = nullptr;
  std::optional<std::string> name;
  std::optional<schema::PlacementValidity> validity;  ///< MANUAL if not given
  std::optional<schema::ValueRelation> value_relation;
  std::optional<space::Selector> selector;
};

/// Checks the claim against both spaces and writes its edge: a derivation where the grid or the collection's
/// space of one thing leads into a space of another thing, a registration anywhere else. Throws
/// VALIDATION_ERROR if they are the same space, and for a value relation of a registration.
std::int64_t write_claim(sql::Writer& writer, const Maker& maker, const SpaceRow& input,
                         const SpaceRow& output, const Claim& claim);

}  // namespace mikro
