// Transformations: how the positions of one coordinate system become positions of another. The
// parameters of one edge, what they promise (which properties survive, whether the way back exists)
// and how they are stated and refined. Whether they fit the two systems: transform_check.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/space/axis.h"
#include "services/mikro/space/matrix.h"

namespace mikro::space {

using SpaceId = std::int64_t;
using EdgeId = std::int64_t;

enum class Kind : std::uint8_t {
  kIdentity,
  kScale,
  kTranslation,
  kMapAxis,
  kAffine,
  kRotation,
  kSequence,     ///< written by the server only: pyramid levels and stepped lenses
  kByDimension,  ///< parts side by side, each for its own axes
  kUnmappable,   ///< a declared non-correspondence
};
enum class PartKind : std::uint8_t { kIdentity, kScale, kTranslation, kAffine, kRotation, kField };
/// What the numbers of a field are; absent value axis means scalar.
enum class FieldValues : std::uint8_t { kScalar, kCoordinate, kDisplacement };

/// How much a map is known; the order is the contract's, weakest first.
enum class Validity : std::uint8_t { kUnknown, kInferred, kManual, kValidated };
/// What survives a map; the order is the contract's, weakest first.
enum class Invariance : std::uint8_t { kNone, kDiffeomorphic, kAffine, kSimilarity, kIsometry };

/// As the schema writes them: `BY_DIMENSION`, `FIELD`, `COORDINATE`, `MANUAL`, `ISOMETRY`.
std::string_view to_text(Kind kind);
std::string_view to_text(PartKind kind);
std::string_view to_text(FieldValues values);
std::string_view to_text(Validity validity);
std::string_view to_text(Invariance invariance);

/// A map given by the values of an array (or mesh, network), whose coordinate system is `system`.
/// `values`, `spatial` and `dereference` are derived from the axes when the edge is checked.
struct FieldMap {
  SpaceId system = 0;
  std::optional<std::string> unit;  ///< of the values
  std::optional<double> min, max;   ///< as declared
  FieldValues values = FieldValues::kScalar;
  bool spatial = false;      ///< gives a SPACE axis
  bool dereference = false;  ///< values are ids of rows: places nothing

  bool operator==(const FieldMap&) const = default;
};

/// One part of a BY_DIMENSION: its own input axes onto its own output axes. Only its kind's
/// parameters are filled.
struct Part {
  PartKind kind = PartKind::kIdentity;
  std::vector<std::string> input_axes, output_axes;
  std::vector<double> scale, translation;
  Rows affine;  ///< M x (N+1), or M x N for a rotation
  std::optional<FieldMap> field;

  bool operator==(const Part&) const = default;
};

/// One step of a SEQUENCE, in the axis order of the sequence's input.
struct Step {
  Kind kind = Kind::kIdentity;
  std::vector<double> scale, translation;
  Rows affine;

  bool operator==(const Step&) const = default;
};

/// The parameters of one edge. Only its kind's are filled.
struct Transform {
  Kind kind = Kind::kIdentity;
  std::vector<double> scale, translation;
  Rows affine;
  std::vector<std::string> input_axes, output_axes;  ///< MAP_AXIS
  std::vector<Part> parts;                           ///< BY_DIMENSION
  std::vector<Step> steps;                           ///< SEQUENCE
  std::optional<std::string> reason;                 ///< UNMAPPABLE

  bool operator==(const Transform&) const = default;
};

/// As a client states a part or a transformation: what was not given, or given as null, is absent.
struct PartDraft {
  PartKind kind = PartKind::kIdentity;
  std::vector<std::string> input_axes, output_axes;
  std::optional<std::vector<double>> scale, translation;
  std::optional<Rows> affine;
  std::optional<FieldMap> field;
};
struct TransformDraft {
  Kind kind = Kind::kIdentity;
  std::optional<std::vector<double>> scale, translation;
  std::optional<Rows> affine;
  std::optional<std::vector<std::string>> input_axes, output_axes;
  std::optional<std::vector<PartDraft>> parts;
  std::optional<std::string> reason;
};
/// New numbers for an edge that exists. `part` selects one of a BY_DIMENSION.
struct Refinement {
  std::optional<std::int64_t> part;
  std::optional<std::vector<double>> scale, translation;
  std::optional<Rows> affine;

  bool empty() const { return !part && !scale && !translation && !affine; }
};

/// The transformation a draft states. Throws VALIDATION_ERROR naming the field if its kind needs one
/// that is absent or one is there that its kind does not read, and for a SEQUENCE.
Transform stated(const TransformDraft& draft);

/// `transform` with the given numbers in place of its own. Throws VALIDATION_ERROR for numbers its kind
/// (or that part's) does not read, for UNMAPPABLE and SEQUENCE, and for a part that is not there. The
/// result has to be checked against its systems again.
Transform refined(Transform transform, const Refinement& refinement);

/// Weakest of its parts or steps. By kind, not by the numbers, with two exceptions: equal factors make a
/// scale a similarity, and an AFFINE part that only scales and shifts is read as the scale it is.
Invariance invariance_of(const Transform& transform);

/// Whether it has an inverse by its kind: FIELD parts, parts of unequal rank and UNMAPPABLE have none. The
/// ranks of the two systems are asked elsewhere (graph.h), the numbers when composing.
bool invertible(const Transform& transform);

/// Whether positions can be carried along it at all: not across UNMAPPABLE, nor by values that are
/// ids.
bool walkable(const Transform& transform);

/// The axes its parameters are ordered by, and those it gives, out of its systems' own: of a BY_DIMENSION its
/// parts' in part order, each once, of a MAP_AXIS its own pairs in their order.
std::vector<std::string> axes_read(const Transform& transform, std::span<const Axis> input);
std::vector<std::string> axes_given(const Transform& transform, std::span<const Axis> output);

bool has_field(const Transform& transform);
bool has_spatial_field(const Transform& transform);

}  // namespace mikro::space
