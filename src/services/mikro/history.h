// Who changed what: one entry for each time that somebody made, changed or deleted a row.
#pragma once

#include <string_view>

#include "base/json.h"
#include "services/mikro/ownership.h"
#include "sql/database.h"

namespace mikro {

enum class Change { kCreate, kUpdate, kDelete };

/// The fields of a change; names are those of the GraphQL type.
class Changes {
 public:
  /// Leaves out what stays the same.
  void add(std::string_view field, const base::Json& old_value, const base::Json& new_value);
  bool empty() const { return list_.items().empty(); }
  const base::Json& json() const { return list_; }

 private:
  base::Json list_ = base::Json::array();
};

/// In the transaction of the change. `type` is the name of the GraphQL type.
void record(sql::Writer& writer, const Maker& maker, std::string_view type, std::int64_t id, Change change,
            const Changes& changes = {});
/// The same of many rows of `table` that are there, one entry each, in one statement. The changes are those
/// of every one of them.
void record_all(sql::Writer& writer, const Maker& maker, std::string_view type, std::string_view table,
                const sql::Ids& ids, Change change, const Changes& changes = {});

}  // namespace mikro
