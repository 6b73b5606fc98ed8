// Crops to shapes: what of an array lies under the box that somebody drew, at the positions it is pinned to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "entity/input.h"
#include "services/mikro/lenses/lens_box.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/lenses/selection.h"
#include "services/mikro/lenses/window.h"
#include "services/mikro/space/extent.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/search.h"
#include "sql/database.h"

namespace mikro {

/// A shape in the space that its collection draws in.
struct DrawnShape {
  std::int64_t id = 0;
  std::int64_t system = 0;
  std::vector<std::pair<double, double>> bounds;  ///< of the vertices, for each SPACE axis; empty without any
  std::vector<std::pair<std::string, double>> pins;
};
/// By the id that clients know. Throws NOT_FOUND if the organization sees no such shape.
DrawnShape find_drawn_shape(sql::Reader& reader, std::int64_t organization, const entity::Id& id);
/// By row, as far as they are there.
std::map<std::int64_t, DrawnShape> read_drawn_shapes(sql::Reader& reader, std::int64_t organization,
                                                     const sql::Ids& rows);

/// A space that shapes are drawn in, and how arrays are related to it: found once for all of its shapes, and
/// once for each array. Refers to its graph. For one thread.
class DrawingSpace {
 public:
  /// `graph` has what is connected to the space.
  DrawingSpace(const space::Graph& graph, space::SpaceId system);

  /// Where shapes and an array are compared.
  struct Meeting {
    std::optional<space::Placement> shapes;  ///< of the drawing space there; none if it is that space itself
    space::Placement grid;                   ///< of the array's grid there
  };
  /// nullptr if they share no space.
  const Meeting* meeting(space::SpaceId grid) const;
  /// The spaces that share one with this, itself among them.
  sql::Ids reachable() const;
  std::span<const space::Axis> axes() const;

 private:
  std::optional<Meeting> find(space::SpaceId grid) const;
  space::Placement placed(space::SpaceId from, const space::Path& path) const;

  const space::Graph& graph_;
  space::SpaceId system_;
  space::Spread outward_;
  space::Reach direct_;     ///< to the space itself
  space::Reach to_shared_;  ///< to whatever it gets to
  mutable std::map<space::SpaceId, std::optional<Meeting>> meetings_;
};

/// One shape, asked about many arrays. Refers to its space.
class Crop {
 public:
  Crop(const DrawingSpace& drawing, const DrawnShape& shape);

  /// The part of the whole array that of() keeps of everything; throws what of() throws.
  Selection under(const LensedArray& array) const;
  /// What `from`, a selection of `array`, keeps under the shape: the voxels whose cells its box meets, in the
  /// shape's own space if a path leads from the array there, else in the space nearest to the array to which
  /// paths lead from both. Throws VALIDATION_ERROR if the shape has no vertices, if there is no such space,
  /// if both are placed there along different axes, and if nothing is left.
  Selection of(const LensedArray& array, const Selection& from) const;
  /// nullopt for what of() refuses.
  std::optional<Selection> try_of(const LensedArray& array, const Selection& from) const;
  /// Whether the shape, in its own space, meets all of these.
  bool meets(const std::vector<Window>& windows) const;

 private:
  const DrawingSpace& drawing_;
  space::Box box_;  ///< of the SPACE axes first; empty if there are no vertices
};

/// That a lens was cut to a shape; once for each pair.
void record_cut(sql::Writer& writer, std::int64_t shape, std::int64_t lens);

}  // namespace mikro
