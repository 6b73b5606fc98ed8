#include "services/mikro/space/transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace mikro::space {
namespace {

constexpr std::array<std::string_view, 9> kKinds{"IDENTITY", "SCALE",        "TRANSLATION",
                                                 "MAP_AXIS", "AFFINE",       "ROTATION",
                                                 "SEQUENCE", "BY_DIMENSION", "UNMAPPABLE"};
constexpr std::array<std::string_view, 6> kPartKinds{"IDENTITY", "SCALE",    "TRANSLATION",
                                                     "AFFINE",   "ROTATION", "FIELD"};
constexpr std::array<std::string_view, 3> kFieldValues{"SCALAR", "COORDINATE", "DISPLACEMENT"};
constexpr std::array<std::string_view, 4> kValidities{"UNKNOWN", "INFERRED", "MANUAL", "VALIDATED"};
constexpr std::array<std::string_view, 5> kInvariances{"NONE", "DIFFEOMORPHIC", "AFFINE", "SIMILARITY",
                                                       "ISOMETRY"};

base::Error refused(std::string message) { return {base::code::kValidation, std::move(message)}; }

/// Moves `given` to `target` if this kind reads it; refuses it if there is too much or too little.
template <class Value>
void take(std::string_view what, std::string_view field, bool reads, const std::optional<Value>& given,
          Value& target) {
  if (reads && !given) {
    throw refused(fmt::format("A {} transformation needs `{}`, which was not given.", what, field));
  }
  if (!reads && given) {
    throw refused(fmt::format("A {} transformation does not read `{}`: please leave it out.", what, field));
  }
  if (given) target = *given;
}

Part stated_part(const PartDraft& draft, std::size_t index) {
  Part part{draft.kind, draft.input_axes, draft.output_axes, {}, {}, {}, {}};
  const std::string what =
      fmt::format("BY_DIMENSION's part {} of kind {} in the", index, to_text(draft.kind));
  take(what, "scale", draft.kind == PartKind::kScale, draft.scale, part.scale);
  take(what, "translation", draft.kind == PartKind::kTranslation, draft.translation, part.translation);
  take(what, "affine", draft.kind == PartKind::kAffine || draft.kind == PartKind::kRotation, draft.affine,
       part.affine);
  FieldMap field;
  take(what, "field", draft.kind == PartKind::kField, draft.field, field);
  if (draft.field) part.field = field;
  return part;
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

/// The diagonal, if the rows say nothing else but a translation.
std::optional<std::vector<double>> diagonal_of(const Rows& rows, std::size_t inputs) {
  if (rows.size() != inputs) return std::nullopt;
  std::vector<double> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() < inputs) return std::nullopt;
    for (std::size_t j = 0; j < inputs; ++j) {
      if (j != i && rows[i][j] != 0) return std::nullopt;
    }
    result.push_back(rows[i][i]);
  }
  return result;
}

Invariance invariance_of_scale(const std::vector<double>& scale) {
  return all_equal(scale) ? Invariance::kSimilarity : Invariance::kAffine;
}

Invariance invariance_of_simple(Kind kind, const std::vector<double>& scale) {
  switch (kind) {
    case Kind::kIdentity:
    case Kind::kTranslation:
    case Kind::kRotation:
    case Kind::kMapAxis:
      return Invariance::kIsometry;
    case Kind::kScale:
      return invariance_of_scale(scale);
    case Kind::kAffine:
      return Invariance::kAffine;
    default:
      return Invariance::kNone;
  }
}

Invariance invariance_of_part(const Part& part) {
  switch (part.kind) {
    case PartKind::kIdentity:
    case PartKind::kTranslation:
    case PartKind::kRotation:
      return Invariance::kIsometry;
    case PartKind::kScale:
      return invariance_of_scale(part.scale);
    case PartKind::kAffine:
      // A registration with a factor and an offset is written as a diagonal AFFINE part.
      if (const auto diagonal = diagonal_of(part.affine, part.input_axes.size())) {
        return invariance_of_scale(*diagonal);
      }
      return Invariance::kAffine;
    case PartKind::kField:
      return part.field->dereference ? Invariance::kNone : Invariance::kDiffeomorphic;
  }
  return Invariance::kNone;
}

}  // namespace

std::string_view to_text(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_text(PartKind kind) { return kPartKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_text(FieldValues values) { return kFieldValues[static_cast<std::size_t>(values)]; }
std::string_view to_text(Validity validity) { return kValidities[static_cast<std::size_t>(validity)]; }
std::string_view to_text(Invariance invariance) { return kInvariances[static_cast<std::size_t>(invariance)]; }

Transform stated(const TransformDraft& draft) {
  const Kind kind = draft.kind;
  const std::string_view what = to_text(kind);
  if (kind == Kind::kSequence) {
    throw refused(
        "A SEQUENCE is written by the server for pyramid levels and stepped lenses and cannot be created. "
        "Compose the steps into one AFFINE.");
  }
  Transform result;
  result.kind = kind;
  take(what, "scale", kind == Kind::kScale, draft.scale, result.scale);
  take(what, "translation", kind == Kind::kTranslation, draft.translation, result.translation);
  take(what, "affine", kind == Kind::kAffine || kind == Kind::kRotation, draft.affine, result.affine);
  take(what, "inputAxes", kind == Kind::kMapAxis, draft.input_axes, result.input_axes);
  take(what, "outputAxes", kind == Kind::kMapAxis, draft.output_axes, result.output_axes);
  std::vector<PartDraft> parts;
  take(what, "parts", kind == Kind::kByDimension, draft.parts, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) result.parts.push_back(stated_part(parts[i], i));
  if (draft.reason && kind != Kind::kUnmappable) {
    throw refused(fmt::format("`reason` is only read by UNMAPPABLE: please leave it out of a {}.", what));
  }
  result.reason = draft.reason;
  return result;
}

Transform refined(Transform transform, const Refinement& refinement) {
  if (refinement.empty()) return transform;
  const auto replace = [](std::string_view what, std::string_view field, bool reads, const auto& given,
                          auto& target) {
    if (given && !reads) throw refused(fmt::format("A {} has no `{}` that could be changed.", what, field));
    if (given) target = *given;
  };
  if (transform.kind == Kind::kUnmappable || transform.kind == Kind::kSequence) {
    throw refused(fmt::format("A transformation of kind {} has no numbers that could be changed.",
                              to_text(transform.kind)));
  }
  if (transform.kind == Kind::kByDimension) {
    const std::size_t count = transform.parts.size();
    if (!refinement.part || *refinement.part < 0 || static_cast<std::uint64_t>(*refinement.part) >= count) {
      throw refused(fmt::format("A BY_DIMENSION is changed part by part: please give `part`, from 0 to {}.",
                                count - 1));
    }
    Part& part = transform.parts[static_cast<std::size_t>(*refinement.part)];
    const std::string what = fmt::format("part {} of kind {}", *refinement.part, to_text(part.kind));
    replace(what, "scale", part.kind == PartKind::kScale, refinement.scale, part.scale);
    replace(what, "translation", part.kind == PartKind::kTranslation, refinement.translation,
            part.translation);
    replace(what, "affine", part.kind == PartKind::kAffine || part.kind == PartKind::kRotation,
            refinement.affine, part.affine);
    return transform;
  }
  const std::string_view what = to_text(transform.kind);
  if (refinement.part)
    throw refused(fmt::format("`part` selects a part of a BY_DIMENSION, but this is a {}.", what));
  replace(what, "scale", transform.kind == Kind::kScale, refinement.scale, transform.scale);
  replace(what, "translation", transform.kind == Kind::kTranslation, refinement.translation,
          transform.translation);
  replace(what, "affine", transform.kind == Kind::kAffine || transform.kind == Kind::kRotation,
          refinement.affine, transform.affine);
  return transform;
}

Invariance invariance_of(const Transform& transform) {
  Invariance weakest = Invariance::kIsometry;
  if (transform.kind == Kind::kSequence) {
    for (const Step& step : transform.steps)
      weakest = std::min(weakest, invariance_of_simple(step.kind, step.scale));
    return weakest;
  }
  if (transform.kind == Kind::kByDimension) {
    for (const Part& part : transform.parts) weakest = std::min(weakest, invariance_of_part(part));
    return weakest;
  }
  return invariance_of_simple(transform.kind, transform.scale);
}

bool invertible(const Transform& transform) {
  const auto square_part = [](const Part& part) {
    return part.kind != PartKind::kField && part.input_axes.size() == part.output_axes.size();
  };
  switch (transform.kind) {
    case Kind::kUnmappable:
      return false;
    case Kind::kSequence:
      return std::none_of(transform.steps.begin(), transform.steps.end(),
                          [](const Step& step) { return step.kind == Kind::kUnmappable; });
    case Kind::kByDimension:
      return std::all_of(transform.parts.begin(), transform.parts.end(), square_part);
    default:
      return true;
  }
}

bool walkable(const Transform& transform) {
  if (transform.kind == Kind::kUnmappable) return false;
  const bool broken_step = std::any_of(transform.steps.begin(), transform.steps.end(),
                                       [](const Step& step) { return step.kind == Kind::kUnmappable; });
  const bool key = std::any_of(transform.parts.begin(), transform.parts.end(),
                               [](const Part& part) { return part.field && part.field->dereference; });
  return !broken_step && !key;
}

namespace {

std::vector<std::string> axes_of(const Transform& transform, std::span<const Axis> system,
                                 std::vector<std::string> Part::* of_part,
                                 const std::vector<std::string>& of_map) {
  if (transform.kind == Kind::kMapAxis) return of_map;
  std::vector<std::string> result;
  if (transform.kind != Kind::kByDimension) {
    for (const Axis& axis : system) result.push_back(axis.name);
    return result;
  }
  for (const Part& part : transform.parts) {
    for (const std::string& name : part.*of_part) {
      if (std::find(result.begin(), result.end(), name) == result.end()) result.push_back(name);
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> axes_read(const Transform& transform, std::span<const Axis> input) {
  return axes_of(transform, input, &Part::input_axes, transform.input_axes);
}

std::vector<std::string> axes_given(const Transform& transform, std::span<const Axis> output) {
  return axes_of(transform, output, &Part::output_axes, transform.output_axes);
}

bool has_field(const Transform& transform) {
  return std::any_of(transform.parts.begin(), transform.parts.end(),
                     [](const Part& part) { return part.field.has_value(); });
}

bool has_spatial_field(const Transform& transform) {
  return std::any_of(transform.parts.begin(), transform.parts.end(),
                     [](const Part& part) { return part.field && part.field->spatial; });
}

}  // namespace mikro::space
