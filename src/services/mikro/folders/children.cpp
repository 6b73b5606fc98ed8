#include "services/mikro/folders/children.h"

#include <fmt/format.h>

#include "entity/filter.h"
#include "entity/lookup.h"
#include "services/mikro/data_kinds.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/folder.h"
#include "sql/expressions.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using entity::SqlText;
using schema::ChildrenArguments;

constexpr std::size_t kMost = 1000;
constexpr std::int64_t kUnasked = 200;

std::string searched(SqlText& sql, const DataKind& kind, const std::string& text) {
  std::string found = entity::contains_folded(sql, "t.name", text);
  if (kind.is_described) found += " or " + entity::contains_folded(sql, "t.description", text);
  return fmt::format(" and ({})", found);
}

std::string order_by(const std::optional<schema::ChildrenOrder>& order, sql::Dialect dialect) {
  if (!order) return "order by place, id";
  const bool by_name = order->field == schema::ChildrenOrderField::kName;
  return fmt::format("order by place, {}, id",
                     sql::ordered(by_name ? sql::by_code_point(dialect, "name") : "created_at",
                                  entity::text_of(order->direction)));
}

// Kind by kind, each in the order that was asked for: a page is one statement, whatever lies there.
Json children(Call& call, const ChildrenArguments& in) {
  const std::int64_t folder = in.parent.row("folder");
  call.read([&](sql::Reader& reader) { expect_row(reader, call, "folder", folder, "folder"); });
  const schema::FolderChildrenFilter filters = in.filters.value_or(schema::FolderChildrenFilter{});
  const bool shows_converted = filters.show_converted.value_or(false);
  SqlText sql(call.database->dialect());
  std::string text;
  for (const DataKind& kind : data_kinds()) {
    if (kind.folder.empty()) continue;
    text += fmt::format(
        "{}select {} as place, '{}' as type, t.id, t.name, t.created_at from {} t"
        " where t.organization_id = {} and t.{} = {}",
        text.empty() ? "" : " union all ", place_of(kind), kind.type, kind.table, sql.bind(call.organization),
        kind.folder, sql.bind(folder));
    if (filters.search && !filters.search->empty()) text += searched(sql, kind, *filters.search);
    if (!shows_converted && kind.is_linked()) text += " and " + is_no_conversion(kind, "t");
  }
  const schema::ChildrenPaginationInput asked = in.pagination.value_or(schema::ChildrenPaginationInput{});
  const entity::Page page = entity::page_of(asked.offset.value_or(0), asked.limit.value_or(kUnasked), kMost);
  text = fmt::format("select type, id from ({}) c {} limit {} offset {}", text,
                     order_by(in.order, sql.dialect), sql.bind(page.limit), sql.bind(page.offset));
  Json rows = Json::array();
  call.read([&](sql::Reader& reader) {
    const sql::Rows found = reader.query(text, std::move(sql.parameters));
    for (std::size_t row = 0; row < found.size(); ++row) {
      rows.push_back(
          Json::object({{"type", std::string(found.text(row, 0))}, {"id", found.integer(row, 1)}}));
    }
  });
  return rows;
}

}  // namespace

void add_folder_children(entity::Registry& registry) { registry.on(schema::query::kChildren, children); }

}  // namespace mikro
