#include "services/rekuest/catalog_rows.h"

#include <fmt/format.h>

#include <iterator>

namespace rekuest {

void BulkInsert::finish(const EachRow& each) {
  const std::vector<sql::Query> queries = statements();
  if (queries.empty()) return;
  for (sql::Reader::Result& result : writer_.batch(queries)) {
    const sql::Rows& returned = result.get();
    for (std::size_t row = 0; each != nullptr && row < returned.size(); ++row) each(returned, row);
  }
}

// Of few sizes, so that the statements can be kept prepared.
std::vector<sql::Query> BulkInsert::statements() {
  constexpr std::size_t kSizes[] = {64, 8, 1};
  std::vector<sql::Query> queries;
  std::size_t done = 0;
  for (const std::size_t size : kSizes) {
    for (; rows_.size() - done >= size; done += size) queries.push_back(statement(done, size));
  }
  rows_.clear();
  return queries;
}

sql::Query BulkInsert::statement(std::size_t first, std::size_t count) {
  sql::Query query{"insert into " + target_ + " values ", {}};
  for (std::size_t i = first; i < first + count; ++i) {
    query.sql += i == first ? "(" : ", (";
    for (std::size_t column = 0; column < rows_[i].size(); ++column) {
      query.parameters.push_back(std::move(rows_[i][column]));
      query.sql += fmt::format("{}${}", column == 0 ? "" : ", ", query.parameters.size());
    }
    query.sql += ")";
  }
  query.sql += suffix_;
  return query;
}

void set_links(sql::Writer& writer, const LinkTable& link, const Links& wanted) {
  if (wanted.empty()) return;
  sql::Ids from;
  for (const auto& [id, unused] : wanted) from.values.push_back(id);
  const sql::Rows rows = writer.query(
      fmt::format("select {0}_id, {1}_id from {2} where {0}_id in_ids($1)", link.from, link.to, link.table),
      {from});
  Links stored;
  for (std::size_t row = 0; row < rows.size(); ++row)
    stored[rows.integer(row, 0)].insert(rows.integer(row, 1));

  BulkInsert insert(writer, fmt::format("{} ({}_id, {}_id)", link.table, link.from, link.to));
  for (const auto& [id, targets] : wanted) {
    const std::set<std::int64_t>& known = stored[id];
    sql::Ids gone;
    for (const std::int64_t target : known) {
      if (!targets.contains(target)) gone.values.push_back(target);
    }
    if (!gone.values.empty()) {
      writer.execute(
          fmt::format("delete from {} where {}_id = $1 and {}_id in_ids($2)", link.table, link.from, link.to),
          {id, gone});
    }
    for (const std::int64_t target : targets) {
      if (!known.contains(target)) insert.add({id, target});
    }
  }
  insert.finish();
}

std::map<std::string, std::int64_t> named_rows(sql::Writer& writer, std::string_view table,
                                               std::int64_t organization,
                                               const std::set<std::string>& names) {
  std::map<std::string, std::int64_t> ids;
  if (names.empty()) return ids;
  const auto read = [&] {
    const sql::Rows rows = writer.query(
        fmt::format("select id, name from {} where organization_id = $1 and name in_texts($2)", table),
        {organization, sql::Texts{{names.begin(), names.end()}}});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      ids.emplace(std::string(rows.text(row, 1)), rows.integer(row, 0));
    }
  };
  read();
  if (ids.size() == names.size()) return ids;
  BulkInsert insert(writer, fmt::format("{} (organization_id, name)", table), " on conflict do nothing");
  for (const std::string& name : names) {
    if (!ids.contains(name)) insert.add({organization, name});
  }
  insert.finish();
  read();
  return ids;
}

void delete_rows(sql::Writer& writer, std::string_view table, std::vector<std::int64_t> ids) {
  if (ids.empty()) return;
  writer.execute(fmt::format("delete from {} where id in_ids($1)", table), {sql::Ids{std::move(ids)}});
}

}  // namespace rekuest
