// Coordinate systems as rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/ownership.h"
#include "services/mikro/space/axis.h"
#include "services/mikro/space/transform_check.h"
#include "sql/database.h"

namespace mikro {

/// An axis with what people say of it.
struct DescribedAxis {
  space::Axis axis;
  std::optional<std::string> long_name;
  std::optional<std::string> description;
};

/// The axes alone, in their order.
std::vector<space::Axis> plain(const std::vector<DescribedAxis>& axes);
std::vector<std::string> names_of(const std::vector<space::Axis>& axes);

/// Whose positions a space has, as the schema's `SpaceUse` says. All but kShared are made and deleted with
/// what lives there.
enum class SpaceUse { kShared, kGrid, kLevel, kLens, kCollection };

struct NewSpace {
  SpaceUse use = SpaceUse::kShared;
  std::string name;
  std::vector<DescribedAxis> axes;
  std::optional<std::int64_t> epoch;  ///< microseconds UTC
  std::optional<std::string> reference;
  std::optional<std::string> reference_app;
  std::optional<std::string> reference_key;  ///< what no two spaces of an organization have
};
/// The axes have been checked. nullopt if another space has the reference key, and nothing is written then.
std::optional<std::int64_t> try_insert_space(sql::Writer& writer, const Maker& maker, const NewSpace& space);
/// The same for a space without a reference, which is always made.
std::int64_t insert_space(sql::Writer& writer, const Maker& maker, const NewSpace& space);

/// A coordinate system as decisions about it need it.
struct SpaceRow {
  std::int64_t id = 0;
  SpaceUse use = SpaceUse::kShared;
  std::string name;
  std::optional<std::int64_t> epoch;
  std::optional<std::string> reference;
  std::vector<space::Axis> axes;

  bool is_shared() const { return use == SpaceUse::kShared; }
  space::SystemView view() const { return {name, axes, epoch}; }
};
/// Those of the organization's spaces that are there, by id. Two statements, whatever their number.
std::map<std::int64_t, SpaceRow> read_spaces(sql::Reader& reader, std::int64_t organization,
                                             const sql::Ids& ids);
/// Throws NOT_FOUND if the organization has no such space.
SpaceRow read_space(sql::Reader& reader, std::int64_t organization, std::int64_t id);

/// The text of an axis' column.
space::AxisType axis_type_of(std::string_view text);

}  // namespace mikro
