// For this room's tests: axes, transformations and edges in few words.
#pragma once

#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "services/mikro/space/graph.h"

namespace mikro::space::testing {

/// SPACE axes of these names, but `t` TIME, `c` CHANNEL and `i` INDEX.
inline std::vector<Axis> axes(const std::string& letters,
                              const std::optional<std::string>& unit = std::nullopt) {
  std::vector<Axis> result;
  for (const char letter : letters) {
    AxisType type = AxisType::kSpace;
    if (letter == 't') type = AxisType::kTime;
    if (letter == 'c') type = AxisType::kChannel;
    if (letter == 'i') type = AxisType::kIndex;
    result.push_back({std::string(1, letter), type, unit});
  }
  return result;
}

inline Transform identity() { return {}; }
inline Transform scale(std::vector<double> factors) {
  Transform result;
  result.kind = Kind::kScale;
  result.scale = std::move(factors);
  return result;
}
inline Transform translation(std::vector<double> offsets) {
  Transform result;
  result.kind = Kind::kTranslation;
  result.translation = std::move(offsets);
  return result;
}
inline Transform affine(Rows rows, Kind kind = Kind::kAffine) {
  Transform result;
  result.kind = kind;
  result.affine = std::move(rows);
  return result;
}
inline Transform map_axis(std::vector<std::string> from, std::vector<std::string> to) {
  Transform result;
  result.kind = Kind::kMapAxis;
  result.input_axes = std::move(from);
  result.output_axes = std::move(to);
  return result;
}
inline Transform unmappable() {
  Transform result;
  result.kind = Kind::kUnmappable;
  return result;
}
inline Transform by_dimension(std::vector<Part> parts) {
  Transform result;
  result.kind = Kind::kByDimension;
  result.parts = std::move(parts);
  return result;
}

inline Part identity_part(const std::vector<std::string>& names) {
  return {PartKind::kIdentity, names, names, {}, {}, {}, {}};
}
inline Part scale_part(const std::vector<std::string>& names, std::vector<double> factors) {
  return {PartKind::kScale, names, names, std::move(factors), {}, {}, {}};
}
inline Part field_part(std::vector<std::string> from, std::vector<std::string> to, FieldMap field) {
  return {PartKind::kField, std::move(from), std::move(to), {}, {}, {}, std::move(field)};
}

inline Edge edge(EdgeId id, SpaceId input, SpaceId output, Transform transform,
                 Role role = Role::kDerivation) {
  Edge result;
  result.id = id;
  result.input = input;
  result.output = output;
  result.role = role;
  result.transform = std::move(transform);
  return result;
}

/// The message of the base::Error that `run` throws with VALIDATION_ERROR; empty if it throws none.
inline std::string refusal(const std::function<void()>& run) {
  try {
    run();
  } catch (const base::Error& error) {
    return error.code() == base::code::kValidation ? error.message() : "code " + error.code();
  }
  return {};
}

}  // namespace mikro::space::testing
