// Transformations as the columns of their rows have them, read back.
#pragma once

#include "services/mikro/space/transform.h"
#include "sql/database.h"

namespace mikro {

/// What transform_at() reads, in this order: `kind, input_axes, output_axes, scale, translation, affine,
/// parts, steps, reason`, of the table `e`.
inline constexpr std::string_view kTransformColumns =
    "e.kind, e.input_axes, e.output_axes, e.scale, e.translation, e.affine, e.parts, e.steps, e.reason";

/// The transformation of a row whose columns kTransformColumns begin at `column`. Throws INTERNAL_ERROR for
/// what insert_edge() never writes.
space::Transform transform_at(const sql::Rows& rows, std::size_t row, std::size_t column);

}  // namespace mikro
