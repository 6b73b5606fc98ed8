#include "services/mikro/plans/landing.h"

#include <algorithm>
#include <utility>

#include "services/mikro/space/unit.h"

namespace mikro {
namespace {

using space::Axis;
using space::AxisType;
using space::Part;
using space::PartKind;

bool has(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Part* key_part(const space::Transform& edge) {
  for (const Part& part : edge.parts) {
    if (part.field && part.field->dereference) return &part;
  }
  return nullptr;
}

/// What an edge says of a column that rows are looked up by.
enum class Says {
  kNothing,  ///< or the column has where an object is, which nobody looks up by
  kHeld,     ///< its value is one that is held
  kOther     ///< its value is another number: without it, rows of other things would be found
};

/// The input axis whose coordinate is the value in a column.
class Held {
 public:
  Held(const space::Transform& edge, const Part& key, std::span<const Axis> root,
       std::span<const std::string> known)
      : edge_(edge), key_(key), root_(root), known_(known) {}

  /// With the name it is held under, if it is.
  std::pair<Says, std::string> value_of(const PlanColumn& column) const {
    if (has(key_.output_axes, column.name)) return {Says::kHeld, column.name};
    for (const Part& part : edge_.parts) {
      const auto given = std::find(part.output_axes.begin(), part.output_axes.end(), column.name);
      if (given == part.output_axes.end()) continue;
      if (part.kind == PartKind::kIdentity) {
        const auto at = static_cast<std::size_t>(given - part.output_axes.begin());
        if (auto name = coordinate(part.input_axes[at], column)) return {Says::kHeld, *std::move(name)};
      }
      // Where an object lies may be computed from where somebody points: it was no half of the key.
      const bool is_place = column.axis == AxisType::kSpace && part.kind != PartKind::kField;
      return {is_place ? Says::kNothing : Says::kOther, {}};
    }
    if (column.axis == AxisType::kSpace && has(key_.input_axes, column.name)) return {Says::kNothing, {}};
    if (auto name = coordinate(column.name, column)) return {Says::kHeld, *std::move(name)};
    return {Says::kNothing, {}};
  }

 private:
  std::optional<std::string> coordinate(const std::string& name, const PlanColumn& column) const {
    const std::optional<std::size_t> index = space::index_of(root_, name);
    if (!index || !has(known_, name)) return std::nullopt;
    if (has(key_.output_axes, name)) return std::nullopt;  // the id is held under that name
    if (space::pass_through_factor(root_[*index].unit, column.unit) != 1.0) return std::nullopt;
    return name;
  }

  const space::Transform& edge_;
  const Part& key_;
  std::span<const Axis> root_;
  std::span<const std::string> known_;
};

}  // namespace

std::optional<Landing> landing_on(const PlanTable& table, const space::Transform& edge,
                                  std::span<const Axis> root, std::span<const std::string> known) {
  const Part* key = key_part(edge);
  if (key == nullptr || table.coordinate(key->output_axes.front()) == nullptr) return std::nullopt;
  for (const std::string& axis : key->input_axes) {
    if (!has(known, axis)) return std::nullopt;
  }
  Landing landing;
  landing.field = key->field->system;
  landing.consumes = key->input_axes;
  landing.produces = key->output_axes;
  const Held held(edge, *key, root, known);
  std::vector<std::string> names;
  for (const PlanColumn& column : table.columns) {
    if (!column.axis) continue;
    auto [says, name] = held.value_of(column);
    if (says == Says::kOther) return std::nullopt;
    if (says == Says::kNothing) continue;
    names.push_back(name);
    landing.keys.push_back({std::move(name), &column});
  }
  for (const Axis& axis : root) {
    const bool is_spare = has(known, axis.name) && !has(landing.consumes, axis.name);
    if (!has(landing.produces, axis.name) && (is_spare || has(names, axis.name))) {
      landing.passthrough.push_back(axis.name);
    }
  }
  return landing;
}

}  // namespace mikro
