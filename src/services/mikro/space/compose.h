// Composition: a path of edges as one affine map from the axes it starts at to the axes it states,
// by axis name. The results are those of the official client, which composes the same paths itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/space/axis.h"
#include "services/mikro/space/matrix.h"
#include "services/mikro/space/transform.h"

namespace mikro::space {

/// An edge as it is walked: from `input` to `output`, or from `output` to `input` if `inverted`. Refers
/// to what its owner keeps.
struct Hop {
  EdgeId id = 0;
  const Transform* transform = nullptr;
  std::span<const Axis> input;
  std::span<const Axis> output;
  bool inverted = false;

  std::span<const Axis> source() const { return inverted ? output : input; }
  std::span<const Axis> target() const { return inverted ? input : output; }
};

/// One destination axis given by an array's values: at the source position x it is
/// `scale * field[inner * x](component) + base * x`. Rows hold one coefficient per source axis and a
/// constant.
struct PlacementField {
  std::string output_axis;
  Matrix inner;  ///< one row per axis the array is indexed by
  std::vector<double> base;
  std::optional<std::int64_t> component;  ///< position on the array's value axis; none for a scalar field
  double scale = 1;
  SpaceId field = 0;

  /// `base`'s constant.
  double offset() const { return base.back(); }

  /// A field read along one source axis: array index = scale * source index + offset.
  struct Lookup {
    std::size_t input = 0;  ///< index into the placement's input axes
    double scale = 1;
    double offset = 0;
  };
  /// nullopt unless it is scalar, read along exactly one source axis and adds nothing else.
  std::optional<Lookup> lookup() const;
};

/// A composed path. `matrix` is M x (N+1), rows in `output_axes` order (the destination's own), columns in
/// `input_axes` order (the source's own), the last column the translation. An axis the path says nothing
/// about has no row: zero would be a claim.
struct Placement {
  Matrix matrix;
  std::vector<std::string> input_axes;
  std::vector<std::string> output_axes;
  bool total = true;  ///< rows and fields together cover every axis of the destination
  std::vector<PlacementField> fields;
};

/// The map of `hops`, walked one after the other from a system with the axes `source`; the identity if
/// there are none. An axis that a hop reads from one no longer stated is dropped. Throws VALIDATION_ERROR
/// naming the transformation that does not compose: one walked backwards that is singular or has no
/// inverse, a key (ids place nothing), an axis that would need two fields at once, units that do not
/// convert, ranks that do not fit.
Placement compose(std::span<const Axis> source, std::span<const Hop> hops);

/// The one source axis that runs along `output`: its row has one coefficient that is not zero, or its field
/// is a lookup. nullopt if there are several, none, or the placement does not state `output`.
std::optional<std::string> axis_along(const Placement& placement, std::string_view output);

/// Throws VALIDATION_ERROR naming the axes the placement leaves open, if any.
void require_total(const Placement& placement, std::span<const Axis> destination);

/// One edge's whole matrix, homogeneous, forward. Only for kinds other than BY_DIMENSION and UNMAPPABLE.
Matrix matrix_of(const Transform& transform, std::span<const Axis> input, std::span<const Axis> output);

}  // namespace mikro::space
