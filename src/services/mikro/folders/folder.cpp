#include "services/mikro/folders/folder.h"

#include <fmt/format.h>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/folders/folder_rows.h"
#include "services/mikro/history.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/folder.h"
#include "services/mikro/schema/history.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::SqlText;
namespace code = base::code;

constexpr std::string_view kType = "Folder";
sql::Value id_value(std::optional<std::int64_t> id) {
  return id ? sql::Value(*id) : sql::Value(std::monostate());
}
Json id_json(std::optional<std::int64_t> id) { return id ? Json(std::to_string(*id)) : Json(); }

void check_name(const std::string& name) { expect_name(name, "A folder"); }

std::optional<std::int64_t> parent_of(sql::Reader& reader, std::int64_t organization,
                                      const std::optional<Id>& parent) {
  if (!parent) return std::nullopt;
  return row_of_folder(reader, organization, *parent);
}

std::int64_t insert(sql::Writer& writer, const Maker& maker, const std::string& name,
                    std::optional<std::int64_t> parent) {
  const std::int64_t folder = writer.insert(
      "insert into folder (organization_id, name, parent_id, creator_id, created_through_id, created_at,"
      " membership_id) values ($1, $2, $3, $4, $5, $6,"
      " (select id from membership where organization_id = $1 and user_id = $4)) returning id",
      {maker.organization, name, id_value(parent), maker.user, maker.task_value(), maker.now});
  record(writer, maker, kType, folder, Change::kCreate);
  return folder;
}

std::int64_t create(Call& call, const schema::CreateFolderInput& in) {
  check_name(in.name);
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    const auto parent = parent_of(writer, maker.organization, in.parent);
    if (parent) check_is_no_circle(writer, {}, *parent);
    folder = insert(writer, maker, in.name, parent);
  });
  return folder;
}

// Two that ensure at the same time take turns at their own membership's row.
std::int64_t ensure(Call& call, const schema::CreateFolderInput& in) {
  check_name(in.name);
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    const auto parent = parent_of(writer, maker.organization, in.parent);
    writer.execute("update membership set blocked = blocked where user_id = $1 and organization_id = $2",
                   {maker.user, maker.organization});
    const sql::Rows known = writer.query(
        fmt::format(
            "select min(id) from folder where organization_id = $1 and creator_id = $2 and name = $3 and {}",
            parent ? "parent_id = $4" : "parent_id is null"),
        parent ? std::vector<sql::Value>{maker.organization, maker.user, in.name, *parent}
               : std::vector<sql::Value>{maker.organization, maker.user, in.name});
    if (!known.is_null(0, 0)) {
      folder = known.integer(0, 0);
      return;
    }
    if (parent) check_is_no_circle(writer, {}, *parent);
    folder = insert(writer, maker, in.name, parent);
  });
  return folder;
}

void change(sql::Writer& writer, const Maker& maker, std::int64_t folder, const std::string& name,
            std::optional<std::int64_t> parent) {
  const sql::Rows old = writer.query("select name, parent_id from folder where id = $1", {folder});
  std::optional<std::int64_t> old_parent;
  if (!old.is_null(0, 1)) old_parent = old.integer(0, 1);
  if (parent && parent != old_parent) check_is_no_circle(writer, {folder}, *parent);
  Changes changes;
  changes.add("name", std::string(old.text(0, 0)), name);
  changes.add("parent", id_json(old_parent), id_json(parent));
  if (changes.empty()) return;
  writer.execute("update folder set name = $2, parent_id = $3 where id = $1",
                 {folder, name, id_value(parent)});
  record(writer, maker, kType, folder, Change::kUpdate, changes);
}

// `parent` is written with a default: null is the same as not given, and neither moves the folder.
std::int64_t update(Call& call, const schema::ChangeFolderInput& in) {
  check_name(in.name);
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    lock_folders(writer, maker.organization);
    folder = row_of_folder(writer, maker.organization, in.id);
    auto parent = parent_of(writer, maker.organization, in.parent);
    if (!parent) {
      const sql::Rows row = writer.query("select parent_id from folder where id = $1", {folder});
      if (!row.is_null(0, 0)) parent = row.integer(0, 0);
    }
    change(writer, maker, folder, in.name, parent);
  });
  return folder;
}

// To what the folder was before the change that the entry tells of.
std::int64_t revert(Call& call, const schema::RevertInput& in) {
  const Maker maker = maker_of(call);
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    lock_folders(writer, maker.organization);
    folder = row_of_folder(writer, maker.organization, in.id);
    const sql::Rows entries = writer.query(
        "select id, effective_changes from provenance_entry where subject_type = 'Folder' and subject = $1"
        " and id >= $2 order by id desc",
        {folder, in.history_id.row("change")});
    if (entries.empty() || entries.integer(entries.size() - 1, 0) != in.history_id.row("change")) {
      throw Error(code::kNotFound, "The folder has no change with the id {}.", in.history_id.text);
    }
    const sql::Rows now = writer.query("select name, parent_id from folder where id = $1", {folder});
    std::string name(now.text(0, 0));
    std::optional<std::int64_t> parent;
    if (!now.is_null(0, 1)) parent = now.integer(0, 1);
    for (std::size_t row = 0; row < entries.size(); ++row) {
      for (const Json& one : Json::parse(entries.text(row, 1)).items()) {
        const Json& old = one["old_value_json"];
        if (one["field"] == Json("name")) name = old.as_string();
        if (one["field"] != Json("parent")) continue;
        parent = old.is_null() ? std::nullopt : entity::row_id(old.as_string());
      }
    }
    if (parent && writer.query("select 1 from folder where id = $1", {*parent}).empty()) {
      throw Error(code::kValidation, std::string("The folder that it was in then is gone."));
    }
    change(writer, maker, folder, name, parent);
  });
  return folder;
}

std::int64_t pin(Call& call, const schema::PinFolderInput& in) {
  std::int64_t folder = 0;
  call.database->write([&](sql::Writer& writer) {
    folder = row_of_folder(writer, call.organization, in.id);
    writer.execute(in.pin
                       ? "insert into folder_pin (folder_id, user_id) values ($1, $2) on conflict do nothing"
                       : "delete from folder_pin where folder_id = $1 and user_id = $2",
                   {folder, call.user});
  });
  return folder;
}

void add_filters(entity::Registry& registry) {
  using schema::FolderFilter;
  add_task_filters<FolderFilter>(registry);
  add_name_search<FolderFilter>(registry);
  registry.on(FolderFilter::kPinned, [](SqlText& sql, const std::string& alias, bool pinned,
                                        const Call& call) {
    return fmt::format("{}exists (select 1 from folder_pin p where p.folder_id = {}.id and p.user_id = {})",
                       pinned ? "" : "not ", alias, sql.bind(call.user));
  });
  registry.on(FolderFilter::kParentless,
              [](SqlText&, const std::string& alias, bool parentless, const Call&) {
                return fmt::format("{}.parent_id is {}null", alias, parentless ? "" : "not ");
              });
  registry.on(FolderFilter::kTags,
              [](SqlText& sql, const std::string& alias, const std::vector<std::string>& tags, const Call&) {
                std::string text = "1 = 1";
                for (const std::string& tag : tags) {
                  text += " and " + entity::contains_folded(sql, alias + ".tags", Json(tag).dump());
                }
                return text;
              });
}

}  // namespace

std::int64_t folder_for(sql::Writer& writer, const Maker& maker, const std::optional<Id>& folder) {
  if (folder) return row_of_folder(writer, maker.organization, *folder);
  // One of each person in each organization: the mark is unique, so two first uploads make one.
  const std::string mark = fmt::format("{}:{}", maker.organization, maker.user);
  const std::string_view find = "select id from folder where default_of = $1";
  sql::Rows rows = writer.query(find, {mark});
  if (!rows.empty()) return rows.integer(0, 0);
  rows = writer.query(
      "insert into folder (organization_id, name, is_default, default_of, creator_id, created_through_id,"
      " created_at, membership_id) values ($1, 'Default', 1, $2, $3, $4, $5,"
      " (select id from membership where organization_id = $1 and user_id = $3)) on conflict do nothing"
      " returning id",
      {maker.organization, mark, maker.user, maker.task_value(), maker.now});
  if (!rows.empty()) {
    record(writer, maker, kType, rows.integer(0, 0), Change::kCreate);
    return rows.integer(0, 0);
  }
  // Made beside this one, which has an entry in the history already.
  rows = writer.query(find, {mark});
  if (!rows.empty()) return rows.integer(0, 0);
  throw Error(code::kConflict, std::string("The default folder was deleted at this moment: try again."));
}

std::string in_folders(SqlText& sql, const std::string& alias, const std::vector<Id>& folders, const Call&) {
  sql::Ids ids;
  for (const Id& folder : folders) ids.values.push_back(folder.row().value_or(0));
  return sql.is_among(alias + ".folder_id", std::move(ids));
}

void add_folders(entity::Registry& registry) {
  namespace mutation = schema::mutation;
  using schema::Folder;
  registry.on(mutation::kCreateFolder, create);
  registry.on(mutation::kEnsureFolder, ensure);
  registry.on(mutation::kUpdateFolder, update);
  registry.on(mutation::kRevertFolder, revert);
  registry.on(mutation::kPinFolder, pin);
  registry.on(Folder::kPinned, [](SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format(
        "(case when exists (select 1 from folder_pin p where p.folder_id = {}.id and p.user_id = {})"
        " then 1 else 0 end)",
        alias, sql.bind(call.user));
  });
  registry.on(Folder::kCreatedThroughBy, created_through_by);
  registry.on(Folder::kDescriptors, no_descriptors);
  add_filters(registry);
}

}  // namespace mikro
