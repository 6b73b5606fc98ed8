#include "services/mikro/files/file_link.h"

#include <fmt/format.h>

#include <tuple>

#include "base/error.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/history.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/common.h"
#include "services/mikro/schema/table.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;
using schema::FileLinkContainerKind;
namespace code = base::code;

struct NamedContainer {
  FileLinkContainerKind kind;
  std::string_view field;
  const std::optional<Id>* id;
};

std::vector<NamedContainer> containers_in(const schema::LinkFileInput& in) {
  std::vector<NamedContainer> given;
  for (const NamedContainer& one :
       {NamedContainer{FileLinkContainerKind::kDataset, "dataset", &in.dataset},
        NamedContainer{FileLinkContainerKind::kTableDataset, "tableDataset", &in.table_dataset},
        NamedContainer{FileLinkContainerKind::kMeshCollection, "meshCollection", &in.mesh_collection},
        NamedContainer{FileLinkContainerKind::kAnnotationCollection, "annotationCollection",
                       &in.annotation_collection}}) {
    if (*one.id) given.push_back(one);
  }
  return given;
}

template <class T>
bool has_entries(const std::optional<std::vector<T>>& list) {
  return list && !list->empty();
}

// The input has two shapes, one for each direction; what belongs to the other one is not left unread.
bool is_export(const schema::LinkFileInput& in) {
  const std::size_t containers = containers_in(in).size();
  if (in.file && has_entries(in.source_of) && containers == 0 && !has_entries(in.source_files)) return true;
  if (!in.file && !has_entries(in.source_of) && containers == 1 && has_entries(in.source_files)) return false;
  throw Error(
      code::kValidation,
      std::string("Give `file` and `sourceOf` for a file that was written from data, or `sourceFiles` "
                  "and one of `dataset`, `tableDataset`, `meshCollection`, `annotationCollection` "
                  "for data that was read out of files; nothing else beside them."));
}

std::vector<std::int64_t> link(Call& call, const schema::LinkFileInput& in) {
  const bool exported = is_export(in);
  const Maker maker = maker_of(call);
  std::vector<std::int64_t> links;
  call.database->write([&](sql::Writer& writer) {
    if (exported) {
      const std::int64_t file = in.file->row("file");
      expect_row(writer, call, "file", file, "file");
      links = link_to_file(writer, maker, file,
                           checked_exports(writer, maker.organization, in.source_of, "sourceOf"));
      return;
    }
    const NamedContainer container = containers_in(in).front();
    const LinkedKind& kind = linked_kind(container.kind);
    const std::int64_t row = (*container.id)->row(kind.noun);
    expect_row(writer, call, kind.table, row, kind.noun);
    links = link_to_container(writer, maker, container.kind, row,
                              checked_sources(writer, maker.organization, in.source_files));
  });
  return links;
}

Json unlink(Call& call, const schema::UnlinkFileInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t row = in.id.row("file link");
  call.database->write([&](sql::Writer& writer) {
    expect_may_delete(writer, call, "file_link", row, "file link");
    record(writer, maker, "FileLink", row, Change::kDelete);
    writer.execute("delete from file_link where id = $1", {row});
  });
  return in.id.text;
}

entity::RefLists containers_of(Call&, std::span<const Row> rows) {
  entity::RefLists lists;
  for (const Row& row : rows) {
    std::vector<entity::Ref>& list = lists.emplace_back();
    for (const LinkedKind& kind : linked_kinds()) {
      const entity::ColumnName field{kind.argument};
      if (!row.is_null(field)) list.push_back({std::string(kind.type), row.integer(field)});
    }
  }
  return lists;
}

// --- filters ------------------------------------------------------------------

// Whether there is a link of the file `alias`, with what else is asked of it.
std::string has_link(const std::string& alias, bool has_one, std::string_view condition) {
  return fmt::format("{}exists (select 1 from file_link k where k.file_id = {}.id{})", has_one ? "" : "not ",
                     alias, condition);
}

// What no id can be matches nothing.
std::string about(SqlText& sql, const schema::FileLinkContainerRef& container) {
  const LinkedKind& kind = linked_kind(container.kind);
  return fmt::format(" and k.{} = {}", kind.link, sql.bind(container.id.row().value_or(0)));
}

// Empty asks for links of the file as a whole: that is how they are stored, too.
std::string of_series(SqlText& sql, const std::string& series) {
  if (series.empty()) return " and k.series_identifier is null";
  return fmt::format(" and k.series_identifier = {}", sql.bind(series));
}

void add_file_filters(entity::Registry& registry) {
  using schema::FileFilter;
  using schema::FileLinkContainerRef;
  registry.on(FileFilter::kRequires, Descriptors("Files", {}));
  registry.on(FileFilter::kNotDerived, [](SqlText&, const std::string& alias, bool not_derived, const Call&) {
    return has_link(alias, !not_derived, " and k.direction = 'RENDITION'");
  });
  registry.on(FileFilter::kUnlinked, [](SqlText&, const std::string& alias, bool unlinked, const Call&) {
    return has_link(alias, !unlinked, "");
  });
  registry.on(FileFilter::kSourceOf,
              [](SqlText& sql, const std::string& alias, const FileLinkContainerRef& container, const Call&) {
                return has_link(alias, true, about(sql, container) + " and k.direction = 'SOURCE'");
              });
  registry.on(FileFilter::kExportedFrom,
              [](SqlText& sql, const std::string& alias, const FileLinkContainerRef& container, const Call&) {
                return has_link(alias, true, about(sql, container) + " and k.direction = 'RENDITION'");
              });
  registry.on(FileFilter::kLinkedTo,
              [](SqlText& sql, const std::string& alias, const FileLinkContainerRef& container, const Call&) {
                return has_link(alias, true, about(sql, container));
              });
  registry.on(FileFilter::kSeriesIdentifier,
              [](SqlText& sql, const std::string& alias, const std::string& series, const Call&) {
                return has_link(alias, true, of_series(sql, series));
              });
}

// A file and a series are about one link where both are given: another series of the file is none of them.
std::string read_from(SqlText& sql, const std::string& alias, const Json& filter, const Call&) {
  const Json& file = filter["sourceFile"];
  const Json& series = filter["sourceSeriesIdentifier"];
  if (file.is_null() && series.is_null()) return "";
  std::string text =
      fmt::format("select 1 from file_link k where k.dataset_id = {}.id and k.direction = 'SOURCE'", alias);
  if (!file.is_null()) {
    text += fmt::format(" and k.file_id = {}", sql.bind(entity::row_id(file.as_string()).value_or(0)));
  }
  if (!series.is_null()) text += of_series(sql, series.as_string());
  return fmt::format("exists ({})", text);
}

std::string has_source(std::string_view column, const std::string& alias, bool has_one) {
  return fmt::format("{}exists (select 1 from file_link k where k.{} = {}.id and k.direction = 'SOURCE')",
                     has_one ? "" : "not ", column, alias);
}

void add_data_filters(entity::Registry& registry) {
  using schema::ArrayDatasetFilter;
  registry.together["ArrayDatasetFilter"] = {{"sourceFile", "sourceSeriesIdentifier"}, read_from};
  registry.on(ArrayDatasetFilter::kHasSourceFile,
              [](SqlText&, const std::string& alias, bool has_one, const Call&) {
                return has_source("dataset_id", alias, has_one);
              });
  registry.on(schema::TableDatasetFilter::kHasSourceFile,
              [](SqlText&, const std::string& alias, bool has_one, const Call&) {
                return has_source("table_dataset_id", alias, has_one);
              });
}

}  // namespace

void add_file_links(entity::Registry& registry) {
  namespace mutation = schema::mutation;
  using schema::FileLink;
  using schema::FileLinkFilter;
  registry.on(mutation::kLinkFile, link);
  registry.on(mutation::kUnlinkFile, unlink);
  registry.on(FileLink::kContainer, containers_of);
  registry.on(FileLink::kCreatedThroughBy, created_through_by);
  add_task_filters<FileLinkFilter>(registry);
  registry.on(FileLinkFilter::kRequires, Descriptors("File links", {}));
  add_file_filters(registry);
  add_data_filters(registry);
}

}  // namespace mikro
