#include "services/mikro/folders/contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "services/mikro/data_kinds.h"
#include "services/mikro/folders/folder_feed.h"
#include "services/mikro/folders/folder_rows.h"
#include "services/mikro/history.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/folder.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;

// Columns are called `<field>_id`, and the history calls fields as the schema does.
std::string_view folder_field(const DataKind& kind) {
  return kind.folder.substr(0, kind.folder.size() - std::string_view("_id").size());
}

constexpr std::string_view kFolder = "Folder";
constexpr std::size_t kMostMoved = 1'000;

// Locked, so that what the history says of them is true.
sql::Rows own_rows(sql::Writer& writer, const Call& call, const DataKind& kind, const std::vector<Id>& ids) {
  sql::Ids rows;
  for (const Id& id : ids) rows.values.push_back(id.row(kind.noun));
  std::sort(rows.values.begin(), rows.values.end());
  rows.values.erase(std::unique(rows.values.begin(), rows.values.end()), rows.values.end());
  writer.execute(fmt::format("update {0} set {1} = {1} where organization_id = $1 and id in_ids($2)",
                             kind.table, kind.folder),
                 {call.organization, rows});
  sql::Rows found = writer.query(
      fmt::format("select id, {1} from {0} where organization_id = $1 and id in_ids($2) order by id",
                  kind.table, kind.folder),
      {call.organization, rows});
  if (found.size() == rows.values.size()) return found;
  throw Error(base::code::kNotFound, "Not all of these are here: no {} with one of the ids.", kind.noun);
}

Json id_json(std::optional<std::int64_t> id) { return id ? Json(std::to_string(*id)) : Json(); }

// Of rows that were in one folder, or in none. More than this many leave at once only when their folder is
// deleted: these have their entries in the history, but nobody is told of each, because that many events
// would hold everybody else's up.
constexpr std::size_t kMostTold = 1'000;

void remember(sql::Writer& writer, Feed& feed, const Maker& maker, const DataKind& kind, const sql::Ids& rows,
              std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
  Changes changes;
  changes.add(folder_field(kind), id_json(from), id_json(to));
  record_all(writer, maker, kind.type, kind.table, rows, Change::kUpdate, changes);
  if (kind.topic.empty() || rows.values.size() > kMostTold) return;
  for (const std::int64_t row : rows.values) {
    tell_in_folder(writer, feed, maker.organization, kind.topic, to, kind.moved, row, from);
  }
}

template <class In>
std::int64_t move(Call& call, Feed& feed, const In& in, const DataKind& kind, bool is_put) {
  if (in.selfs.size() > kMostMoved) {
    throw Error(base::code::kValidation, "One call moves {} things at most, not {}: move them in several.",
                kMostMoved, in.selfs.size());
  }
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    const bool moves_folders = kind.type == kFolder;
    if (moves_folders) lock_folders(writer, maker.organization);
    folder = row_of_folder(writer, maker.organization, in.other);
    const sql::Rows rows = own_rows(writer, call, kind, in.selfs);
    const std::optional<std::int64_t> to = is_put ? std::optional(folder) : std::nullopt;
    sql::Ids moved;
    std::map<std::optional<std::int64_t>, sql::Ids> moved_from;
    std::vector<std::int64_t> all;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      const std::int64_t row = rows.integer(at, 0);
      all.push_back(row);
      std::optional<std::int64_t> from;
      if (!rows.is_null(at, 1)) from = rows.integer(at, 1);
      // What lies elsewhere is not taken out of there.
      if (from == to || (!is_put && from != folder)) continue;
      moved.values.push_back(row);
      moved_from[from].values.push_back(row);
    }
    if (moves_folders && is_put) check_is_no_circle(writer, all, folder);
    for (const auto& [from, ids] : moved_from) remember(writer, feed, maker, kind, ids, from, to);
    writer.execute(fmt::format("update {} set {} = $1 where id in_ids($2)", kind.table, kind.folder),
                   {to ? sql::Value(*to) : sql::Value(std::monostate()), moved});
  });
  return folder;
}

// Said of each thing that it leaves, which the foreign keys alone would do in silence. Nothing comes in
// meanwhile: the folder's row is locked.
void release_all(sql::Writer& writer, Feed& feed, const Maker& maker, std::int64_t folder) {
  for (const DataKind& kind : data_kinds()) {
    if (kind.folder.empty()) continue;
    const sql::Rows left = writer.query(
        fmt::format("update {0} set {1} = null where {1} = $1 returning id", kind.table, kind.folder),
        {folder});
    if (left.empty()) continue;
    sql::Ids rows;
    for (std::size_t at = 0; at < left.size(); ++at) rows.values.push_back(left.integer(at, 0));
    std::sort(rows.values.begin(), rows.values.end());
    remember(writer, feed, maker, kind, rows, folder, std::nullopt);
  }
}

// What was in it is kept, and is in no folder from then on.
Json remove(Call& call, Feed& feed, const schema::DeleteFolderInput& in) {
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    const std::int64_t folder = in.id.row("folder");
    lock_folders(writer, maker.organization);
    expect_may_delete(writer, call, "folder", folder, "folder");
    release_all(writer, feed, maker, folder);
    record(writer, maker, kFolder, folder, Change::kDelete);
    writer.execute("delete from folder where id = $1", {folder});
  });
  return in.id.text;
}

}  // namespace

void add_folder_contents(entity::Registry& registry, Feed& feed) {
  namespace mutation = schema::mutation;
  const auto on = [&](std::string_view type, auto put, auto release) {
    const DataKind& kind = *kind_of_type(type);
    registry.on(put, [&feed, &kind](Call& call, const schema::AssociateInput& in) {
      return move(call, feed, in, kind, true);
    });
    registry.on(release, [&feed, &kind](Call& call, const schema::DesociateInput& in) {
      return move(call, feed, in, kind, false);
    });
  };
  on(kFolder, mutation::kPutFoldersInFolder, mutation::kReleaseFoldersFromFolder);
  on("File", mutation::kPutFilesInFolder, mutation::kReleaseFilesFromFolder);
  on("ArrayDataset", mutation::kPutArrayDatasetsInFolder, mutation::kReleaseArrayDatasetsFromFolder);
  on("TableDataset", mutation::kPutTableDatasetsInFolder, mutation::kReleaseTableDatasetsFromFolder);
  on("AnnotationCollection", mutation::kPutAnnotationCollectionsInFolder,
     mutation::kReleaseAnnotationCollectionsFromFolder);
  registry.on(mutation::kDeleteFolder,
              [&feed](Call& call, const schema::DeleteFolderInput& in) { return remove(call, feed, in); });
}

}  // namespace mikro
