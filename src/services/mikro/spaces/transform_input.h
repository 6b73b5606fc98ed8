// A transformation as clients state it, checked against the two spaces it relates.
#pragma once

#include <cstdint>

#include "services/mikro/schema/transformation.h"
#include "services/mikro/space/transform_check.h"
#include "services/mikro/spaces/space_rows.h"
#include "sql/database.h"

namespace mikro {

/// Throws VALIDATION_ERROR as space::stated() and space::checked() do. Reads the arrays that FIELD parts
/// name.
space::Transform checked_transform(sql::Reader& reader, std::int64_t organization,
                                   const schema::TransformInput& in, const SpaceRow& input,
                                   const SpaceRow& output);
/// The same again for new numbers of an edge that exists.
space::Transform rechecked_transform(sql::Reader& reader, std::int64_t organization,
                                     space::Transform transform, const SpaceRow& input,
                                     const SpaceRow& output);

}  // namespace mikro
