#include "entity/testing/library.h"

#include <fmt/format.h>

#include "entity/lookup.h"
#include "entity/testing/schema/item.h"
#include "entity/testing/schema/loan.h"
#include "entity/testing/schema/shelf.h"
#include "entity/testing/schema_documents.h"

namespace entity_testing {

entity::Registry registry() {
  using entity::Call;
  using entity::Row;
  using entity::SqlText;
  namespace query = schema::query;
  entity::Registry registry;
  registry.on(schema::ShelfFilter::kHeavy,
              [](SqlText&, const std::string& alias, bool heavy, const Call&) -> std::string {
                return heavy ? alias + ".\"weight\" > 100" : "";
              });
  registry.together["ShelfFilter"] = {
      {"bookBy", "bookTitled"},
      [](SqlText& sql, const std::string& alias, const base::Json& filter, const Call&) -> std::string {
        const base::Json& author = filter["bookBy"];
        const base::Json& title = filter["bookTitled"];
        if (author.is_null() && title.is_null()) return "";
        std::string text = "exists (select 1 from book b where b.shelf_id = " + alias + ".id";
        if (!title.is_null()) text += " and b.title = " + sql.bind(title.as_string());
        if (!author.is_null()) {
          text += " and b.id in (select book_id from book_author where author_id = " +
                  sql.bind(entity::row_id(author.as_string()).value_or(0)) + ")";
        }
        return text + ")";
      }};
  registry.on(schema::ShelfOrder::kSize, [](SqlText&, const std::string& alias, const Call&) {
    return "length(" + alias + ".\"name\")";
  });
  registry.on(schema::Shelf::kBookCount, [](SqlText&, const std::string& alias, const Call&) {
    return "(select count(*) from book b where b.shelf_id = " + alias + ".id)";
  });
  registry.on(schema::Shelf::kFirstBook, [](SqlText&, const std::string& alias, const Call&) {
    return "(select min(b.id) from book b where b.shelf_id = " + alias + ".id)";
  });
  registry.on(schema::Shelf::kShout, [](Call& call, std::span<const Row> rows,
                                        const schema::ShelfShoutArguments& in, graphql::FieldOutput& out) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string& text = call.keep(std::string(rows[i].text(schema::Shelf::kName)) + in.mark);
      out.set(i, graphql::Cell::string(text));
    }
  });
  registry.on(schema::Item::kShout, [](Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string text =
          fmt::format("{} {}!", rows[i].text(schema::Item::kKind), rows[i].text(schema::Item::kTitle));
      out.set(i, graphql::Cell::string(call.keep(text)));
    }
  });
  // The next item, the first label and the first shelf, whatever there is of them.
  registry.on(schema::Item::kBeside, [](Call&, std::span<const Row> rows) {
    entity::RefLists lists;
    for (const Row& row : rows) {
      lists.push_back({{"Globe", row.id() + 1}, {"Label", 1}, {"Shelf", 1}, {"Folio", 1}, {"Nonsense", 1}});
    }
    return lists;
  });
  registry.on(schema::Shelf::kFavorites, [](Call& call, std::span<const Row> rows) {
    sql::Ids ids;
    for (const Row& row : rows) ids.values.push_back(row.id());
    const sql::Rows found =
        call.reader->query("select shelf_id, id from book where shelf_id in_ids($1) order by id desc", {ids});
    entity::RowLists lists(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t at = 0; at < found.size(); ++at) {
        if (found.integer(at, 0) == rows[i].id()) lists[i].push_back(found.integer(at, 1));
      }
    }
    return lists;
  });
  registry.visible["Reader"] = [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format("{0}.organization_id = {1} and {0}.hidden = 0", alias, sql.bind(call.organization));
  };
  registry.on(query::kFullest, [](Call& call) -> std::optional<std::int64_t> {
    const sql::Rows rows = call.reader->query(
        "select shelf_id from book group by shelf_id order by count(*) desc, shelf_id limit 1");
    if (rows.empty()) return std::nullopt;
    return rows.integer(0, 0);
  });
  registry.on(query::kChosen, [](Call&, const schema::ChosenArguments& in) {
    std::vector<std::int64_t> ids;
    for (const entity::Id& id : in.ids) ids.push_back(id.row().value_or(0));
    return ids;
  });
  registry.on(schema::mutation::kLend,
              [](Call&, schema::LoanInput in, entity::Done<std::optional<std::int64_t>> done) {
                done(nullptr, in.urgent ? std::optional(in.book.row("book")) : std::nullopt);
              });
  return registry;
}

std::shared_ptr<const graphql::Schema> schema_with(std::string_view more) {
  std::vector<std::string_view> documents = schema_documents();
  if (!more.empty()) documents.push_back(more);
  return graphql::Schema::from_sdl(documents);
}

}  // namespace entity_testing
