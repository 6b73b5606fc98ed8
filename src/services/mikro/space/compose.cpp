#include "services/mikro/space/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/error.h"
#include "services/mikro/space/edge_map.h"
#include "services/mikro/space/unit.h"

namespace mikro::space {
namespace {

using Row = std::vector<double>;

/// What is known about one axis where the path has come to: a row over the source's axes, or a field.
using Form = std::variant<Row, PlacementField>;

struct Stated {
  std::string_view axis;
  Form form;
};

/// `row += factor * other`, each product and each sum rounded on its own, as numpy does it.
void add_multiple(Row& row, double factor, const Row& other) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] += factor * other[i];
}

class Composition {
 public:
  explicit Composition(std::span<const Axis> source) : source_(source) {
    for (std::size_t i = 0; i < source.size(); ++i) {
      Row row(source.size() + 1, 0.0);
      row[i] = 1.0;
      stated_.push_back({source[i].name, std::move(row)});
    }
  }

  void walk(const Hop& hop) {
    const std::vector<EdgeRow> rows = edge_rows(hop);
    std::vector<Stated> next;
    for (const EdgeRow& row : rows) {
      const Axis& axis = hop.target()[row.target];
      std::optional<Form> form = std::holds_alternative<FieldRow>(row.form)
                                     ? read(hop, std::get<FieldRow>(row.form), axis)
                                     : substitute(hop, std::get<Row>(row.form));
      if (form) next.push_back({axis.name, *std::move(form)});
    }
    stated_ = std::move(next);
  }

  Placement result(std::span<const Axis> destination) && {
    Placement placement;
    for (const Axis& axis : source_) placement.input_axes.push_back(axis.name);
    placement.total = stated_.size() == destination.size();
    std::vector<const Row*> rows;
    for (Stated& stated : stated_) {
      if (auto* field = std::get_if<PlacementField>(&stated.form)) {
        field->output_axis = stated.axis;
        placement.fields.push_back(std::move(*field));
        continue;
      }
      placement.output_axes.emplace_back(stated.axis);
      rows.push_back(&std::get<Row>(stated.form));
    }
    placement.matrix = Matrix(rows.size(), source_.size() + 1);
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::copy(rows[i]->begin(), rows[i]->end(), placement.matrix.row(i));
    return placement;
  }

 private:
  const Form* known(std::string_view axis) const {
    for (const Stated& stated : stated_) {
      if (stated.axis == axis) return &stated.form;
    }
    return nullptr;
  }

  /// nullopt if an axis it reads is not stated any more: nothing takes hold of it again.
  std::optional<Form> substitute(const Hop& hop, const Row& edge) const {
    Row row(source_.size() + 1, 0.0);
    row.back() = edge.back();
    const PlacementField* field = nullptr;
    double field_factor = 0;
    for (std::size_t i = 0; i + 1 < edge.size(); ++i) {
      if (edge[i] == 0.0) continue;
      const Form* form = known(hop.source()[i].name);
      if (form == nullptr) return std::nullopt;
      if (const auto* affine = std::get_if<Row>(form)) {
        add_multiple(row, edge[i], *affine);
        continue;
      }
      if (field != nullptr) {
        refuse_hop(hop, "it mixes two axes that are given by arrays' values, which no single field states");
      }
      field = &std::get<PlacementField>(*form);
      field_factor = edge[i];
      add_multiple(row, edge[i], field->base);
    }
    if (field == nullptr) return row;
    PlacementField moved = *field;
    moved.scale = field_factor * field->scale;
    moved.base = std::move(row);
    return moved;
  }

  std::optional<Form> read(const Hop& hop, const FieldRow& read, const Axis& axis) const {
    const Part& part = *read.part;
    const FieldMap& map = *part.field;
    PlacementField field;
    field.field = map.system;
    field.inner = Matrix(part.input_axes.size(), source_.size() + 1);
    field.base.assign(source_.size() + 1, 0.0);
    if (map.values != FieldValues::kScalar) field.component = static_cast<std::int64_t>(read.component);
    for (std::size_t i = 0; i < part.input_axes.size(); ++i) {
      const Row* position = affine(hop, part.input_axes[i]);
      if (position == nullptr) return std::nullopt;
      std::copy(position->begin(), position->end(), field.inner.row(i));
    }
    const std::optional<double> factor = pass_through_factor(map.unit, axis.unit);
    if (!factor)
      refuse_hop(hop, fmt::format("its field's values do not convert into the unit of '{}'", axis.name));
    field.scale = *factor;
    if (map.values == FieldValues::kDisplacement && !add_position(hop, read, axis, field.base))
      return std::nullopt;
    return field;
  }

  /// An offset is added to the position it was read at, along the axis of the same name or place.
  bool add_position(const Hop& hop, const FieldRow& read, const Axis& axis, Row& base) const {
    const std::vector<std::string>& inputs = read.part->input_axes;
    const bool same_name = std::find(inputs.begin(), inputs.end(), axis.name) != inputs.end();
    if (!same_name && inputs.size() != read.part->output_axes.size()) {
      refuse_hop(hop, fmt::format("it gives offsets along '{}' but reads no position along it", axis.name));
    }
    const std::string& from = same_name ? axis.name : inputs[read.component];
    const Row* position = affine(hop, from);
    if (position == nullptr) return false;
    const std::optional<std::size_t> index = index_of(hop.source(), from);
    const std::optional<double> factor =
        index ? pass_through_factor(hop.source()[*index].unit, axis.unit) : std::optional<double>(1.0);
    if (!factor)
      refuse_hop(hop,
                 fmt::format("positions along '{}' do not convert into the unit of '{}'", from, axis.name));
    add_multiple(base, *factor, *position);
    return true;
  }

  /// The row of an axis that a field is read along; nullptr if nothing is stated about it.
  const Row* affine(const Hop& hop, std::string_view axis) const {
    const Form* form = known(axis);
    if (form == nullptr) return nullptr;
    if (std::holds_alternative<PlacementField>(*form)) {
      refuse_hop(
          hop, fmt::format("it reads an array along '{}', which is itself given by an array's values", axis));
    }
    return &std::get<Row>(*form);
  }

  std::span<const Axis> source_;
  std::vector<Stated> stated_;
};

}  // namespace

std::optional<PlacementField::Lookup> PlacementField::lookup() const {
  if (component || inner.rows() != 1) return std::nullopt;
  if (std::any_of(base.begin(), base.end() - 1, [](double value) { return value != 0; })) return std::nullopt;
  std::optional<Lookup> result;
  for (std::size_t i = 0; i + 1 < inner.columns(); ++i) {
    if (inner.at(0, i) == 0) continue;
    if (result) return std::nullopt;
    result = Lookup{i, inner.at(0, i), inner.at(0, inner.columns() - 1)};
  }
  return result;
}

Placement compose(std::span<const Axis> source, std::span<const Hop> hops) {
  Composition composition(source);
  for (const Hop& hop : hops) composition.walk(hop);
  return std::move(composition).result(hops.empty() ? source : hops.back().target());
}

std::optional<std::string> axis_along(const Placement& placement, std::string_view output) {
  for (const PlacementField& field : placement.fields) {
    if (field.output_axis != output) continue;
    const std::optional<PlacementField::Lookup> lookup = field.lookup();
    return lookup ? std::optional(placement.input_axes[lookup->input]) : std::nullopt;
  }
  const auto found = std::find(placement.output_axes.begin(), placement.output_axes.end(), output);
  if (found == placement.output_axes.end()) return std::nullopt;
  const double* row = placement.matrix.row(static_cast<std::size_t>(found - placement.output_axes.begin()));
  std::optional<std::string> result;
  for (std::size_t i = 0; i < placement.input_axes.size(); ++i) {
    if (row[i] == 0) continue;
    if (result) return std::nullopt;
    result = placement.input_axes[i];
  }
  return result;
}

void require_total(const Placement& placement, std::span<const Axis> destination) {
  if (placement.total) return;
  std::vector<std::string> open;
  for (const Axis& axis : destination) {
    const auto is_axis = [&](const auto& name) { return name == axis.name; };
    const bool row = std::any_of(placement.output_axes.begin(), placement.output_axes.end(), is_axis);
    const bool field =
        std::any_of(placement.fields.begin(), placement.fields.end(),
                    [&](const PlacementField& given) { return given.output_axis == axis.name; });
    if (!row && !field) open.push_back(axis.name);
  }
  throw base::Error(
      base::code::kValidation,
      "The path states nothing about {} of the destination's axes {}. Ask without `strict` for the axes it "
      "does state.",
      names_of(open), names_of(destination));
}

}  // namespace mikro::space
