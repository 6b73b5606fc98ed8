// Links between files and data as rows: checked before anything is written, written with what they link.
//
//   std::vector<NewLink> sources = checked_sources(writer, maker.organization, in.source_files);
//   ... the dataset is written ...
//   link_to_container(writer, maker, FileLinkContainerKind::kDataset, dataset, std::move(sources));
//
// Tables and collections do this in the transaction that makes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/data_kinds.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/file.h"
#include "sql/database.h"

namespace mikro {

/// Throws NOT_IMPLEMENTED for a kind that is to come.
const LinkedKind& linked_kind(schema::FileLinkContainerKind kind);

/// SQL: the row `alias` of a kind that can be linked was not read out of a file.
std::string is_no_conversion(const LinkedKind& kind, std::string_view alias);

/// A link to be. Whichever end is not there yet is 0.
struct NewLink {
  std::int64_t file = 0;
  schema::FileLinkContainerKind kind = schema::FileLinkContainerKind::kDataset;
  std::int64_t container = 0;
  schema::FileLinkDirection direction = schema::FileLinkDirection::kSource;
  std::optional<std::string> series;
  std::optional<schema::ValueRelation> relation;
};

/// What data was read out of. Throws NOT_FOUND for a file that the organization does not have,
/// VALIDATION_ERROR for one that is named twice with the same series.
std::vector<NewLink> checked_sources(sql::Reader& reader, std::int64_t organization,
                                     const std::optional<std::vector<schema::SourceFileInput>>& entries);
/// What a file was written from; `field` is how the input calls the list. Throws the same, and
/// VALIDATION_ERROR for an entry without the id that its kind asks for or with another one.
std::vector<NewLink> checked_exports(sql::Reader& reader, std::int64_t organization,
                                     const std::optional<std::vector<schema::ExportOfInput>>& entries,
                                     std::string_view field);

/// With both ends, in their order. Throws CONFLICT for a link that is there already: the same file, data,
/// direction and series.
std::vector<std::int64_t> insert_links(sql::Writer& writer, const Maker& maker,
                                       const std::vector<NewLink>& links);
std::vector<std::int64_t> link_to_container(sql::Writer& writer, const Maker& maker,
                                            schema::FileLinkContainerKind kind, std::int64_t container,
                                            std::vector<NewLink> sources);
std::vector<std::int64_t> link_to_file(sql::Writer& writer, const Maker& maker, std::int64_t file,
                                       std::vector<NewLink> exports);

/// Before a file or data is deleted: its links, with their entries in the history.
void unlink_file(sql::Writer& writer, const Maker& maker, std::int64_t file);
void unlink_container(sql::Writer& writer, const Maker& maker, schema::FileLinkContainerKind kind,
                      std::int64_t container);

}  // namespace mikro
