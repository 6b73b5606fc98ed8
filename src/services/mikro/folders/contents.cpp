#include "services/mikro/folders/contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
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

/// Things that lie in folders. Texts are literals; tables and columns are SQL.
struct Contents {
  std::string_view type;    ///< `File`
  std::string_view table;   ///< `file`
  std::string_view column;  ///< its column that names the folder
  std::string_view field;   ///< how the history calls that
  std::string_view what;    ///< how errors call one
  std::string_view topic;   ///< who follows them; empty if nobody can
  std::string_view event;   ///< what these are told
};
constexpr Contents kFolders{"Folder", "folder", "parent_id", "parent", "folder", "", ""};
constexpr Contents kFiles{"File", "file", "folder_id", "folder", "file", "files", "moved"};
constexpr Contents kDatasets{"ArrayDataset", "array_dataset",  "folder_id", "folder",
                             "dataset",      "array-datasets", "update"};
constexpr Contents kTables{"TableDataset", "table_dataset",  "folder_id", "folder",
                           "table",        "table-datasets", "update"};
constexpr Contents kCollections{
    "AnnotationCollection", "annotation_collection", "folder_id", "folder", "annotation collection", "", ""};

constexpr std::size_t kMostMoved = 1'000;

// Locked, so that what the history says of them is true.
sql::Rows own_rows(sql::Writer& writer, const Call& call, const Contents& contents,
                   const std::vector<Id>& ids) {
  sql::Ids rows;
  for (const Id& id : ids) rows.values.push_back(id.row(contents.what));
  std::sort(rows.values.begin(), rows.values.end());
  rows.values.erase(std::unique(rows.values.begin(), rows.values.end()), rows.values.end());
  writer.execute(fmt::format("update {0} set {1} = {1} where organization_id = $1 and id in_ids($2)",
                             contents.table, contents.column),
                 {call.organization, rows});
  sql::Rows found = writer.query(
      fmt::format("select id, {1} from {0} where organization_id = $1 and id in_ids($2) order by id",
                  contents.table, contents.column),
      {call.organization, rows});
  if (found.size() == rows.values.size()) return found;
  throw Error(base::code::kNotFound, "Not all of these are here: no {} with one of the ids.", contents.what);
}

Json id_json(std::optional<std::int64_t> id) { return id ? Json(std::to_string(*id)) : Json(); }

// Of rows that were in one folder, or in none. More than this many leave at once only when their folder is
// deleted: these have their entries in the history, but nobody is told of each, because that many events
// would hold everybody else's up.
constexpr std::size_t kMostTold = 1'000;

void remember(sql::Writer& writer, Feed& feed, const Maker& maker, const Contents& contents,
              const sql::Ids& rows, std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
  Changes changes;
  changes.add(contents.field, id_json(from), id_json(to));
  record_all(writer, maker, contents.type, contents.table, rows, Change::kUpdate, changes);
  if (contents.topic.empty() || rows.values.size() > kMostTold) return;
  for (const std::int64_t row : rows.values) {
    tell_in_folder(writer, feed, maker.organization, contents.topic, to, contents.event, row, from);
  }
}

template <class In>
std::int64_t move(Call& call, Feed& feed, const In& in, const Contents& contents, bool is_put) {
  if (in.selfs.size() > kMostMoved) {
    throw Error(base::code::kValidation, "One call moves {} things at most, not {}: move them in several.",
                kMostMoved, in.selfs.size());
  }
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    const bool moves_folders = contents.type == kFolders.type;
    if (moves_folders) lock_folders(writer, maker.organization);
    folder = row_of_folder(writer, maker.organization, in.other);
    const sql::Rows rows = own_rows(writer, call, contents, in.selfs);
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
    for (const auto& [from, ids] : moved_from) remember(writer, feed, maker, contents, ids, from, to);
    writer.execute(fmt::format("update {} set {} = $1 where id in_ids($2)", contents.table, contents.column),
                   {to ? sql::Value(*to) : sql::Value(std::monostate()), moved});
  });
  return folder;
}

// Said of each thing that it leaves, which the foreign keys alone would do in silence. Nothing comes in
// meanwhile: the folder's row is locked.
void release_all(sql::Writer& writer, Feed& feed, const Maker& maker, std::int64_t folder) {
  for (const Contents* contents : {&kFolders, &kFiles, &kDatasets, &kTables, &kCollections}) {
    const sql::Rows left = writer.query(fmt::format("update {0} set {1} = null where {1} = $1 returning id",
                                                    contents->table, contents->column),
                                        {folder});
    if (left.empty()) continue;
    sql::Ids rows;
    for (std::size_t at = 0; at < left.size(); ++at) rows.values.push_back(left.integer(at, 0));
    std::sort(rows.values.begin(), rows.values.end());
    remember(writer, feed, maker, *contents, rows, folder, std::nullopt);
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
    record(writer, maker, kFolders.type, folder, Change::kDelete);
    writer.execute("delete from folder where id = $1", {folder});
  });
  return in.id.text;
}

}  // namespace

void add_folder_contents(entity::Registry& registry, Feed& feed) {
  namespace mutation = schema::mutation;
  const auto on = [&](auto put, auto release, const Contents& contents) {
    registry.on(put, [&feed, &contents](Call& call, const schema::AssociateInput& in) {
      return move(call, feed, in, contents, true);
    });
    registry.on(release, [&feed, &contents](Call& call, const schema::DesociateInput& in) {
      return move(call, feed, in, contents, false);
    });
  };
  on(mutation::kPutFoldersInFolder, mutation::kReleaseFoldersFromFolder, kFolders);
  on(mutation::kPutFilesInFolder, mutation::kReleaseFilesFromFolder, kFiles);
  on(mutation::kPutArrayDatasetsInFolder, mutation::kReleaseArrayDatasetsFromFolder, kDatasets);
  on(mutation::kPutTableDatasetsInFolder, mutation::kReleaseTableDatasetsFromFolder, kTables);
  on(mutation::kPutAnnotationCollectionsInFolder, mutation::kReleaseAnnotationCollectionsFromFolder,
     kCollections);
  registry.on(mutation::kDeleteFolder,
              [&feed](Call& call, const schema::DeleteFolderInput& in) { return remove(call, feed, in); });
}

}  // namespace mikro
