#include "services/mikro/tables/identification.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/transform_input.h"

namespace mikro {
namespace {

using base::Error;
using schema::IdentificationInput;
using schema::IdentificationKind;
using space::AxisType;
namespace code = base::code;

// Each is looked up and written by itself, while others wait to write.
constexpr std::size_t kMostIdentifications = 256;

std::string_view field_of(IdentificationKind kind) {
  switch (kind) {
    case IdentificationKind::kDataset:
      return "dataset";
    case IdentificationKind::kMeshCollection:
      return "meshCollection";
    case IdentificationKind::kNetworkCollection:
    case IdentificationKind::kNetworkCollectionNodes:
      return "networkCollection";
    case IdentificationKind::kTable:
      return "table";
  }
  return "";
}

// The id that the kind reads; no other one is given.
entity::Id id_of(const IdentificationInput& in, const std::string& column) {
  const std::string_view wanted = field_of(in.kind);
  std::optional<entity::Id> found;
  for (const auto& [field, id] : NamedSources{{"dataset", in.dataset},
                                              {"meshCollection", in.mesh_collection},
                                              {"networkCollection", in.network_collection},
                                              {"table", in.table}}) {
    if (field == wanted) found = id;
    if (field != wanted && id) {
      throw Error(code::kValidation,
                  "The column '{}': an identification of kind {} reads `{}` only; leave out `{}`.", column,
                  entity::text_of(in.kind), wanted, field);
    }
  }
  if (!found) {
    throw Error(code::kValidation, "The column '{}': an identification of kind {} requires `{}`.", column,
                entity::text_of(in.kind), wanted);
  }
  return *found;
}

// Rows are looked up by the one INDEX column of their table.
std::int64_t referenced(sql::Reader& reader, std::int64_t organization, const IdentificationInput& in,
                        const TableColumn& column) {
  if (column.axis && column.axis != AxisType::kIndex) {
    throw Error(
        code::kValidation,
        "The column '{}' is a {} axis: its values are positions, not rows of a table. Declare it as an INDEX "
        "axis, or refer to the table from another column.",
        column.name, space::to_text(*column.axis));
  }
  if (in.name || in.validity) {
    throw Error(code::kValidation,
                "The column '{}': `name` and `validity` are those of an edge, and a TABLE makes none.",
                column.name);
  }
  const entity::Id id = id_of(in, column.name);
  const std::int64_t table = id.row("table");
  const sql::Rows rows = reader.query(
      "select t.name, (select count(*) from table_column c where c.table_id = t.id and c.axis_type = 'INDEX')"
      " from table_dataset t where t.id = $1 and t.organization_id = $2",
      {table, organization});
  if (rows.empty()) throw Error(code::kNotFound, "No table with the id {}.", id.text);
  if (rows.integer(0, 1) != 1) {
    throw Error(
        code::kValidation,
        "The column '{}' cannot refer to the table '{}', which has {} INDEX columns: rows are looked up by "
        "exactly one.",
        column.name, rows.text(0, 0), rows.integer(0, 1));
  }
  return table;
}

// The image's pixels are read where they are: its grid is both where the edge begins and its field.
NewEdge key_from(sql::Reader& reader, std::int64_t organization, const IdentificationInput& in,
                 const TableColumn& column, const SpaceRow& own) {
  if (column.axis != AxisType::kIndex) {
    throw Error(code::kValidation,
                "The column '{}' is no INDEX axis, so nothing can be looked up by the ids of {}. Give it the "
                "`axisType` "
                "INDEX.",
                column.name, entity::text_of(in.kind));
  }
  const entity::Id id = id_of(in, column.name);
  const Source source = find_source(reader, organization, {{field_of(in.kind), id}});
  const SpaceRow grid = read_space(reader, organization, source.space);
  space::Part part;
  part.kind = space::PartKind::kField;
  for (const space::Axis& axis : grid.axes) {
    const bool is_value = axis.type == AxisType::kCoordinate || axis.type == AxisType::kDisplacement;
    if (!is_value) part.input_axes.push_back(axis.name);
  }
  part.output_axes = {column.name};
  part.field = space::FieldMap{};
  part.field->system = grid.id;
  space::Transform transform;
  transform.kind = space::Kind::kByDimension;
  transform.parts = {part};
  NewEdge edge;
  edge.input = grid.id;
  edge.transform = rechecked_transform(reader, organization, std::move(transform), grid, own);
  edge.input_axes = grid.axes;
  edge.output_axes = own.axes;
  edge.validity = in.validity ? validity_from(entity::text_of(*in.validity)) : space::Validity::kManual;
  edge.role = EdgeRole::kKey;
  edge.name = in.name ? *in.name : fmt::format("{} -> {}", source.name, own.name);
  return edge;
}

}  // namespace

Identifications::Identifications(sql::Reader& reader, std::int64_t organization,
                                 const std::vector<schema::ColumnInput>& declared,
                                 std::span<const TableColumn> columns, const SpaceRow& own)
    : references_(columns.size()) {
  std::size_t entries = 0;
  for (const schema::ColumnInput& column : declared) entries += column.identified_by.size();
  if (entries > kMostIdentifications) {
    throw Error(code::kValidation, "The columns are identified by {} things; one table takes {} at most.",
                entries, kMostIdentifications);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t first = keys_.size();
    for (const IdentificationInput& in : declared[i].identified_by) {
      if (in.kind == IdentificationKind::kNetworkCollectionNodes) {
        throw Error(code::kNotImplemented, "`networkCollection` is not built yet.");
      }
      if (in.kind == IdentificationKind::kTable) {
        if (references_[i]) {
          throw Error(code::kValidation,
                      "The column '{}' is identified by two tables; its values are rows of one.",
                      columns[i].name);
        }
        references_[i] = referenced(reader, organization, in, columns[i]);
        continue;
      }
      NewEdge key = key_from(reader, organization, in, columns[i], own);
      const bool is_known = std::any_of(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end(),
                                        [&](const NewEdge& other) { return other.input == key.input; });
      if (is_known) {
        throw Error(code::kValidation, "The column '{}' is identified twice by the same {}.", columns[i].name,
                    field_of(in.kind));
      }
      keys_.push_back(std::move(key));
    }
  }
}

void Identifications::write(sql::Writer& writer, const Maker& maker, std::int64_t space) const {
  for (NewEdge key : keys_) {
    key.output = space;
    insert_edge(writer, maker, key);
  }
}

}  // namespace mikro
