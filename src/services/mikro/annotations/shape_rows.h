// Shapes as rows, many in one statement.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "services/mikro/annotations/shape.h"
#include "services/mikro/ownership.h"
#include "sql/database.h"

namespace mikro {

/// What all shapes of one write have in common.
struct ShapeOwner {
  const Maker& maker;
  std::int64_t collection = 0;
  std::optional<std::int64_t> batch;  ///< hidden as long as the batch has a row
};

/// Writes the shapes, their pins and their history; the ids are in the order of the shapes. The number of
/// statements grows by three for every few hundred shapes.
std::vector<std::int64_t> insert_shapes(sql::Writer& writer, const ShapeOwner& owner,
                                        std::span<const NewShape> shapes);
/// In the place of those that are there.
void replace_pins(sql::Writer& writer, std::int64_t annotation, const std::vector<Pin>& pins);

/// The columns of a box, in this order: rank, then least and greatest along each axis.
inline constexpr std::string_view kBoxColumns =
    "box_rank, box_min0, box_max0, box_min1, box_max1, box_min2, box_max2";
void add_box(std::vector<sql::Value>& values, const std::optional<space::Box>& box);

}  // namespace mikro
