#include "services/mikro/files/link_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "services/mikro/history.h"

namespace mikro {
namespace {

using base::Error;
using entity::Id;
using schema::FileLinkContainerKind;
using schema::FileLinkDirection;
namespace code = base::code;

constexpr std::string_view kType = "FileLink";
constexpr std::size_t kMostLinks = 1000;
// Part of a unique index, whose entries databases limit.
constexpr std::size_t kLongestSeries = 512;

void check_count(std::size_t count) {
  if (count > kMostLinks)
    throw Error(code::kValidation, "One call makes {} links at most, not {}.", kMostLinks, count);
}

// Nothing and an empty name are the same: the file holds one thing.
std::optional<std::string> checked_series(const std::optional<std::string>& series) {
  if (!series || series->empty()) return std::nullopt;
  if (series->size() > kLongestSeries) {
    throw Error(code::kValidation, "A `seriesIdentifier` has {} bytes at most.", kLongestSeries);
  }
  return series;
}

void check_differ(const std::vector<NewLink>& links, std::string_view field) {
  std::set<std::tuple<std::int64_t, FileLinkContainerKind, std::int64_t, std::string>> seen;
  for (const NewLink& link : links) {
    if (seen.emplace(link.file, link.kind, link.container, link.series.value_or("")).second) continue;
    throw Error(code::kValidation,
                "`{}` names the same twice: give each its own `seriesIdentifier`, or leave one out.", field);
  }
}

void expect_rows(sql::Reader& reader, std::int64_t organization, std::string_view table,
                 std::string_view noun, const sql::Ids& wanted) {
  if (wanted.values.empty()) return;
  const sql::Rows found =
      reader.query(fmt::format("select id from {} where organization_id = $1 and id in_ids($2)", table),
                   {organization, wanted});
  std::set<std::int64_t> ids;
  for (std::size_t row = 0; row < found.size(); ++row) ids.insert(found.integer(row, 0));
  for (const std::int64_t id : wanted.values) {
    if (!ids.contains(id)) throw Error(code::kNotFound, "No {} with the id {}.", noun, id);
  }
}

// The one id that an entry's kind reads.
const Id& named_in(const schema::ExportOfInput& in) {
  const std::tuple<FileLinkContainerKind, std::string_view, const std::optional<Id>*> fields[] = {
      {FileLinkContainerKind::kDataset, "dataset", &in.dataset},
      {FileLinkContainerKind::kTableDataset, "tableDataset", &in.table_dataset},
      {FileLinkContainerKind::kMeshCollection, "meshCollection", &in.mesh_collection},
      {FileLinkContainerKind::kAnnotationCollection, "annotationCollection", &in.annotation_collection}};
  const std::optional<Id>* wanted = nullptr;
  for (const auto& [kind, field, id] : fields) {
    if (kind == in.kind) {
      wanted = id;
      if (!*id)
        throw Error(code::kValidation, "An entry of kind {} requires `{}`.", entity::text_of(kind), field);
    } else if (*id) {
      throw Error(code::kValidation, "An entry of kind {} does not read `{}`; leave it out.",
                  entity::text_of(in.kind), field);
    }
  }
  return **wanted;
}

std::string identity_of(const NewLink& link) {
  return fmt::format("{}/{}/{}/{}/{}", link.file, entity::text_of(link.direction), entity::text_of(link.kind),
                     link.container, link.series.value_or(""));
}

std::int64_t insert_link(sql::Writer& writer, const Maker& maker, const NewLink& link) {
  const LinkedKind& kind = linked_kind(link.kind);
  const sql::Rows made = writer.query(
      fmt::format("insert into file_link (organization_id, file_id, {}, direction, series_identifier,"
                  " value_relation, identity, creator_id, created_through_id, created_at)"
                  " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                  " on conflict (identity) do nothing returning id",
                  kind.link),
      {maker.organization, link.file, link.container, std::string(entity::text_of(link.direction)),
       link.series ? sql::Value(*link.series) : sql::Value(std::monostate()),
       link.relation ? sql::Value(std::string(entity::text_of(*link.relation)))
                     : sql::Value(std::monostate()),
       identity_of(link), maker.user, maker.task_value(), maker.now});
  if (!made.empty()) return made.integer(0, 0);
  throw Error(code::kConflict,
              "The file {} and the {} {} are linked like this already{}: unlink them first, or give another "
              "`seriesIdentifier`.",
              link.file, kind.noun, link.container,
              link.series ? fmt::format(", for the series '{}'", *link.series) : "");
}

void unlink(sql::Writer& writer, const Maker& maker, std::string_view column, std::int64_t id) {
  const sql::Rows rows =
      writer.query(fmt::format("select id from file_link where {} = $1 order by id", column), {id});
  sql::Ids links;
  for (std::size_t row = 0; row < rows.size(); ++row) links.values.push_back(rows.integer(row, 0));
  record_all(writer, maker, kType, "file_link", links, Change::kDelete);
  writer.execute(fmt::format("delete from file_link where {} = $1", column), {id});
}

}  // namespace

const LinkedKind& linked_kind(FileLinkContainerKind kind) {
  const DataKind* known = kind_of_value(entity::text_of(kind));
  if (known != nullptr && known->is_linked()) return *known;
  throw Error(code::kNotImplemented, "Links between files and {} are not built yet.", entity::text_of(kind));
}

std::string is_no_conversion(const LinkedKind& kind, std::string_view alias) {
  return fmt::format("not exists (select 1 from file_link k where k.{} = {}.id and k.direction = 'SOURCE')",
                     kind.link, alias);
}

std::vector<NewLink> checked_sources(sql::Reader& reader, std::int64_t organization,
                                     const std::optional<std::vector<schema::SourceFileInput>>& entries) {
  std::vector<NewLink> links;
  if (!entries) return links;
  check_count(entries->size());
  sql::Ids files;
  for (const schema::SourceFileInput& in : *entries) {
    NewLink link;
    link.file = in.file.row("file");
    link.series = checked_series(in.series_identifier);
    link.relation = in.value_relation;
    files.values.push_back(link.file);
    links.push_back(std::move(link));
  }
  check_differ(links, "sourceFiles");
  expect_rows(reader, organization, "file", "file", files);
  return links;
}

std::vector<NewLink> checked_exports(sql::Reader& reader, std::int64_t organization,
                                     const std::optional<std::vector<schema::ExportOfInput>>& entries,
                                     std::string_view field) {
  std::vector<NewLink> links;
  if (!entries) return links;
  check_count(entries->size());
  std::map<FileLinkContainerKind, sql::Ids> containers;
  for (const schema::ExportOfInput& in : *entries) {
    const Id& id = named_in(in);
    NewLink link;
    link.kind = in.kind;
    link.container = id.row(linked_kind(in.kind).noun);
    link.direction = FileLinkDirection::kRendition;
    link.series = checked_series(in.series_identifier);
    link.relation = in.value_relation;
    containers[in.kind].values.push_back(link.container);
    links.push_back(std::move(link));
  }
  check_differ(links, field);
  for (const auto& [kind, ids] : containers) {
    const LinkedKind& known = linked_kind(kind);
    expect_rows(reader, organization, known.table, known.noun, ids);
  }
  return links;
}

std::vector<std::int64_t> insert_links(sql::Writer& writer, const Maker& maker,
                                       const std::vector<NewLink>& links) {
  sql::Ids made;
  for (const NewLink& link : links) made.values.push_back(insert_link(writer, maker, link));
  if (!made.values.empty()) record_all(writer, maker, kType, "file_link", made, Change::kCreate);
  return std::move(made.values);
}

std::vector<std::int64_t> link_to_container(sql::Writer& writer, const Maker& maker,
                                            FileLinkContainerKind kind, std::int64_t container,
                                            std::vector<NewLink> sources) {
  for (NewLink& link : sources) {
    link.kind = kind;
    link.container = container;
  }
  return insert_links(writer, maker, sources);
}

std::vector<std::int64_t> link_to_file(sql::Writer& writer, const Maker& maker, std::int64_t file,
                                       std::vector<NewLink> exports) {
  for (NewLink& link : exports) link.file = file;
  return insert_links(writer, maker, exports);
}

void unlink_file(sql::Writer& writer, const Maker& maker, std::int64_t file) {
  unlink(writer, maker, "file_id", file);
}

void unlink_container(sql::Writer& writer, const Maker& maker, FileLinkContainerKind kind,
                      std::int64_t container) {
  unlink(writer, maker, linked_kind(kind).link, container);
}

}  // namespace mikro
