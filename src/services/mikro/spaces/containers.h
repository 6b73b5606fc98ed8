// What lives in spaces: datasets and collections, found as residents and named as sources.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "entity/input.h"
#include "entity/registry.h"
#include "services/mikro/data_kinds.h"
#include "sql/database.h"

namespace mikro {

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
