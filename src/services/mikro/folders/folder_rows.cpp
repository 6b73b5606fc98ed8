#include "services/mikro/folders/folder_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "sql/advisory_lock.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

// Deep enough for people; a chain is walked in one query.
constexpr std::int64_t kDeepest = 64;

}  // namespace

void lock_folders(sql::Writer& writer, std::int64_t organization) {
  if (writer.dialect() != sql::Dialect::kPostgres) return;
  const sql::Query lock = sql::lock_statement(fmt::format("mikro-folders-{}", organization));
  writer.query(lock.sql, lock.parameters);
}

std::int64_t row_of_folder(sql::Reader& reader, std::int64_t organization, const entity::Id& id) {
  const std::int64_t row = id.row("folder");
  if (reader.query("select 1 from folder where id = $1 and organization_id = $2", {row, organization})
          .empty()) {
    throw Error(code::kNotFound, "No folder with the id {}.", id.text);
  }
  return row;
}

// A folder in itself would never be found again.
void check_is_no_circle(sql::Reader& reader, const std::vector<std::int64_t>& folders, std::int64_t parent) {
  const sql::Rows above = reader.query(
      "with recursive above(id, depth) as (select cast($1 as bigint), 1 union all"
      " select folder.parent_id, above.depth + 1 from folder join above on folder.id = above.id"
      " where folder.parent_id is not null and above.depth < $2) select id, depth from above",
      {parent, kDeepest});
  if (above.size() >= static_cast<std::size_t>(kDeepest)) {
    throw Error(code::kValidation, "Folders may be {} deep at most.", kDeepest);
  }
  for (std::size_t row = 0; row < above.size(); ++row) {
    if (std::find(folders.begin(), folders.end(), above.integer(row, 0)) != folders.end()) {
      throw Error(code::kValidation,
                  std::string("A folder cannot be moved into itself or a folder within it."));
    }
  }
}

}  // namespace mikro
