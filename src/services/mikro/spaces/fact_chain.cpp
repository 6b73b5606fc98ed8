#include "services/mikro/spaces/fact_chain.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "base/json.h"
#include "services/mikro/spaces/transform_json.h"

namespace mikro {
namespace {

constexpr std::string_view kFacts = "('LEVEL', 'LENS', 'DERIVATION')";

space::Role role_of(std::string_view text) {
  if (text == "LEVEL") return space::Role::kLevel;
  return text == "LENS" ? space::Role::kLens : space::Role::kDerivation;
}

space::Validity validity_of(std::string_view text) {
  for (const auto validity :
       {space::Validity::kInferred, space::Validity::kManual, space::Validity::kValidated}) {
    if (space::to_text(validity) == text) return validity;
  }
  return space::Validity::kUnknown;
}

std::vector<space::Space> spaces_of(const sql::Rows& systems, const sql::Rows& axes) {
  std::vector<space::Space> spaces;
  std::unordered_map<std::int64_t, std::size_t> at;
  for (std::size_t row = 0; row < systems.size(); ++row) {
    space::Space& one = spaces.emplace_back();
    one.id = systems.integer(row, 0);
    if (!systems.is_null(row, 1)) one.epoch = systems.integer(row, 1);
    one.intrinsic = systems.integer(row, 2) != 0;
    at.emplace(one.id, row);
  }
  for (std::size_t row = 0; row < axes.size(); ++row) {
    space::Axis axis{std::string(axes.text(row, 1)),
                     space::axis_type_from(axes.text(row, 2)).value_or(space::AxisType::kSpace),
                     {}};
    if (!axes.is_null(row, 3)) axis.unit = axes.text(row, 3);
    spaces[at.at(axes.integer(row, 0))].axes.push_back(std::move(axis));
  }
  return spaces;
}

std::vector<space::Edge> edges_of(const sql::Rows& rows) {
  std::vector<space::Edge> edges;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    space::Edge& edge = edges.emplace_back();
    edge.id = rows.integer(row, 0);
    edge.input = rows.integer(row, 1);
    edge.output = rows.integer(row, 2);
    edge.role = role_of(rows.text(row, 3));
    edge.validity = validity_of(rows.text(row, 4));
    edge.version = rows.integer(row, 5);
    edge.priority = static_cast<std::int32_t>(rows.integer(row, 6));
    if (!rows.is_null(row, 7)) {
      const base::Json selector = base::Json::parse(rows.text(row, 7));
      edge.selector = {selector["axis"].as_string(), selector["index"].as_int64().value_or(0)};
    }
    edge.transform = transform_at(rows, row, 8);
  }
  return edges;
}

}  // namespace

space::Graph load_facts(sql::Reader& reader, std::int64_t start) {
  const sql::Rows chain = reader.query(
      fmt::format(
          "with recursive chain(id) as (select id from coordinate_system where id = $1 union"
          " select e.output_id from transformation e join chain on e.input_id = chain.id where e.role in {})"
          " select id from chain",
          kFacts),
      {start});
  sql::Ids ids;
  for (std::size_t row = 0; row < chain.size(); ++row) ids.values.push_back(chain.integer(row, 0));
  const std::array<sql::Query, 3> queries{
      sql::Query{
          "select s.id, s.epoch, case when exists (select 1 from array_dataset d where"
          " d.intrinsic_system_id = s.id) then 1 else 0 end from coordinate_system s where s.id in_ids($1)",
          {ids}},
      sql::Query{
          "select coordinate_system_id, name, type, unit from axis where coordinate_system_id in_ids($1)"
          " order by coordinate_system_id, \"order\"",
          {ids}},
      sql::Query{
          fmt::format("select e.id, e.input_id, e.output_id, e.role, e.validity, e.version, e.rank,"
                      " e.selector, {} from transformation e where e.input_id in_ids($1) and e.role in {}",
                      kTransformColumns, kFacts),
          {ids}}};
  auto results = reader.batch(queries);
  return {spaces_of(results[0].get(), results[1].get()), edges_of(results[2].get())};
}

}  // namespace mikro
