#include "services/mikro/space/transform_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "services/mikro/space/unit.h"

namespace mikro::space {
namespace {

base::Error refused(std::string message) { return {base::code::kValidation, std::move(message)}; }

/// The axes one map acts on, from a whole edge or from one part of it; `what` begins every error.
struct Scope {
  std::string what;
  std::vector<Axis> inputs;
  std::vector<Axis> outputs;
};

void check_finite(const Scope& scope, std::string_view field, double value, std::string_view where) {
  if (std::isfinite(value)) return;
  throw refused(fmt::format("{}: `{}` is {} for axis '{}', but must be a finite number.", scope.what, field,
                            value, where));
}

void check_equal_rank(const Scope& scope) {
  if (scope.inputs.size() == scope.outputs.size()) return;
  throw refused(fmt::format(
      "{}: it maps axes one by one, but there are {} input axes {} and {} output axes {}.", scope.what,
      scope.inputs.size(), names_of(scope.inputs), scope.outputs.size(), names_of(scope.outputs)));
}

void check_same_names(const Scope& scope) {
  check_equal_rank(scope);
  for (std::size_t i = 0; i < scope.inputs.size(); ++i) {
    if (scope.inputs[i].name == scope.outputs[i].name) continue;
    throw refused(fmt::format(
        "{}: both systems must have the same axes in the same order, but axis {} is '{}' in {} and "
        "'{}' in {}. Use MAP_AXIS to reorder axes, or BY_DIMENSION to relate some of them.",
        scope.what, i, scope.inputs[i].name, names_of(scope.inputs), scope.outputs[i].name,
        names_of(scope.outputs)));
  }
}

void check_no_index(const Scope& scope) {
  for (const std::vector<Axis>* axes : {&scope.inputs, &scope.outputs}) {
    for (const Axis& axis : *axes) {
      if (axis.type != AxisType::kIndex) continue;
      throw refused(fmt::format(
          "{}: '{}' is an INDEX axis, whose positions enumerate: they cannot be scaled, moved or "
          "mixed. Relate it by IDENTITY, or, in a BY_DIMENSION, by a TRANSLATION of whole numbers.",
          scope.what, axis.name));
    }
  }
}

void check_units_convert(const Scope& scope) {
  for (std::size_t i = 0; i < scope.inputs.size(); ++i) {
    const Axis& from = scope.inputs[i];
    const Axis& to = scope.outputs[i];
    if (pass_through_factor(from.unit, to.unit)) continue;
    throw refused(
        fmt::format("{}: '{}' is counted in {} and '{}' in {}, and one does not convert into the other.",
                    scope.what, from.name, *from.unit, to.name, *to.unit));
  }
}

void check_vector(const Scope& scope, std::string_view field, const std::vector<double>& values) {
  if (values.size() != scope.inputs.size()) {
    throw refused(fmt::format("{}: `{}` has {} numbers for the {} axes {}; give one per axis.", scope.what,
                              field, values.size(), scope.inputs.size(), names_of(scope.inputs)));
  }
  for (std::size_t i = 0; i < values.size(); ++i) check_finite(scope, field, values[i], scope.inputs[i].name);
}

void check_scale(const Scope& scope, const std::vector<double>& scale) {
  check_no_index(scope);
  check_vector(scope, "scale", scale);
  for (std::size_t i = 0; i < scale.size(); ++i) {
    if (scale[i] != 0) continue;
    throw refused(
        fmt::format("{}: the factor of axis '{}' is 0, which would put every position at one place.",
                    scope.what, scope.inputs[i].name));
  }
}

/// `spare` columns beside one per input axis: 1 for the translation, 0 allowed for a rotation.
void check_matrix(const Scope& scope, const Rows& rows, bool translation_optional) {
  const std::size_t inputs = scope.inputs.size();
  if (rows.size() != scope.outputs.size()) {
    throw refused(fmt::format("{}: `affine` has {} rows for the {} output axes {}; give one per axis.",
                              scope.what, rows.size(), scope.outputs.size(), names_of(scope.outputs)));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& name = scope.outputs[i].name;
    const bool fits = rows[i].size() == inputs + 1 || (translation_optional && rows[i].size() == inputs);
    if (!fits || rows[i].size() != rows[0].size()) {
      throw refused(
          fmt::format("{}: row '{}' of `affine` has {} numbers; give one per input axis of {} and the "
                      "translation, {} together.",
                      scope.what, name, rows[i].size(), names_of(scope.inputs), inputs + 1));
    }
    for (const double value : rows[i]) check_finite(scope, "affine", value, name);
    if (std::all_of(rows[i].begin(), rows[i].end(), [](double value) { return value == 0; })) {
      throw refused(
          fmt::format("{}: row '{}' of `affine` is all zeros, which would pin the data at the origin.",
                      scope.what, name));
    }
  }
}

void check_not_singular(const Scope& scope, const Rows& rows) {
  const std::size_t size = rows.size();
  if (size != scope.inputs.size()) return;
  Matrix linear(size, size);
  for (std::size_t i = 0; i < size; ++i) std::copy_n(rows[i].begin(), size, linear.row(i));
  if (!singular(linear)) return;
  throw refused(fmt::format("{}: the matrix over {} is singular: it puts different positions at one place.",
                            scope.what, names_of(scope.inputs)));
}

/// Rows may be counted from another number than the positions that enumerate them: `cell_id = cell + 1`.
void check_translation_part(const Scope& scope, const std::vector<double>& translation) {
  check_equal_rank(scope);
  check_vector(scope, "translation", translation);
  for (std::size_t i = 0; i < translation.size(); ++i) {
    const Axis& from = scope.inputs[i];
    const Axis& to = scope.outputs[i];
    if (from.type != AxisType::kIndex && to.type != AxisType::kIndex) continue;
    const auto enumerates = [](const Axis& axis) {
      return axis.type == AxisType::kIndex || axis.type == AxisType::kChannel;
    };
    if (!enumerates(from) || !enumerates(to)) {
      throw refused(
          fmt::format("{}: '{}' is of type {} and '{}' of type {}: what enumerates cannot be moved "
                      "along what measures.",
                      scope.what, from.name, to_text(from.type), to.name, to_text(to.type)));
    }
    if (translation[i] != std::floor(translation[i])) {
      throw refused(fmt::format("{}: '{}' enumerates, so it is moved by whole numbers, not by {}.",
                                scope.what, to.name, translation[i]));
    }
  }
}

void check_affine(const Scope& scope, const Rows& rows) {
  check_no_index(scope);
  check_matrix(scope, rows, false);
  check_not_singular(scope, rows);
}

void check_rotation(const Scope& scope, const Rows& rows) {
  check_no_index(scope);
  check_equal_rank(scope);
  check_matrix(scope, rows, true);
  check_not_singular(scope, rows);
}

std::vector<Axis> picked(const std::string& what, std::span<const std::string> names,
                         const SystemView& system) {
  std::vector<Axis> result;
  for (const std::string& name : names) {
    const std::optional<std::size_t> index = index_of(system.axes, name);
    if (!index) {
      throw refused(fmt::format("{}: '{}' has no axis '{}'; its axes are {}.", what, system.name, name,
                                names_of(system.axes)));
    }
    for (const Axis& earlier : result) {
      if (earlier.name == name) throw refused(fmt::format("{}: axis '{}' is named twice.", what, name));
    }
    result.push_back(system.axes[*index]);
  }
  return result;
}

void check_map_axis(const Transform& transform, const Scope& scope, const SystemView& input,
                    const SystemView& output) {
  if (transform.input_axes.size() != transform.output_axes.size()) {
    throw refused(fmt::format("{}: {} input axes {} cannot be mapped one by one onto {} output axes {}.",
                              scope.what, transform.input_axes.size(), names_of(transform.input_axes),
                              transform.output_axes.size(), names_of(transform.output_axes)));
  }
  const std::vector<Axis> from = picked(scope.what, transform.input_axes, input);
  const std::vector<Axis> to = picked(scope.what, transform.output_axes, output);
  if (from.size() != input.axes.size() || to.size() != output.axes.size()) {
    throw refused(fmt::format(
        "{}: it must name every axis of both systems, {} and {}. Use BY_DIMENSION to relate some of "
        "them.",
        scope.what, names_of(input.axes), names_of(output.axes)));
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool enumerates = from[i].type == AxisType::kIndex || to[i].type == AxisType::kIndex;
    if (enumerates || from[i].type == to[i].type) continue;
    throw refused(fmt::format("{}: '{}' is a {} axis and cannot become '{}', which is a {} axis.", scope.what,
                              from[i].name, to_text(from[i].type), to[i].name, to_text(to[i].type)));
  }
}

void check_field_range(const Scope& scope, const FieldMap& field) {
  for (const std::optional<double>& bound : {field.min, field.max}) {
    if (bound) check_finite(scope, "field", *bound, scope.outputs[0].name);
  }
  if (field.min && field.max && *field.min > *field.max) {
    throw refused(fmt::format("{}: the field's smallest value {} is above its largest, {}.", scope.what,
                              *field.min, *field.max));
  }
}

/// Converts the unit's spelling and sees that values can be read as positions of every output axis.
void check_field_unit(const Scope& scope, FieldMap& field) {
  if (!field.unit) return;
  const std::optional<Unit> unit = Unit::parse(*field.unit);
  if (!unit)
    throw refused(fmt::format("{}: '{}' is no unit known here.", scope.what, field.unit->substr(0, 200)));
  field.unit = unit->name();
  for (const Axis& axis : scope.outputs) {
    if (pass_through_factor(field.unit, axis.unit)) continue;
    throw refused(fmt::format("{}: values in {} cannot be positions along '{}', which is counted in {}.",
                              scope.what, *field.unit, axis.name, *axis.unit));
  }
}

void check_field(const Scope& scope, FieldMap& field, const FieldLookup& lookup) {
  const std::optional<FieldSource> source = lookup(field.system);
  if (!source) {
    throw refused(fmt::format("{}: there is no coordinate system {} whose values could be read.", scope.what,
                              field.system));
  }
  std::size_t indexed = 0;
  field.values = FieldValues::kScalar;
  for (const Axis& axis : source->axes) {
    const bool coordinate = axis.type == AxisType::kCoordinate;
    if (!coordinate && axis.type != AxisType::kDisplacement) {
      ++indexed;
      continue;
    }
    if (field.values != FieldValues::kScalar) {
      throw refused(
          fmt::format("{}: the array over {} has two value axes.", scope.what, names_of(source->axes)));
    }
    field.values = coordinate ? FieldValues::kCoordinate : FieldValues::kDisplacement;
  }
  if (scope.inputs.size() != indexed) {
    throw refused(fmt::format("{}: the array over {} is read along {} axes, but {} are named: {}.",
                              scope.what, names_of(source->axes), indexed, scope.inputs.size(),
                              names_of(scope.inputs)));
  }
  const bool scalar = field.values == FieldValues::kScalar;
  if ((scalar && scope.outputs.size() != 1) ||
      (!scalar && source->components &&
       *source->components != static_cast<std::int64_t>(scope.outputs.size()))) {
    throw refused(fmt::format("{}: each value of the field gives {} axes, but {} are named: {}.", scope.what,
                              scalar ? 1 : *source->components, scope.outputs.size(),
                              names_of(scope.outputs)));
  }
  const auto of_type = [&](AxisType type) {
    return std::any_of(scope.outputs.begin(), scope.outputs.end(),
                       [&](const Axis& axis) { return axis.type == type; });
  };
  field.spatial = of_type(AxisType::kSpace);
  field.dereference = of_type(AxisType::kIndex);
  if (field.dereference && !scalar) {
    throw refused(fmt::format("{}: ids are single values, but the array over {} holds several per position.",
                              scope.what, names_of(source->axes)));
  }
  check_field_range(scope, field);
  check_field_unit(scope, field);
}

void check_part(Part& part, const Scope& scope, const FieldLookup& lookup) {
  if (scope.inputs.empty() || scope.outputs.empty()) {
    throw refused(
        fmt::format("{}: it names no {} axes.", scope.what, scope.inputs.empty() ? "input" : "output"));
  }
  switch (part.kind) {
    case PartKind::kIdentity:
      check_equal_rank(scope);
      return check_units_convert(scope);
    case PartKind::kScale:
      check_equal_rank(scope);
      return check_scale(scope, part.scale);
    case PartKind::kTranslation:
      return check_translation_part(scope, part.translation);
    case PartKind::kAffine:
      return check_affine(scope, part.affine);
    case PartKind::kRotation:
      return check_rotation(scope, part.affine);
    case PartKind::kField:
      return check_field(scope, *part.field, lookup);
  }
}

void check_parts(Transform& transform, const SystemView& input, const SystemView& output,
                 const FieldLookup& lookup) {
  if (transform.parts.empty()) throw refused("A BY_DIMENSION needs at least one part.");
  if (transform.parts.size() > kMostAxes) {
    throw refused(fmt::format("A BY_DIMENSION has at most {} parts, but {} were given.", kMostAxes,
                              transform.parts.size()));
  }
  std::vector<std::string> read;
  std::vector<std::string> given;
  for (std::size_t i = 0; i < transform.parts.size(); ++i) {
    Part& part = transform.parts[i];
    Scope scope{fmt::format("Part {} ({}) of the BY_DIMENSION", i, to_text(part.kind)), {}, {}};
    scope.inputs = picked(scope.what, part.input_axes, input);
    scope.outputs = picked(scope.what, part.output_axes, output);
    check_part(part, scope, lookup);
    const auto once = [&](std::vector<std::string>& seen, std::span<const std::string> names,
                          std::string_view side) {
      for (const std::string& name : names) {
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
          throw refused(
              fmt::format("{}: {} axis '{}' is already mapped by an earlier part.", scope.what, side, name));
        }
        seen.push_back(name);
      }
    };
    // An array may be read along axes that another part maps: a label mask over y and x.
    if (part.kind != PartKind::kField) once(read, part.input_axes, "input");
    once(given, part.output_axes, "output");
  }
}

void check_epochs(const SystemView& input, const SystemView& output) {
  const auto has_time = [](const SystemView& system) {
    return std::any_of(system.axes.begin(), system.axes.end(),
                       [](const Axis& axis) { return axis.type == AxisType::kTime; });
  };
  if (!input.epoch || !output.epoch || *input.epoch == *output.epoch || !has_time(input) || !has_time(output))
    return;
  throw refused(fmt::format(
      "'{}' and '{}' count time from different epochs, so no transformation relates them. Register "
      "both into a space without an epoch, or with the same one.",
      input.name, output.name));
}

}  // namespace

Transform checked(Transform transform, const SystemView& input, const SystemView& output,
                  const FieldLookup& field) {
  const Scope scope{fmt::format("The {} from '{}' to '{}'", to_text(transform.kind), input.name, output.name),
                    {input.axes.begin(), input.axes.end()},
                    {output.axes.begin(), output.axes.end()}};
  switch (transform.kind) {
    case Kind::kUnmappable:
      return transform;
    case Kind::kSequence:
      return transform;
    case Kind::kIdentity:
      check_same_names(scope);
      check_units_convert(scope);
      break;
    case Kind::kScale:
      check_same_names(scope);
      check_scale(scope, transform.scale);
      break;
    case Kind::kTranslation:
      check_same_names(scope);
      check_no_index(scope);
      check_vector(scope, "translation", transform.translation);
      break;
    case Kind::kAffine:
      check_affine(scope, transform.affine);
      break;
    case Kind::kRotation:
      check_rotation(scope, transform.affine);
      break;
    case Kind::kMapAxis:
      check_map_axis(transform, scope, input, output);
      break;
    case Kind::kByDimension:
      check_parts(transform, input, output, field);
      break;
  }
  check_epochs(input, output);
  return transform;
}

void check_derivation_order(std::span<const Kind> kinds) {
  const auto lost = std::find(kinds.begin(), kinds.end(), Kind::kUnmappable);
  const auto mappable = std::find_if(lost, kinds.end(), [](Kind kind) { return kind != Kind::kUnmappable; });
  if (mappable == kinds.end()) return;
  throw refused(fmt::format(
      "Source {} of `derivedFrom` has no transform, yet source {} after it has one. The first source "
      "places the data: please name those with a transform first.",
      lost - kinds.begin(), mappable - kinds.begin()));
}

}  // namespace mikro::space
