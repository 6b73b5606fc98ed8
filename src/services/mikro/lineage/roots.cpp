// Where lineages start: what was made from nothing that is recorded.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "entity/filter.h"
#include "entity/lookup.h"
#include "services/mikro/datasets/array_conditions.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/lineage/lineage.h"
#include "services/mikro/lineage/places.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/lineage.h"

namespace mikro::lineage {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::SqlText;
using schema::RootFilter;
namespace code = base::code;

// Annotation collections are drawn rather than brought in: never listed, not even where they are asked for.
bool is_listed(const DataKind& kind) {
  const bool has_lineage = kind.is_container() || kind.type == "File";
  return kind.is_served() && has_lineage && kind.type != "AnnotationCollection";
}

bool is_asked_for(const DataKind& kind, const std::optional<std::vector<Kind>>& kinds) {
  return !kinds || std::find(kinds->begin(), kinds->end(), kind_of(kind)) != kinds->end();
}

// No file that it was read out of, and no other container that it was derived from; a file: none that it was
// written from.
std::string parentless(const DataKind& kind) {
  if (!kind.is_container()) {
    return "not exists (select 1 from file_link k where k.file_id = t.id and k.direction = 'RENDITION')";
  }
  std::string text = fmt::format(
      "not exists (select 1 from transformation e where e.input_id = t.{} and e.role = 'DERIVATION'"
      " and {} <> {} + t.id)",
      kind.space, owner_text("e.output_id"), base_of(kind_of(kind)));
  if (kind.is_linked()) text += " and " + is_no_conversion(kind, "t");
  return text;
}

// What only arrays have.
std::string array_condition(SqlText& sql, const RootFilter& filter, std::string_view alias) {
  std::string text;
  if (filter.acquired_after) text += " and " + acquired_after(sql, alias, filter.acquired_after->micros);
  if (filter.acquired_before) text += " and " + acquired_before(sql, alias, filter.acquired_before->micros);
  if (filter.spec) text += " and " + has_specs(sql, alias, *filter.spec);
  return text;
}

bool asks_of_arrays(const RootFilter& filter) {
  return filter.acquired_after || filter.acquired_before || (filter.spec && !filter.spec->empty());
}

// A file is judged by one series that was read out of it.
std::string arrays_match(SqlText& sql, const DataKind& kind, const RootFilter& filter) {
  if (!asks_of_arrays(filter)) return "";
  if (kind.type == "ArrayDataset") return array_condition(sql, filter, "t");
  if (kind.type != "File") return " and 1 = 0";
  return fmt::format(
      " and exists (select 1 from file_link k join array_dataset d on d.id = k.dataset_id"
      " where k.file_id = t.id and k.direction = 'SOURCE'{})",
      array_condition(sql, filter, "d"));
}

std::string named(SqlText& sql, const DataKind& kind, const std::string& text) {
  std::string condition = entity::contains_folded(sql, "t.name", text);
  if (condition.empty()) return "";
  if (kind.type == "File") {
    for (const LinkedKind& linked : linked_kinds()) {
      condition += fmt::format(
          " or exists (select 1 from file_link k join {} d on d.id = k.{} where k.file_id = t.id and"
          " k.direction = 'SOURCE' and {})",
          linked.table, linked.link, entity::contains_folded(sql, "d.name", text));
    }
  }
  return fmt::format(" and ({})", condition);
}

std::string matching(SqlText& sql, const DataKind& kind, const RootFilter& filter, const Call& call) {
  std::string text;
  if (filter.owner) text += " and " + owned_by(sql, "t", *filter.owner, call);
  if (filter.created_after) {
    text += fmt::format(" and t.created_at >= {}", sql.bind(filter.created_after->micros));
  }
  if (filter.created_before) {
    text += fmt::format(" and t.created_at <= {}", sql.bind(filter.created_before->micros));
  }
  if (filter.search) text += named(sql, kind, *filter.search);
  return text + arrays_match(sql, kind, filter);
}

// Each kind gives as many as the page can need, so that only these are merged.
std::string roots_of(SqlText& sql, const DataKind& kind, const RootFilter& filter, const Call& call,
                     std::string_view most) {
  const Kind own = kind_of(kind);
  return fmt::format(
      "select * from (select {} + t.id as code, t.name, t.created_at from {} t where t.organization_id = {}"
      " and {}{} order by t.created_at desc, t.id desc limit {}) {}",
      base_of(own), kind.table, sql.bind(call.organization), parentless(kind),
      matching(sql, kind, filter, call), most, kind.table);
}

Json roots(Call& call, const schema::RootsArguments& in) {
  const RootFilter filter = in.filters.value_or(RootFilter{});
  if (filter.collaboration) {
    throw Error(code::kNotImplemented,
                std::string("Collaborations are not built yet; leave `collaboration` out."));
  }
  const schema::OffsetPaginationInput asked = in.pagination.value_or(schema::OffsetPaginationInput{});
  const entity::Page page = entity::page_of(asked.offset, asked.limit.value, call.max_page);
  SqlText sql(call.database->dialect());
  const std::string limit = sql.bind(page.limit);
  const std::string offset = sql.bind(page.offset);
  const std::string most = fmt::format("({} + {})", limit, offset);
  std::string text;
  for (const DataKind& kind : data_kinds()) {
    if (!is_listed(kind) || !is_asked_for(kind, in.kinds)) continue;
    text += text.empty() ? "" : " union all ";
    text += roots_of(sql, kind, filter, call, most);
  }
  Json answer = Json::array();
  if (text.empty()) return answer;
  text = fmt::format(
      "select code, name, created_at from ({}) r order by created_at desc, code desc"
      " limit {} offset {}",
      text, limit, offset);
  call.read([&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(text, std::move(sql.parameters));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const Node node = node_of(rows.integer(row, 0));
      answer.push_back(Json::object({{"key", node.key()},
                                     {"kind", entity::text_of(node.kind)},
                                     {"id", node.id},
                                     {"name", rows.text(row, 1)},
                                     {"created_at", rows.integer(row, 2)}}));
    }
  });
  return answer;
}

}  // namespace

void add_roots(entity::Registry& registry) { registry.on(schema::query::kRoots, roots); }

}  // namespace mikro::lineage
