// What the ids of pixels lead to: tables, what their columns refer to, and arrays with a place for each row
// of a table. Rows only; what follows from them is landing.h and chain.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/mikro/plans/limit.h"
#include "services/mikro/space/axis.h"
#include "services/mikro/space/transform.h"
#include "sql/database.h"

namespace mikro {

struct PlanColumn {
  std::int64_t id = 0;
  std::string name;
  std::optional<space::AxisType> axis;  ///< of coordinate columns
  std::optional<std::string> unit;
  std::optional<std::int64_t> references;  ///< the table whose rows the values are
};

struct PlanTable {
  std::int64_t id = 0;
  std::int64_t store = 0;
  std::vector<PlanColumn> columns;  ///< in the file's order

  /// The column that rows are looked up by from elsewhere: the only INDEX one. nullptr if there are several
  /// or none.
  const PlanColumn* row_id() const;
  /// nullptr unless a coordinate column is called so.
  const PlanColumn* coordinate(std::string_view name) const;
  /// The coordinate columns, which are the axes of the table's space.
  std::vector<space::Axis> axes() const;
};

/// An array that was derived from a table, one of its axes enumerating the table's rows.
struct PlanArray {
  std::int64_t dataset = 0;
  std::string axis;                     ///< an INDEX or CHANNEL one
  std::vector<std::string> other_axes;  ///< in the array's order
  double scale = 1;                     ///< position along `axis` = scale * row id + offset
  double offset = 0;
};

struct Library {
  std::map<std::int64_t, PlanTable> tables;
  std::map<std::int64_t, std::vector<PlanArray>> arrays;  ///< by table

  const PlanTable* table(std::int64_t id) const;
};

/// The tables `landings`, all that they refer to in at most `joins` steps, and the arrays that lie at most as
/// far. One round trip for each step, and one for the arrays. Refuses as the limit before it reads more
/// columns than an answer names, or more arrays than it has hops.
Library read_library(sql::Reader& reader, const sql::Ids& landings, std::int64_t joins,
                     const PlanLimit& limit);

/// The position of a row along the axis that enumerates it, from the edge that says which row each position
/// is. nullopt if no INDEX or CHANNEL axis of `array` alone does that, or by a map that is not affine.
std::optional<PlanArray> enumerating_axis(const space::Transform& edge, const std::vector<space::Axis>& array,
                                          const PlanTable& table);

}  // namespace mikro
