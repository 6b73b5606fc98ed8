#include "services/mikro/spaces/containers.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

constexpr std::array kContainers{
    Container{"ArrayDataset", "array_dataset", "intrinsic_system_id", "dataset", "dataset"},
};

}  // namespace

std::span<const Container> containers() { return kContainers; }

const Container* container_called(std::string_view argument) {
  for (const Container& container : kContainers) {
    if (container.argument == argument) return &container;
  }
  return nullptr;
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
  if (given->first == "coordinateSystem") {
    const std::int64_t space = id.row("coordinate system");
    const sql::Rows row = reader.query(
        "select name from coordinate_system where id = $1 and organization_id = $2", {space, organization});
    if (row.empty()) throw Error(code::kNotFound, "No coordinate system with the id {}.", id.text);
    return {space, nullptr, space, std::string(row.text(0, 0)), {}};
  }
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
  Source source{row.integer(0, 0), container, thing, std::string(row.text(0, 1)), {}};
  if (!row.is_null(0, 2)) source.folder = row.integer(0, 2);
  return source;
}

std::map<std::int64_t, entity::Ref> owners_of(sql::Reader& reader, const sql::Ids& spaces) {
  std::string text =
      "select coordinate_system_id, 'ArrayDataset', dataset_id from data_array"
      " where coordinate_system_id in_ids($1) union"
      " select coordinate_system_id, 'ArrayDataset', dataset_id from lens"
      " where coordinate_system_id in_ids($1) and dataset_id is not null";
  for (const Container& container : kContainers) {
    text += fmt::format(" union select {0}, '{1}', id from {2} where {0} in_ids($1)", container.space,
                        container.type, container.table);
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
