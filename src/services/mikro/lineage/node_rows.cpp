#include "services/mikro/lineage/node_rows.h"

#include <fmt/format.h>

#include "entity/call.h"

namespace mikro::lineage {
namespace {

using base::Json;
using entity::SqlText;

std::map<Kind, sql::Ids> by_kind(const std::vector<Node>& nodes) {
  std::map<Kind, sql::Ids> ids;
  for (const Node& node : nodes) ids[node.kind].values.push_back(node.id);
  return ids;
}

sql::Query lenses_query(sql::Dialect dialect, const std::vector<Node>& nodes,
                        const std::set<std::int64_t>& used) {
  SqlText sql(dialect);
  const std::string ids_used = sql.bind(sql::Ids{{used.begin(), used.end()}});
  std::string text;
  for (auto& [kind, ids] : by_kind(nodes)) {
    const DataKind& data = data_kind(kind);
    if (!data.is_container()) continue;
    text += fmt::format(
        "{}select {} + l.{} as node, l.id, l.name, l.suffix, l.selection, l.shape, l.slices,"
        " case when l.selection = '' then 0 when l.id in_ids({}) then 1 else 2 end as use_rank,"
        " count(*) over (partition by l.{}) as counted from lens l where l.{} in_ids({})",
        text.empty() ? "" : " union all ", base_of(kind), data.lens, ids_used, data.lens, data.lens,
        sql.bind(std::move(ids)));
  }
  if (text.empty()) return {"select 0 where 1 = 0", {}};
  text = fmt::format(
      "select r.node, r.id, r.name, r.suffix, r.selection, r.shape, r.slices, r.counted from (select p.*,"
      " row_number() over (partition by p.node order by p.use_rank, p.id) as place from ({}) p) r"
      " where r.place <= {} or r.use_rank < 2 order by r.node, r.place",
      text, kMostLenses);
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query axes_query(const sql::Ids& arrays) {
  return {
      "select d.id, x.name, x.type from array_dataset d join axis x"
      " on x.coordinate_system_id = d.intrinsic_system_id where d.id in_ids($1) order by d.id, x.\"order\"",
      {arrays}};
}

// Where a store reports what its readers decode, that is the chunk; else the level's own list.
sql::Query levels_query(const sql::Ids& arrays) {
  return {
      "select a.dataset_id, a.shape, a.chunk_shape, z.chunks, z.dtype,"
      " (select count(*) from data_array m where m.dataset_id = a.dataset_id) from data_array a"
      " join zarr_store z on z.id = a.store_id where a.dataset_id in_ids($1) and a.level = 0",
      {arrays}};
}

// ` · y[0:32]` as lenses are listed elsewhere, below their container's name.
std::string label_of(const sql::Rows& rows, std::size_t row) {
  constexpr std::string_view kLead = " · ";
  if (!rows.is_null(row, 2)) return std::string(rows.text(row, 2));
  std::string_view suffix = rows.text(row, 3);
  if (suffix.starts_with(kLead)) suffix.remove_prefix(kLead.size());
  return suffix.empty() ? "Whole" : std::string(suffix);
}

void add_lenses(std::map<Node, NodeParts>& parts, const sql::Rows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    NodeParts& of = parts[node_of(rows.integer(row, 0))];
    const std::int64_t id = rows.integer(row, 1);
    const bool is_whole = rows.text(row, 4).empty();
    if (is_whole) of.whole_lens = id;
    of.lens_count = rows.integer(row, 7);
    of.lenses.push_back(
        Json::object({{"id", id},
                      {"label", label_of(rows, row)},
                      {"whole", is_whole},
                      {"shape", rows.is_null(row, 5) ? Json() : Json::parse(rows.text(row, 5))},
                      {"slices", rows.is_null(row, 6) ? Json::array() : Json::parse(rows.text(row, 6))}}));
  }
}

void add_axes(std::map<Node, NodeParts>& parts, const sql::Rows& axes, const sql::Rows& levels) {
  std::map<std::int64_t, std::pair<Json, Json>> sizes;  // extents and chunks by dataset
  for (std::size_t row = 0; row < levels.size(); ++row) {
    const std::int64_t dataset = levels.integer(row, 0);
    NodeParts& of = parts[{Kind::kDataset, dataset}];
    if (!levels.is_null(row, 4)) of.dtype = levels.text(row, 4);
    of.levels = levels.integer(row, 5);
    Json chunks = Json::parse(levels.text(row, 3));
    if (chunks.items().empty()) chunks = Json::parse(levels.text(row, 2));
    sizes[dataset] = {Json::parse(levels.text(row, 1)), std::move(chunks)};
  }
  for (std::size_t row = 0; row < axes.size(); ++row) {
    const std::int64_t dataset = axes.integer(row, 0);
    Json& list = parts[{Kind::kDataset, dataset}].axes;
    const std::size_t place = list.items().size();
    const auto at = [&](const Json& extents) {
      return place < extents.items().size() ? extents.items()[place] : Json();
    };
    const auto& [extents, chunks] = sizes[dataset];
    list.push_back(Json::object({{"name", axes.text(row, 1)},
                                 {"type", axes.text(row, 2)},
                                 {"size", at(extents)},
                                 {"chunk", at(chunks)}}));
  }
}

}  // namespace

sql::Query rows_query(sql::Dialect dialect, std::int64_t organization, const std::vector<Node>& nodes) {
  SqlText sql(dialect);
  const std::string own = sql.bind(organization);
  std::string text;
  for (auto& [kind, ids] : by_kind(nodes)) {
    const DataKind& data = data_kind(kind);
    if (!data.is_served()) continue;
    text += fmt::format(
        "{}select {} + c.id, c.name, c.created_at, t.task_id from {} c left join task t"
        " on t.id = c.created_through_id where c.id in_ids({}) and c.organization_id = {}",
        text.empty() ? "" : " union all ", base_of(kind), data.table, sql.bind(std::move(ids)), own);
  }
  if (text.empty()) return {"select 0 where 1 = 0", {}};
  return {std::move(text), std::move(sql.parameters)};
}

NodeRows rows_in(const sql::Rows& rows) {
  NodeRows found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    NodeRow& one = found[node_of(rows.integer(row, 0))];
    one.name = rows.text(row, 1);
    one.created_at = rows.integer(row, 2);
    if (!rows.is_null(row, 3)) one.task = rows.text(row, 3);
  }
  return found;
}

std::map<Node, NodeParts> read_parts(sql::Reader& reader, const std::vector<Node>& nodes,
                                     const std::set<std::int64_t>& used) {
  sql::Ids arrays;
  for (const Node& node : nodes) {
    if (node.kind == Kind::kDataset) arrays.values.push_back(node.id);
  }
  const sql::Query queries[] = {lenses_query(reader.dialect(), nodes, used), axes_query(arrays),
                                levels_query(arrays)};
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  std::map<Node, NodeParts> parts;
  add_lenses(parts, results[0].get());
  add_axes(parts, results[1].get(), results[2].get());
  return parts;
}

}  // namespace mikro::lineage
