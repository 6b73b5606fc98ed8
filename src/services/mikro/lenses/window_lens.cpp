#include "services/mikro/lenses/window_lens.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Id;
namespace code = base::code;

}  // namespace

std::int64_t find_or_create_lens(sql::Writer& writer, Feed& feed, const Maker& maker,
                                 const WindowLens& lens) {
  const Container& container = *lens.container;
  const std::string selection = selection_of(lens.windows);
  space::check_length(selection, "A selection");
  const sql::Rows made = writer.query(
      fmt::format(
          "insert into lens (organization_id, kind, {}, coordinate_system_id, selection, suffix, windows,"
          " creator_id, created_through_id, created_at, spec)"
          " values ($1, '{}', $2, $3, $4, $5, $6, $7, $8, $9, $10)"
          " on conflict do nothing returning id",
          container.lens, container.lens_kind),
      {maker.organization, lens.thing, lens.system, selection, suffix_of(lens.windows),
       windows_json(lens.windows).dump(), maker.user, maker.task_value(), maker.now,
       lens.spec ? sql::Value(lens.spec->dump()) : sql::Value(std::monostate())});
  if (!made.empty()) {
    tell_of_lens(writer, feed, maker.organization, container.lens_kind, lens.thing, "create",
                 made.integer(0, 0));
    return made.integer(0, 0);
  }
  const sql::Rows rows =
      writer.query(fmt::format("select id from lens where {} = $1 and selection = $2", container.lens),
                   {lens.thing, selection});
  if (rows.empty()) {
    throw Error(code::kUnavailable, std::string("The lens was deleted at this moment. Please try again."));
  }
  return rows.integer(0, 0);
}

WindowLens stated_window_lens(sql::Reader& reader, std::int64_t organization, const Container& container,
                              const std::optional<Id>& thing, const std::optional<Id>& lens,
                              const std::optional<std::vector<schema::WindowInput>>& windows) {
  if (thing.has_value() == lens.has_value()) {
    throw Error(code::kValidation, "Give either `{}` or `lens`: what is looked at.", container.argument);
  }
  WindowLens stated{&container, 0, 0, {}, {}};
  std::vector<Window> outer;
  if (lens) {
    const sql::Rows row = reader.query(fmt::format("select {}, coordinate_system_id, windows from lens"
                                                   " where id = $1 and organization_id = $2 and kind = '{}'",
                                                   container.lens, container.lens_kind),
                                       {lens->row("lens"), organization});
    if (row.empty())
      throw Error(code::kNotFound, "No lens over a {} with the id {}.", container.noun, lens->text);
    stated.thing = row.integer(0, 0);
    stated.system = row.integer(0, 1);
    outer = windows_from(Json::parse(row.text(0, 2)));
  } else {
    const sql::Rows row =
        reader.query(fmt::format("select id, {} from {} where id = $1 and organization_id = $2",
                                 container.space, container.table),
                     {thing->row(container.noun), organization});
    if (row.empty()) throw Error(code::kNotFound, "No {} with the id {}.", container.noun, thing->text);
    stated.thing = row.integer(0, 0);
    stated.system = row.integer(0, 1);
  }
  const std::vector<space::Axis> axes = read_space(reader, organization, stated.system).axes;
  stated.windows =
      intersected(outer, normalized(windows.value_or(std::vector<schema::WindowInput>()), axes), axes);
  return stated;
}

}  // namespace mikro
