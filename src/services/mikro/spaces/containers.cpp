#include "services/mikro/spaces/containers.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/mikro/annotations/batch.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

Source find_space(sql::Reader& reader, std::int64_t organization, const entity::Id& id) {
  const std::int64_t space = id.row("coordinate system");
  const sql::Rows row = reader.query(
      "select name from coordinate_system where id = $1 and organization_id = $2", {space, organization});
  if (row.empty()) throw Error(code::kNotFound, "No coordinate system with the id {}.", id.text);
  return {space, nullptr, space, std::string(row.text(0, 0)), {}, {}};
}

Source find_shape(sql::Reader& reader, std::int64_t organization, const entity::Id& id) {
  const sql::Rows row = reader.query(
      fmt::format("select c.coordinate_system_id, c.id, c.name, c.folder_id, a.id from annotation a"
                  " join annotation_collection c on c.id = a.collection_id"
                  " where a.uuid = $1 and a.organization_id = $2 and {}",
                  is_published("a")),
      {id.text, organization});
  if (row.empty()) throw Error(code::kNotFound, "No annotation with the id {}.", id.text);
  Source source{row.integer(0, 0),
                container_called("annotationCollection"),
                row.integer(0, 1),
                std::string(row.text(0, 2)),
                {},
                row.integer(0, 4)};
  if (!row.is_null(0, 3)) source.folder = row.integer(0, 3);
  return source;
}

}  // namespace

std::string containers_text() {
  std::string text;
  for (const Container& container : containers()) {
    text += fmt::format("{}select {} as space, '{}' as kind, id, {} as place from {}",
                        text.empty() ? "" : " union all ", container.space, container.type,
                        place_of(container), container.table);
  }
  return text;
}

std::map<std::int64_t, Placed> containers_at(sql::Reader& reader, const sql::Ids& spaces) {
  static const std::string kText = fmt::format(
      "select c.space, c.kind, c.id, c.place from ({}) c where c.space in_ids($1)", containers_text());
  const sql::Rows rows = reader.query(kText, {spaces});
  std::map<std::int64_t, Placed> found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    found.emplace(rows.integer(row, 0),
                  Placed{rows.integer(row, 3), {std::string(rows.text(row, 1)), rows.integer(row, 2)}});
  }
  return found;
}

std::string of_lensed(std::string_view column, std::string_view alias) {
  std::string text;
  for (const Container& container : containers()) {
    text += fmt::format("{}(select x.{} from {} x where x.id = {}.{})", text.empty() ? "" : ", ", column,
                        container.table, alias, container.lens);
  }
  return "coalesce(" + text + ")";
}

Source find_source(sql::Reader& reader, std::int64_t organization, const NamedSources& named) {
  std::string names;
  const std::pair<std::string_view, std::optional<entity::Id>>* given = nullptr;
  std::size_t count = 0;
  for (const auto& one : named) {
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", one.first);
    if (!one.second) continue;
    given = &one;
    ++count;
  }
  if (count != 1) throw Error(code::kValidation, "Give exactly one of {}; {} were given.", names, count);
  const entity::Id& id = *given->second;
  if (given->first == "coordinateSystem") return find_space(reader, organization, id);
  if (given->first == "annotation") return find_shape(reader, organization, id);
  const Container* container = container_called(given->first);
  if (container == nullptr) {
    throw Error(code::kNotImplemented, "`{}` is not built yet.", given->first);
  }
  const std::int64_t thing = id.row(container->noun);
  const sql::Rows row =
      reader.query(fmt::format("select {}, name, folder_id from {} where id = $1 and organization_id = $2",
                               container->space, container->table),
                   {thing, organization});
  if (row.empty() || row.is_null(0, 0))
    throw Error(code::kNotFound, "No {} with the id {}.", container->noun, id.text);
  Source source{row.integer(0, 0), container, thing, std::string(row.text(0, 1)), {}, {}};
  if (!row.is_null(0, 2)) source.folder = row.integer(0, 2);
  return source;
}

std::map<std::int64_t, entity::Ref> owners_of(sql::Reader& reader, const sql::Ids& spaces) {
  std::string text =
      "select coordinate_system_id, 'ArrayDataset', dataset_id from data_array"
      " where coordinate_system_id in_ids($1)";
  for (const Container& container : containers()) {
    text += fmt::format(
        " union select {0}, '{1}', id from {2} where {0} in_ids($1) union"
        " select coordinate_system_id, '{1}', {3} from lens where coordinate_system_id in_ids($1) and {3} is "
        "not null",
        container.space, container.type, container.table, container.lens);
  }
  const sql::Rows rows = reader.query(text, {spaces});
  std::map<std::int64_t, entity::Ref> owners;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    owners[rows.integer(row, 0)] = {std::string(rows.text(row, 1)), rows.integer(row, 2)};
  }
  return owners;
}

std::string spaces_of_dataset(std::string_view id) {
  return fmt::format(
      "select intrinsic_system_id from array_dataset where id = {0} union"
      " select coordinate_system_id from data_array where dataset_id = {0} union"
      " select coordinate_system_id from lens where dataset_id = {0}",
      id);
}

}  // namespace mikro
