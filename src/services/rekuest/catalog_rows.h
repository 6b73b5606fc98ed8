// Writing many rows at once: what registration does for every kind of thing an
// agent declares.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sql/database.h"

namespace rekuest {

/// `insert into <target> values ...` for any number of rows, in statements of
/// a few fixed sizes so that they stay prepared.
class BulkInsert {
 public:
  /// `target`: table and columns, `suffix`: what follows the values.
  BulkInsert(sql::Writer& writer, std::string target, std::string suffix = "")
      : writer_(writer), target_(std::move(target)), suffix_(std::move(suffix)) {}

  void add(std::vector<sql::Value> row) { rows_.push_back(std::move(row)); }

  /// Writes everything added. `each` gets the rows of a `returning` suffix, in
  /// no particular order.
  using EachRow = std::function<void(const sql::Rows& rows, std::size_t row)>;
  void finish(const EachRow& each = nullptr);
  /// What `finish` would run, for whoever has more to write in the same round trip.
  std::vector<sql::Query> statements();

 private:
  sql::Query statement(std::size_t first, std::size_t count);

  sql::Writer& writer_;
  std::string target_;
  std::string suffix_;
  std::vector<std::vector<sql::Value>> rows_;
};

/// Makes a table of links (`action_protocol`, columns `<from>_id`, `<to>_id`)
/// hold exactly the wanted ones for every key of `wanted`; writes only what
/// differs.
struct LinkTable {
  std::string table;
  std::string from;
  std::string to;
};
using Links = std::map<std::int64_t, std::set<std::int64_t>>;
void set_links(sql::Writer& writer, const LinkTable& link, const Links& wanted);

/// Ids of the rows of `table` (organization_id, name) with these names, made
/// where missing.
std::map<std::string, std::int64_t> named_rows(sql::Writer& writer, std::string_view table,
                                               std::int64_t organization, const std::set<std::string>& names);

/// Deletes by id; nothing for an empty list.
void delete_rows(sql::Writer& writer, std::string_view table, std::vector<std::int64_t> ids);

}  // namespace rekuest
