#include "services/mikro/spaces/space_rows.h"

#include <array>

#include "base/error.h"
#include "services/mikro/history.h"
#include "sql/nullable.h"

namespace mikro {
namespace {

constexpr std::array<std::string_view, 5> kUses{"SHARED", "GRID", "LEVEL", "LENS", "COLLECTION"};

SpaceUse use_of(std::string_view text) {
  for (std::size_t i = 0; i < kUses.size(); ++i) {
    if (kUses[i] == text) return static_cast<SpaceUse>(i);
  }
  throw base::Error(base::code::kInternal, "No use of a space is called {}.", text);
}

sql::Value value_of(const std::optional<std::string>& text) {
  return text ? sql::Value(*text) : sql::Value(std::monostate());
}

void insert_axes(sql::Writer& writer, std::int64_t space, const std::vector<DescribedAxis>& axes) {
  std::int64_t order = 0;
  for (const DescribedAxis& axis : axes) {
    writer.execute(
        "insert into axis (coordinate_system_id, \"order\", name, type, unit, long_name, description)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        {space, order++, axis.axis.name, std::string(space::to_text(axis.axis.type)),
         value_of(axis.axis.unit), value_of(axis.long_name), value_of(axis.description)});
  }
}

}  // namespace

std::vector<space::Axis> plain(const std::vector<DescribedAxis>& axes) {
  std::vector<space::Axis> list;
  for (const DescribedAxis& axis : axes) list.push_back(axis.axis);
  return list;
}

std::vector<std::string> names_of(const std::vector<space::Axis>& axes) {
  std::vector<std::string> names;
  for (const space::Axis& axis : axes) names.push_back(axis.name);
  return names;
}

space::AxisType axis_type_of(std::string_view text) {
  const auto type = space::axis_type_from(text);
  if (!type) throw base::Error(base::code::kInternal, "No type of axis is called {}.", text);
  return *type;
}

std::optional<std::int64_t> try_insert_space(sql::Writer& writer, const Maker& maker, const NewSpace& space) {
  const sql::Rows made = writer.query(
      "insert into coordinate_system (organization_id, \"use\", name, epoch, reference, reference_app,"
      " reference_key, creator_id, created_through_id, created_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
      " on conflict (organization_id, reference_key) do nothing returning id",
      {maker.organization, std::string(kUses[static_cast<std::size_t>(space.use)]), space.name,
       space.epoch ? sql::Value(*space.epoch) : sql::Value(std::monostate()), value_of(space.reference),
       value_of(space.reference_app), value_of(space.reference_key), maker.user, maker.task_value(),
       maker.now});
  if (made.empty()) return std::nullopt;
  const std::int64_t id = made.integer(0, 0);
  insert_axes(writer, id, space.axes);
  record(writer, maker, "CoordinateSystem", id, Change::kCreate);
  return id;
}

std::int64_t insert_space(sql::Writer& writer, const Maker& maker, const NewSpace& space) {
  const auto id = try_insert_space(writer, maker, space);
  if (!id) throw base::Error(base::code::kInternal, "The space {} was not made.", space.name);
  return *id;
}

std::map<std::int64_t, SpaceRow> read_spaces(sql::Reader& reader, std::int64_t organization,
                                             const sql::Ids& ids) {
  const sql::Query queries[] = {
      {"select id, \"use\", name, epoch, reference from coordinate_system where organization_id = $1"
       " and id in_ids($2)",
       {organization, ids}},
      {"select coordinate_system_id, name, type, unit from axis where coordinate_system_id in_ids($1)"
       " order by coordinate_system_id, \"order\"",
       {ids}}};
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  const sql::Rows& rows = results[0].get();
  const sql::Rows& axes = results[1].get();
  std::map<std::int64_t, SpaceRow> spaces;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    SpaceRow& space = spaces[rows.integer(row, 0)];
    space.id = rows.integer(row, 0);
    space.use = use_of(rows.text(row, 1));
    space.name = rows.text(row, 2);
    if (!rows.is_null(row, 3)) space.epoch = rows.integer(row, 3);
    space.reference = sql::optional_text(rows, row, 4);
  }
  for (std::size_t row = 0; row < axes.size(); ++row) {
    const auto space = spaces.find(axes.integer(row, 0));
    if (space == spaces.end()) continue;
    space->second.axes.push_back(
        {std::string(axes.text(row, 1)), axis_type_of(axes.text(row, 2)), sql::optional_text(axes, row, 3)});
  }
  return spaces;
}

SpaceRow read_space(sql::Reader& reader, std::int64_t organization, std::int64_t id) {
  auto spaces = read_spaces(reader, organization, {{id}});
  if (spaces.empty()) throw base::Error(base::code::kNotFound, "No coordinate system with the id {}.", id);
  return std::move(spaces.begin()->second);
}

}  // namespace mikro
