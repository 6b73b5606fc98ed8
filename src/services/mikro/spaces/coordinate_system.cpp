#include "services/mikro/spaces/coordinate_system.h"

#include <algorithm>

#include "base/error.h"
#include "service/call.h"
#include "services/mikro/history.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/references.h"
#include "services/mikro/spaces/registration.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::string_view kType = "CoordinateSystem";

bool has_time(const std::vector<space::Axis>& axes) {
  return std::any_of(axes.begin(), axes.end(),
                     [](const space::Axis& axis) { return axis.type == space::AxisType::kTime; });
}

void check_epoch(const std::vector<space::Axis>& axes) {
  if (has_time(axes)) return;
  throw Error(code::kValidation,
              std::string("`epoch` is when a TIME axis begins, and the coordinate system has none."));
}

NewSpace new_space(const Call& call, const schema::CreateCoordinateSystemInput& in) {
  NewSpace space;
  space.use = SpaceUse::kShared;
  space.name = in.name;
  expect_name(in.name, "A coordinate system");
  std::vector<space::Axis> axes;
  for (const schema::PhysicalAxisInput& axis : in.axes) {
    if (!axis.unit.is_string())
      throw Error(code::kValidation, "The unit of axis '{}' is no text such as `micrometer`.", axis.name);
    axes.push_back({axis.name, axis_type_of(entity::text_of(axis.type)), axis.unit.as_string()});
  }
  axes = space::checked_axes(std::move(axes), space::AxesOf::kPhysical);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    space.axes.push_back({std::move(axes[i]), in.axes[i].long_name, in.axes[i].description});
  }
  if (in.epoch) {
    space.epoch = in.epoch->micros;
    check_epoch(plain(space.axes));
  }
  if (in.reference) refer_by(space, resolve_reference(call, *in.reference));
  return space;
}

void register_source(sql::Writer& writer, const Maker& maker, const schema::RegistrationPathInput& in,
                     const SpaceRow& world) {
  const Source source = find_source(writer, maker.organization, named_in(in));
  if (!in.transform) {
    throw Error(code::kValidation,
                "The registration of '{}' needs a `transform`: IDENTITY if both spaces are the same grid.",
                source.name);
  }
  write_claim(writer, maker, read_space(writer, maker.organization, source.space), world,
              {&*in.transform, in.name, in.validity, {}, {}});
}

std::int64_t create(Call& call, const schema::CreateCoordinateSystemInput& in) {
  const NewSpace space = new_space(call, in);
  const Maker maker = maker_of(call);
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    id = find_or_create_space(writer, maker, space);
    if (in.registrations.empty()) return;
    const SpaceRow world = read_space(writer, maker.organization, id);
    for (const auto& registration : in.registrations) register_source(writer, maker, registration, world);
  });
  return id;
}

SpaceRow shared_space(sql::Reader& reader, const Maker& maker, const entity::Id& id, std::string_view act) {
  SpaceRow space = read_space(reader, maker.organization, id.row("coordinate system"));
  if (space.is_shared()) return space;
  throw Error(code::kValidation,
              "'{}' is the space of a dataset or collection and cannot be {} by itself; change what lives "
              "there.",
              space.name, act);
}

// Two clocks that are related must begin at the same time.
void check_epoch_of_neighbours(sql::Reader& reader, const SpaceRow& space, std::int64_t epoch) {
  const sql::Rows other = reader.query(
      "select s.name from transformation e join coordinate_system s"
      " on s.id = case when e.input_id = $1 then e.output_id else e.input_id end"
      " where (e.input_id = $1 or e.output_id = $1) and e.kind <> 'UNMAPPABLE' and s.epoch <> $2"
      " and exists (select 1 from axis a where a.coordinate_system_id = s.id and a.type = 'TIME') limit 1",
      {space.id, epoch});
  if (other.empty()) return;
  throw Error(code::kValidation,
              "'{}' is related to '{}', which counts time from another epoch. Delete that transformation "
              "first, or give the same epoch.",
              space.name, other.text(0, 0));
}

void check_reference_is_free(sql::Reader& reader, const Maker& maker, const SpaceRow& space,
                             const Reference& reference) {
  const sql::Rows other = reader.query(
      "select id from coordinate_system where organization_id = $1 and reference_key = $2 and id <> $3",
      {maker.organization, reference.key, space.id});
  if (other.empty()) return;
  throw Error(code::kConflict, "The reference '{}' is that of the coordinate system {}.", reference.text,
              other.integer(0, 0));
}

Json time_json(std::optional<std::int64_t> micros) { return micros ? Json(*micros) : Json(); }

std::int64_t update(Call& call, const schema::UpdateCoordinateSystemInput& in) {
  const Maker maker = maker_of(call);
  std::optional<Reference> reference;
  if (in.reference) reference = resolve_reference(call, *in.reference);
  if (in.name) expect_name(*in.name, "A coordinate system");
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    const SpaceRow space = shared_space(writer, maker, in.id, "changed");
    id = space.id;
    Changes changes;
    if (in.name) changes.add("name", space.name, *in.name);
    if (in.epoch) {
      check_epoch(space.axes);
      check_epoch_of_neighbours(writer, space, in.epoch->micros);
      changes.add("epoch", time_json(space.epoch), in.epoch->micros);
    }
    if (reference) {
      check_reference_is_free(writer, maker, space, *reference);
      changes.add("reference", space.reference ? Json(*space.reference) : Json(), reference->text);
    }
    if (changes.empty()) return;
    const sql::Value null = std::monostate();
    writer.execute(
        "update coordinate_system set name = coalesce($2, name), epoch = coalesce($3, epoch) where id = $1",
        {id, in.name ? sql::Value(*in.name) : null, in.epoch ? sql::Value(in.epoch->micros) : null});
    if (reference) {
      writer.execute(
          "update coordinate_system set reference = $2, reference_app = $3, reference_key = $4 where id = $1",
          {id, reference->text, reference->app ? sql::Value(*reference->app) : null, reference->key});
    }
    record(writer, maker, kType, id, Change::kUpdate, changes);
  });
  return id;
}

Json remove(Call& call, const schema::DeleteCoordinateSystemInput& in) {
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    const SpaceRow space = shared_space(writer, maker, in.id, "deleted");
    expect_may_delete(writer, call, "coordinate_system", space.id, "coordinate system");
    const std::int64_t edges = writer
                                   .query(
                                       "select count(*) from transformation where input_id = $1 or "
                                       "output_id = $1",
                                       {space.id})
                                   .integer(0, 0);
    if (edges > 0) {
      throw Error(
          code::kConflict,
          "'{}' is used by {} transformations. Clear it, and delete those that lead out of it, first.",
          space.name, edges);
    }
    record(writer, maker, kType, space.id, Change::kDelete);
    writer.execute("delete from coordinate_system where id = $1", {space.id});
  });
  return in.id.text;
}

Json id_list(const sql::Ids& ids) {
  Json list = Json::array();
  for (const std::int64_t id : ids.values) list.push_back(std::to_string(id));
  return list;
}

sql::Ids ids_in(const sql::Rows& rows) {
  sql::Ids ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.values.push_back(rows.integer(row, 0));
  return ids;
}

Json clear(Call& call, const schema::ClearCoordinateSystemInput& in) {
  const Maker maker = maker_of(call);
  sql::Ids edges;
  call.database->write([&](sql::Writer& writer) {
    const SpaceRow space = shared_space(writer, maker, in.id, "cleared");
    expect_may_delete(writer, call, "coordinate_system", space.id, "coordinate system");
    edges =
        ids_in(writer.query("select id from transformation where output_id = $1 and kind <> 'UNMAPPABLE'"
                            " order by id",
                            {space.id}));
    delete_edges(writer, maker, edges);
  });
  return id_list(edges);
}

// Rival claims are allowed, so there may be several edges to mean.
Json remove_registration(Call& call, const schema::DeleteRegistrationInput& in) {
  const Maker maker = maker_of(call);
  sql::Ids edges;
  call.database->write([&](sql::Writer& writer) {
    const Source source = find_source(writer, maker.organization, named_in(in));
    const SpaceRow world = read_space(writer, maker.organization, in.world.row("coordinate system"));
    edges =
        ids_in(writer.query("select id from transformation where input_id = $1 and output_id = $2"
                            " and kind <> 'UNMAPPABLE' and role not in ('LEVEL', 'LENS') order by id",
                            {source.space, world.id}));
    for (const std::int64_t edge : edges.values) {
      expect_may_delete(writer, call, "transformation", edge, "transformation");
    }
    delete_edges(writer, maker, edges);
  });
  return id_list(edges);
}

// Administrators sweep everybody's, others their own.
Json remove_orphans(Call& call) {
  const Maker maker = maker_of(call);
  const auto& roles = service::call_of(call).who->rows.organization_roles;
  const bool is_admin = std::find(roles.begin(), roles.end(), "admin") != roles.end();
  sql::Ids spaces;
  call.database->write([&](sql::Writer& writer) {
    spaces = ids_in(writer.query(
        "select s.id from coordinate_system s left join task on task.id = s.created_through_id"
        " where s.organization_id = $1 and s.\"use\" = 'SHARED'"
        " and ($2 = 1 or s.creator_id = $3 or task.assigner_id = $3)"
        " and not exists (select 1 from transformation e where e.input_id = s.id)"
        " and not exists (select 1 from transformation e where e.output_id = s.id) order by s.id",
        {maker.organization, std::int64_t{is_admin ? 1 : 0}, maker.user}));
    for (const std::int64_t space : spaces.values) record(writer, maker, kType, space, Change::kDelete);
    writer.execute("delete from coordinate_system where id in_ids($1)", {spaces});
  });
  return id_list(spaces);
}

}  // namespace

void add_coordinate_systems(entity::Registry& registry) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateCoordinateSystem, create);
  registry.on(mutation::kUpdateCoordinateSystem, update);
  registry.on(mutation::kDeleteCoordinateSystem, remove);
  registry.on(mutation::kClearCoordinateSystem, clear);
  registry.on(mutation::kDeleteRegistration, remove_registration);
  registry.on(mutation::kDeleteOrphanedCoordinateSystems, remove_orphans);
  add_coordinate_system_fields(registry);
}

}  // namespace mikro
