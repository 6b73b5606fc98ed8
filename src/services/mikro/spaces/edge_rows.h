// Transformations as rows: the edges between coordinate systems.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/mikro/ownership.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/transform.h"
#include "sql/database.h"

namespace mikro {

/// What an edge is there for, as the schema's `EdgeRole` says.
enum class EdgeRole { kLevel, kLens, kDerivation, kRegistration, kKey };
std::string_view text_of(EdgeRole role);

struct NewEdge {
  std::int64_t input = 0;
  std::int64_t output = 0;
  space::Transform transform;
  std::vector<space::Axis>
      input_axes;  ///< all of the input system's; what the edge names follows from its kind
  std::vector<space::Axis> output_axes;
  space::Validity validity = space::Validity::kValidated;
  EdgeRole role = EdgeRole::kRegistration;
  std::int64_t rank = 0;  ///< among the derivations of one thing; 0 is the primary parent
  std::optional<std::string> name;
  std::optional<std::string> value_relation;
  std::optional<space::Selector> selector;
  std::optional<std::int64_t>
      annotation;  ///< the shape of the output that the input was made along or within
};
/// The edge has been checked against its systems.
std::int64_t insert_edge(sql::Writer& writer, const Maker& maker, const NewEdge& edge);

/// An edge as it is stored.
struct EdgeRow {
  space::Edge edge;
  EdgeRole role = EdgeRole::kRegistration;
  std::optional<std::string> name;
  std::optional<std::string> value_relation;
};
/// Throws NOT_FOUND if the organization has no such edge.
EdgeRow read_edge(sql::Reader& reader, std::int64_t organization, std::int64_t id);

/// What `edge_of` reads, as columns of a row `alias`.
std::string edge_columns(std::string_view alias);
/// One row of a statement that begins with these columns.
space::Edge edge_of(const sql::Rows& rows, std::size_t row);

/// New parameters for an edge that exists; both systems' axes and the kind stay.
void update_parameters(sql::Writer& writer, std::int64_t id, const space::Transform& transform);
/// The parameters as history shows them, by the fields' names.
base::Json parameters_json(const space::Transform& transform);

space::Validity validity_from(std::string_view text);

}  // namespace mikro
