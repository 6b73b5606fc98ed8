#include "services/mikro/files/file.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "entity/lookup.h"
#include "service/store_tables.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/folders/folder_feed.h"
#include "services/mikro/history.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/folder.h"
#include "services/mikro/schema/store.h"
#include "services/mikro/stores/store.h"
#include "sql/expressions.h"
#include "sql/text_functions.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::SqlText;
using service::SealedStore;
using service::Stores;
namespace code = base::code;

constexpr std::string_view kTopic = "files";
constexpr std::string_view kType = "File";

std::int64_t from_file_like(Call& call, Stores& stores, Feed& feed, const schema::FromFileLike& in) {
  expect_name(in.file_name, "A file");
  SealedStore sealed(stores, kBigFile, stores.find(call, kBigFile, Id{in.file}));
  const std::uint64_t bytes = stores.measure(kBigFile, sealed.row());
  const Maker maker = maker_of(call);
  std::int64_t file = 0;
  call.database->write([&](sql::Writer& writer) {
    std::vector<NewLink> exports = checked_exports(writer, maker.organization, in.export_of, "exportOf");
    const std::int64_t folder = folder_for(writer, maker, in.folder);
    sealed.write_down(writer, bytes);
    file = writer.insert(
        "insert into file (organization_id, name, store_id, folder_id, size, content_type, creator_id,"
        " created_through_id, created_at) values ($1, $2, $3, $4, $5,"
        " (select content_type from big_file_store where id = $3), $6, $7, $8) returning id",
        {maker.organization, in.file_name, sealed.row().id, folder, static_cast<double>(bytes), maker.user,
         maker.task_value(), maker.now});
    link_to_file(writer, maker, file, std::move(exports));
    record(writer, maker, kType, file, Change::kCreate);
    tell_in_folder(writer, feed, maker.organization, kTopic, folder, "create", file);
  });
  return file;
}

Json remove(Call& call, Stores& stores, Feed& feed, const schema::DeleteFileInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t file = in.id.row("file");
  call.database->write([&](sql::Writer& writer) {
    expect_may_delete(writer, call, "file", file, "file");
    const sql::Rows row = writer.query("select folder_id, store_id from file where id = $1", {file});
    std::optional<std::int64_t> folder;
    if (!row.is_null(0, 0)) folder = row.integer(0, 0);
    unlink_file(writer, maker, file);
    record(writer, maker, kType, file, Change::kDelete);
    writer.execute("delete from file where id = $1", {file});
    // Its bytes stay until the store's days of grace are over; several files may share them.
    stores.tables().orphan(writer, kBigFile, {{row.integer(0, 1)}}, maker.now);
    tell_in_folder(writer, feed, maker.organization, kTopic, folder, "delete", file);
  });
  return in.id.text;
}

// What a name's ending tells; curated, for pickers.
const std::map<schema::FileMimeGroup, std::vector<std::string_view>>& endings() {
  using Group = schema::FileMimeGroup;
  static const std::map<Group, std::vector<std::string_view>> kEndings{
      {Group::kImage,
       {"tif", "tiff", "png", "jpg", "jpeg", "gif",  "bmp",  "webp", "svg",  "czi", "lif", "lsm",
        "nd2", "oib",  "oif", "vsi", "ims",  "dv",   "stk",  "ome",  "zvi",  "mrc", "dm3", "dm4",
        "nii", "dcm",  "sld", "scn", "svs",  "ndpi", "mrxs", "bif",  "xlef", "lof", "sdt", "ptu"}},
      {Group::kTable, {"csv", "tsv", "parquet", "xls", "xlsx", "ods", "feather", "arrow", "h5ad"}},
      {Group::kMesh, {"obj", "stl", "ply", "gltf", "glb", "off", "vtk", "vtp", "swc"}},
      {Group::kAnnotation, {"roi", "geojson", "json", "xml"}},
      {Group::kDocument, {"pdf", "doc", "docx", "odt", "txt", "md", "rtf", "html", "htm", "ppt", "pptx"}},
      {Group::kArchive, {"zip", "tar", "gz", "tgz", "bz2", "xz", "7z", "rar", "zst"}},
  };
  return kEndings;
}

std::string ends_with(SqlText& sql, const std::string& alias, const std::string& ending) {
  const std::string folded = sql::folded(sql.dialect, alias + ".name");
  const std::string end = sql.bind("." + sql::fold_case(ending));
  const std::string text = sql.dialect == sql::Dialect::kPostgres ? end + "::text" : end;
  return fmt::format("(length({0}) >= length({1}) and substr({0}, length({0}) - length({1}) + 1) = {1})",
                     folded, text);
}

std::string in_group(SqlText& sql, const std::string& alias, schema::FileMimeGroup group, const Call&) {
  const bool is_other = group == schema::FileMimeGroup::kOther;
  std::string text = "1 = 0";
  for (const auto& [known, list] : endings()) {
    if (!is_other && known != group) continue;
    for (const std::string_view ending : list) text += " or " + ends_with(sql, alias, std::string(ending));
  }
  return is_other ? "not (" + text + ")" : text;
}

void add_filters(entity::Registry& registry) {
  using schema::FileFilter;
  add_task_filters<FileFilter>(registry);
  add_name_search<FileFilter>(registry);
  registry.on(FileFilter::kFolders, in_folders);
  registry.on(FileFilter::kHasStore, [](SqlText&, const std::string& alias, bool has_store, const Call&) {
    return fmt::format("{}.store_id is {}null", alias, has_store ? "not " : "");
  });
  registry.on(FileFilter::kPopulated, [](SqlText&, const std::string& alias, bool populated, const Call&) {
    return fmt::format(
        "exists (select 1 from big_file_store s where s.id = {}.store_id and s.populated = {})", alias,
        populated ? 1 : 0);
  });
  registry.on(FileFilter::kExtension,
              [](SqlText& sql, const std::string& alias, const std::string& extension, const Call&) {
                return ends_with(sql, alias, extension.starts_with('.') ? extension.substr(1) : extension);
              });
  registry.on(FileFilter::kMimeGroup, in_group);
}

}  // namespace

void add_files(entity::Registry& registry, Stores& stores, Feed& feed) {
  namespace mutation = schema::mutation;
  using schema::File;
  registry.on(mutation::kFromFileLike, [&](Call& call, const schema::FromFileLike& in) {
    return from_file_like(call, stores, feed, in);
  });
  registry.on(mutation::kDeleteFile,
              [&](Call& call, const schema::DeleteFileInput& in) { return remove(call, stores, feed, in); });
  registry.on(schema::subscription::kFiles,
              [&feed](Call& call, const schema::SubscriptionFilesArguments& in, entity::Emit emit) {
                return follow_in_folder(call, feed, kTopic, in.folder, std::move(emit));
              });
  registry.on(File::kCreatedThroughBy, created_through_by);
  registry.on(File::kDescriptors, no_descriptors);
  const entity::Expression is_mine = [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format("{}.creator_id = {}", alias, sql.bind(call.user));
  };
  registry.narrowed["Query.myfiles"] = is_mine;
  registry.narrowed["Query.myfolders"] = is_mine;
  add_filters(registry);
}

}  // namespace mikro
