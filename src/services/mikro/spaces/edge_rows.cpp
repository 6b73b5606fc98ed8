#include "services/mikro/spaces/edge_rows.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/error.h"
#include "services/mikro/history.h"
#include "services/mikro/spaces/edge_json.h"

namespace mikro {
namespace {

using base::Json;
using space::Transform;

constexpr std::array<std::string_view, 5> kRoles{"LEVEL", "LENS", "DERIVATION", "REGISTRATION", "KEY"};

sql::Value value_of(const std::optional<std::string>& text) {
  return text ? sql::Value(*text) : sql::Value(std::monostate());
}
sql::Value value_of(const Json& json) {
  return json.is_null() ? sql::Value(std::monostate()) : sql::Value(json.dump());
}

Json selector_json(const std::optional<space::Selector>& selector) {
  if (!selector) return {};
  return Json::object({{"axis", selector->axis}, {"index", selector->index}});
}

// So that the arrays that an edge reads are known without reading its JSON.
void insert_fields(sql::Writer& writer, std::int64_t id, const Transform& transform) {
  std::set<std::int64_t> systems;
  for (const space::Part& part : transform.parts) {
    if (part.field) systems.insert(part.field->system);
  }
  for (const std::int64_t system : systems) {
    writer.execute("insert into transformation_field (transformation_id, system_id) values ($1, $2)",
                   {id, system});
  }
}

EdgeRole role_from(std::string_view text) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == text) return static_cast<EdgeRole>(i);
  }
  throw base::Error(base::code::kInternal, "No role of an edge is called {}.", text);
}

// Keys lead from pixels to rows by what a client claims, as registrations do.
space::Role searched_as(EdgeRole role) {
  switch (role) {
    case EdgeRole::kLevel:
      return space::Role::kLevel;
    case EdgeRole::kLens:
      return space::Role::kLens;
    case EdgeRole::kDerivation:
      return space::Role::kDerivation;
    case EdgeRole::kRegistration:
    case EdgeRole::kKey:
      return space::Role::kRegistration;
  }
  return space::Role::kRegistration;
}

constexpr std::size_t kEdgeColumns = 16;

}  // namespace

std::string_view text_of(EdgeRole role) { return kRoles[static_cast<std::size_t>(role)]; }

std::int64_t insert_edge(sql::Writer& writer, const Maker& maker, const NewEdge& edge) {
  const EdgeColumns columns(edge.transform);
  const std::int64_t id = writer.insert(
      "insert into transformation (organization_id, kind, name, validity, value_relation, created_at,"
      " creator_id, created_through_id, input_id, output_id, selector, input_axes, output_axes, invariance,"
      " role, rank, scale, translation, affine, parts, steps, reason, annotation_id)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
      " $21, $22, $23) returning id",
      {maker.organization,
       std::string(space::to_text(edge.transform.kind)),
       value_of(edge.name),
       std::string(space::to_text(edge.validity)),
       value_of(edge.value_relation),
       maker.now,
       maker.user,
       maker.task_value(),
       edge.input,
       edge.output,
       value_of(selector_json(edge.selector)),
       json_list(space::axes_read(edge.transform, edge.input_axes)).dump(),
       json_list(space::axes_given(edge.transform, edge.output_axes)).dump(),
       std::string(space::to_text(space::invariance_of(edge.transform))),
       std::string(text_of(edge.role)),
       edge.rank,
       value_of(columns.scale),
       value_of(columns.translation),
       value_of(columns.affine),
       value_of(columns.parts),
       value_of(columns.steps),
       value_of(edge.transform.reason),
       edge.annotation ? sql::Value(*edge.annotation) : sql::Value(std::monostate())});
  insert_fields(writer, id, edge.transform);
  record(writer, maker, "Transformation", id, Change::kCreate);
  return id;
}

std::string edge_columns(std::string_view alias) {
  return fmt::format(
      "{0}.id, {0}.input_id, {0}.output_id, {0}.role, {0}.rank, {0}.validity, {0}.version, {0}.selector,"
      " {0}.kind, {0}.scale, {0}.translation, {0}.affine, {0}.parts, {0}.steps,"
      " case when {0}.kind = 'MAP_AXIS' then {0}.input_axes end,"
      " case when {0}.kind = 'MAP_AXIS' then {0}.output_axes end",
      alias);
}

space::Edge edge_of(const sql::Rows& rows, std::size_t row) {
  space::Edge edge;
  edge.id = rows.integer(row, 0);
  edge.input = rows.integer(row, 1);
  edge.output = rows.integer(row, 2);
  edge.role = searched_as(role_from(rows.text(row, 3)));
  edge.priority = static_cast<std::int32_t>(rows.integer(row, 4));
  edge.validity = validity_from(rows.text(row, 5));
  edge.version = rows.integer(row, 6);
  if (!rows.is_null(row, 7)) {
    const Json selector = Json::parse(rows.text(row, 7));
    edge.selector = space::Selector{selector["axis"].as_string(), selector["index"].as_int64().value_or(0)};
  }
  const auto text = [&](std::size_t column) {
    return rows.is_null(row, column) ? std::string_view() : rows.text(row, column);
  };
  edge.transform =
      transform_from({text(8), text(9), text(10), text(11), text(12), text(13), text(14), text(15)});
  return edge;
}

EdgeRow read_edge(sql::Reader& reader, std::int64_t organization, std::int64_t id) {
  const sql::Rows rows =
      reader.query(fmt::format("select {}, e.name, e.value_relation, e.reason from transformation e"
                               " where e.id = $1 and e.organization_id = $2",
                               edge_columns("e")),
                   {id, organization});
  if (rows.empty()) throw base::Error(base::code::kNotFound, "No transformation with the id {}.", id);
  const auto text = [&](std::size_t column) {
    return rows.is_null(0, column) ? std::nullopt : std::optional(std::string(rows.text(0, column)));
  };
  EdgeRow row{edge_of(rows, 0), role_from(rows.text(0, 3)), text(kEdgeColumns), text(kEdgeColumns + 1)};
  row.edge.transform.reason = text(kEdgeColumns + 2);
  return row;
}

void update_parameters(sql::Writer& writer, std::int64_t id, const Transform& transform) {
  const EdgeColumns columns(transform);
  writer.execute(
      "update transformation set scale = $2, translation = $3, affine = $4, parts = $5, invariance = $6"
      " where id = $1",
      {id, value_of(columns.scale), value_of(columns.translation), value_of(columns.affine),
       value_of(columns.parts), std::string(space::to_text(space::invariance_of(transform)))});
}

Json parameters_json(const Transform& transform) {
  const EdgeColumns columns(transform);
  return Json::object({{"scale", columns.scale},
                       {"translation", columns.translation},
                       {"affine", columns.affine},
                       {"parts", columns.parts}});
}

space::Validity validity_from(std::string_view text) {
  using space::Validity;
  for (const Validity validity :
       {Validity::kUnknown, Validity::kInferred, Validity::kManual, Validity::kValidated}) {
    if (space::to_text(validity) == text) return validity;
  }
  throw base::Error(base::code::kInternal, "No validity is called {}.", text);
}

}  // namespace mikro
