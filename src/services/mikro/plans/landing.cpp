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

/// The input axis whose coordinate is the value in a column.
class Held {
 public:
  Held(const space::Transform& edge, const Part& key, std::span<const Axis> root,
       std::span<const std::string> known)
      : edge_(edge), key_(key), root_(root), known_(known) {}

  std::optional<std::string> name_for(const PlanColumn& column) const {
    if (has(key_.output_axes, column.name)) return column.name;
    for (const Part& part : edge_.parts) {
      const auto given = std::find(part.output_axes.begin(), part.output_axes.end(), column.name);
      if (given == part.output_axes.end()) continue;
      if (part.kind != PartKind::kIdentity) return std::nullopt;  // another number than the coordinate
      return coordinate(part.input_axes[static_cast<std::size_t>(given - part.output_axes.begin())], column);
    }
    if (column.axis == AxisType::kSpace && has(key_.input_axes, column.name)) return std::nullopt;
    return coordinate(column.name, column);
  }

 private:
  std::optional<std::string> coordinate(const std::string& name, const PlanColumn& column) const {
    const std::optional<std::size_t> index = space::index_of(root_, name);
    if (!index || !has(known_, name)) return std::nullopt;
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
    if (auto name = held.name_for(column)) {
      names.push_back(*name);
      landing.keys.push_back({*std::move(name), &column});
    }
  }
  for (const Axis& axis : root) {
    const bool is_spare = has(known, axis.name) && !has(landing.consumes, axis.name);
    if (is_spare || (has(names, axis.name) && !has(landing.produces, axis.name))) {
      landing.passthrough.push_back(axis.name);
    }
  }
  return landing;
}

}  // namespace mikro
