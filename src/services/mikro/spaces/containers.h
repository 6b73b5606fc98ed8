// What can live in a space: datasets and collections, by the one table that says for each kind where its
// rows are. A kind that is built later adds its line there, and is then found as a resident, registered,
// derived from and seen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "entity/input.h"
#include "entity/registry.h"
#include "sql/database.h"

namespace mikro {

/// Texts are literals; tables and columns are SQL.
struct Container {
  std::string_view type;       ///< `ArrayDataset`
  std::string_view table;      ///< has `organization_id`, `name` and `folder_id`
  std::string_view space;      ///< its column that names the space
  std::string_view argument;   ///< how inputs call its id: `dataset`
  std::string_view noun;       ///< how errors call it
  std::string_view lens;       ///< the column by which its lenses name it
  std::string_view lens_kind;  ///< the schema's `LensKind` of these
};
std::span<const Container> containers();
/// A select of every container of every kind: `space`, `kind`, `id`, and `place`, the order of the kinds.
std::string containers_text();
/// Those whose spaces these are, with their `place`, by space.
struct Placed {
  std::int64_t place = 0;
  entity::Ref ref;
};
std::map<std::int64_t, Placed> containers_at(sql::Reader& reader, const sql::Ids& spaces);
/// SQL for a column of the container that the lens `alias` looks at.
std::string of_lensed(std::string_view column, std::string_view alias);
/// nullptr if there is no such kind yet.
const Container* container_called(std::string_view argument);
const Container* container_of_lenses(std::string_view kind);

/// A thing that was named, and where it lives.
struct Source {
  std::int64_t space = 0;
  const Container* container = nullptr;  ///< none for a space itself
  std::int64_t id = 0;                   ///< the thing's row; the space's if there is no container
  std::string name;
  std::optional<std::int64_t> folder;
  std::optional<std::int64_t> annotation;  ///< the shape that was named; the source is its collection
};
/// The arguments by which inputs name a source, with their ids.
using NamedSources = std::vector<std::pair<std::string_view, std::optional<entity::Id>>>;
/// Throws VALIDATION_ERROR unless exactly one is given, NOT_FOUND if the organization has none such,
/// NOT_IMPLEMENTED for kinds to come. `coordinateSystem` names a space, `annotation`
/// a shape in the collection it is drawn in.
Source find_source(sql::Reader& reader, std::int64_t organization, const NamedSources& named);

/// The five that registrations name.
template <class Input>
NamedSources named_in(const Input& in) {
  return {{"dataset", in.dataset},
          {"tableDataset", in.table_dataset},
          {"meshCollection", in.mesh_collection},
          {"annotationCollection", in.annotation_collection},
          {"coordinateSystem", in.coordinate_system}};
}

/// Whose each space is: as a whole, as one of its levels or as one of its lenses. Shared ones are nobody's.
std::map<std::int64_t, entity::Ref> owners_of(sql::Reader& reader, const sql::Ids& spaces);
/// A select of all spaces of the array dataset `id`, an SQL expression: its grid, its levels', its lenses'.
std::string spaces_of_dataset(std::string_view id);

}  // namespace mikro
