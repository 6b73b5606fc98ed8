#include "services/mikro/lenses/lens.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/lenses/annotation_crop.h"
#include "services/mikro/lenses/lens_box.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/lenses/phasor_context.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/attribute_plan.h"
#include "services/mikro/schema/layer.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/schema/phasor.h"
#include "services/mikro/space/search.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;
namespace code = base::code;

std::optional<std::string> name_in(const std::optional<std::string>& name) {
  const bool is_blank = !name || name->find_first_not_of(" \t\r\n") == std::string::npos;
  return is_blank ? std::nullopt : name;
}

void check_arguments(const schema::CreateLensInput& in) {
  if (in.dataset.has_value() == in.lens.has_value()) {
    throw Error(code::kValidation, std::string("Give exactly one of `dataset` and `lens`."));
  }
  const int cuts = (in.slices && !in.slices->empty() ? 1 : 0) + (in.box ? 1 : 0) + (in.annotation ? 1 : 0);
  if (cuts > 1) {
    throw Error(code::kValidation, std::string("Give one of `slices`, `box` and `annotation` at most."));
  }
  if (in.box && in.lens) {
    throw Error(
        code::kValidation,
        std::string("A `box` names its own coordinate system; give it with `dataset`, not with `lens`."));
  }
}

/// What is cut from: a dataset as a whole, or what a lens selects of it.
struct Base {
  LensedArray array;
  Selection selection;
};

Base base_of(sql::Reader& reader, std::int64_t organization, const schema::CreateLensInput& in) {
  if (in.dataset) {
    Base base{read_lensed_array(reader, organization, in.dataset->row("dataset")), {}};
    base.selection = everything(base.array.shape);
    return base;
  }
  const std::int64_t lens = in.lens->row("lens");
  const sql::Rows row = reader.query(
      "select dataset_id, slices from lens where id = $1 and organization_id = $2", {lens, organization});
  if (row.empty()) throw Error(code::kNotFound, "No lens with the id {}.", in.lens->text);
  if (row.is_null(0, 0)) {
    throw Error(code::kValidation, "The lens {} is not over an array. Cut it with the mutation for its kind.",
                lens);
  }
  Base base{read_lensed_array(reader, organization, row.integer(0, 0)), {}};
  base.selection = selection_from(Json::parse(row.text(0, 1)), plain(base.array.axes), base.array.shape);
  return base;
}

std::vector<StatedSlice> stated_in(const std::vector<schema::SliceInput>& slices) {
  std::vector<StatedSlice> stated;
  for (const schema::SliceInput& slice : slices) {
    stated.push_back({slice.axis, slice.start, slice.stop, slice.step});
  }
  return stated;
}

Selection box_in(sql::Reader& reader, std::int64_t organization, const LensedArray& array,
                 const schema::LensBoxInput& in) {
  const SpaceRow frame = read_space(reader, organization, in.coordinate_system.row("coordinate system"));
  const space::Graph graph = load_around(reader, organization, {{array.intrinsic_system}});
  space::Crossing crossing;
  crossing.registrations = space::Registrations::kBothWays;
  crossing.fields = space::Fields::kNone;
  const auto path = space::find_path(graph, array.intrinsic_system, frame.id, crossing);
  if (!path) {
    throw Error(
        code::kValidation,
        "No path of transformations leads from the dataset '{}' to '{}'. Register the dataset there, or "
        "state the box in a coordinate system that it reaches.",
        array.name, frame.name);
  }
  std::vector<AxisWindow> windows;
  for (const schema::WindowInput& window : in.windows)
    windows.push_back({window.axis, window.min, window.max});
  const space::Placement placement =
      space::compose(graph.space(array.intrinsic_system)->axes, graph.hops(*path));
  return cut_to_box(array.shape, placement, windows);
}

std::int64_t create(Call& call, Feed& feed, const schema::CreateLensInput& in) {
  check_arguments(in);
  const Maker maker = maker_of(call);
  std::optional<Base> base;
  std::optional<DrawnShape> shape;
  // One snapshot, and nobody waits meanwhile; what is deleted until the lens is written is a conflict then.
  call.read([&](sql::Reader& reader) {
    base = base_of(reader, maker.organization, in);
    Selection& selection = base->selection;
    if (in.slices) selection = cut(std::move(selection), plain(base->array.axes), stated_in(*in.slices));
    if (in.box) selection = box_in(reader, maker.organization, base->array, *in.box);
    if (!in.annotation) return;
    shape = find_drawn_shape(reader, maker.organization, *in.annotation);
    const space::Graph graph = load_around(reader, maker.organization, {{shape->system}});
    const DrawingSpace drawing(graph, shape->system);
    selection = Crop(drawing, *shape).of(base->array, selection);
  });
  std::int64_t lens = 0;
  call.database->write([&](sql::Writer& writer) {
    lens = find_or_create_lens(writer, feed, maker, base->array, base->selection, name_in(in.name));
    if (shape) record_cut(writer, shape->id, lens);
  });
  return lens;
}

/// A lens of any kind, as changes of it need it.
struct LensRow {
  std::int64_t id = 0;
  std::string kind;
  std::string selection;
  std::int64_t container = 0;             ///< the row that it looks at
  std::optional<std::int64_t> own_space;  ///< only a cut of an array has one
};

LensRow lens_row(sql::Reader& reader, const Maker& maker, const Id& id) {
  const std::int64_t lens = id.row("lens");
  const sql::Rows row = reader.query(
      fmt::format("select l.kind, l.selection, {}, l.coordinate_system_id from lens l where l.id = $1 and "
                  "l.organization_id = $2",
                  of_lensed("id", "l")),
      {lens, maker.organization});
  if (row.empty()) throw Error(code::kNotFound, "No lens with the id {}.", id.text);
  LensRow found{lens, std::string(row.text(0, 0)), std::string(row.text(0, 1)), row.integer(0, 2), {}};
  if (found.kind == "ARRAY" && !found.selection.empty() && !row.is_null(0, 3)) {
    found.own_space = row.integer(0, 3);
  }
  return found;
}

// Null, blank and not given all clear the name: the schema writes it with a default.
std::int64_t update(Call& call, Feed& feed, const schema::UpdateLensInput& in) {
  const Maker maker = maker_of(call);
  const std::optional<std::string> name = name_in(in.name);
  std::int64_t lens = 0;
  call.database->write([&](sql::Writer& writer) {
    const LensRow row = lens_row(writer, maker, in.id);
    lens = row.id;
    writer.execute("update lens set name = $2 where id = $1",
                   {lens, name ? sql::Value(*name) : sql::Value(std::monostate())});
    tell_of_lens(writer, feed, maker.organization, row.kind, row.container, "update", lens);
  });
  return lens;
}

// What others derived from a crop would forget where it came from. Who is about to derive something waits.
void expect_no_derivations(sql::Writer& writer, const LensRow& lens) {
  if (writer.dialect() == sql::Dialect::kPostgres) {
    writer.query("select id from coordinate_system where id = $1 for update", {*lens.own_space});
  }
  const sql::Rows derived = writer.query(
      "select c.name from transformation e join coordinate_system c on c.id = e.input_id"
      " where e.output_id = $1 and e.role = 'DERIVATION' order by e.id",
      {*lens.own_space});
  if (derived.empty()) return;
  throw Error(
      code::kValidation,
      "'{}'{} derived from this lens. Delete what came of it first, or keep the lens: it takes no room.",
      derived.text(0, 0),
      derived.size() == 1 ? " was" : fmt::format(" and {} more were", derived.size() - 1));
}

Json remove(Call& call, Feed& feed, const schema::DeleteLensInput& in) {
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    const LensRow row = lens_row(writer, maker, in.id);
    if (row.selection.empty()) {
      throw Error(code::kValidation,
                  std::string("A lens that selects everything is its container's and is deleted with it."));
    }
    expect_may_delete(writer, call, "lens", row.id, "lens");
    if (row.own_space) expect_no_derivations(writer, row);
    writer.execute("delete from lens where id = $1", {row.id});
    if (row.own_space) delete_spaces(writer, maker, {{*row.own_space}});
    tell_of_lens(writer, feed, maker.organization, row.kind, row.container, "delete", row.id);
  });
  return in.id.text;
}

std::shared_ptr<void> follow(Call& call, Feed& feed, const schema::SubscriptionLensesArguments& in,
                             entity::Emit emit) {
  if (in.kind.has_value() != in.container.has_value()) {
    throw Error(
        code::kValidation,
        std::string("Give both `kind` and `container` to follow one container's lenses, or neither."));
  }
  if (!in.kind) return feed.follow(topic_of("lenses", call.organization), std::move(emit));
  const std::string_view kind = entity::text_of(*in.kind);
  const Container* container = container_of_lenses(kind);
  if (container == nullptr) {
    throw Error(code::kNotImplemented, "There are no containers with lenses of kind {} yet.", kind);
  }
  const std::int64_t thing = in.container->row(container->noun);
  call.read([&](sql::Reader& reader) { expect_row(reader, call, container->table, thing, container->noun); });
  return feed.follow(lens_topic(call.organization, kind, thing), std::move(emit));
}

// --- fields -----------------------------------------------------------------

std::vector<Json> descriptors(Call&, std::span<const Row> rows) {
  std::vector<Json> values;
  for (const Row& row : rows) {
    values.push_back(row.text(schema::Lens::kKind) == "ARRAY" ? descriptors_json(row) : Json::object());
  }
  return values;
}

sql::Ids spaces_of(std::span<const Row> rows) {
  sql::Ids spaces;
  for (const Row& row : rows) {
    const bool has_space = !row.is_null(schema::ArrayLens::kCoordinateSystem);
    spaces.values.push_back(has_space ? row.integer(schema::ArrayLens::kCoordinateSystem) : 0);
  }
  return spaces;
}

std::vector<Json> render_axes(Call& call, std::span<const Row> rows) {
  const sql::Ids spaces = spaces_of(rows);
  const auto systems = read_spaces(*call.reader, call.organization, spaces);
  std::vector<Json> values;
  for (const std::int64_t id : spaces.values) {
    const auto system = systems.find(id);
    const std::vector<space::Axis> axes =
        system == systems.end() ? std::vector<space::Axis>() : system->second.axes;
    const space::RenderAxes found = space::render_axes(axes);
    const auto name = [&](const std::optional<std::size_t>& axis) {
      return axis ? Json(axes[*axis].name) : Json();
    };
    values.push_back(Json::object({{"x", name(found.x)},
                                   {"y", name(found.y)},
                                   {"z", name(found.z)},
                                   {"t", name(found.t)},
                                   {"intensity", name(found.intensity)},
                                   {"phasor", name(found.phasor)},
                                   {"vector", name(found.vector)}}));
  }
  return values;
}

entity::RowLists derived_datasets(Call& call, std::span<const Row> rows) {
  const sql::Ids spaces = spaces_of(rows);
  return lists_by(
      call.reader->query(
          "select distinct e.output_id, d.id from transformation e join array_dataset d"
          " on d.intrinsic_system_id = e.input_id where e.output_id in_ids($1) and e.role = 'DERIVATION'"
          " order by d.id",
          {spaces}),
      spaces.values);
}

}  // namespace

void add_lenses(entity::Registry& registry, Feed& feed) {
  namespace mutation = schema::mutation;
  using schema::ArrayLens;
  using schema::Lens;
  registry.on(mutation::kCreateLens,
              [&feed](Call& call, const schema::CreateLensInput& in) { return create(call, feed, in); });
  registry.on(mutation::kUpdateLens,
              [&feed](Call& call, const schema::UpdateLensInput& in) { return update(call, feed, in); });
  registry.on(mutation::kDeleteLens,
              [&feed](Call& call, const schema::DeleteLensInput& in) { return remove(call, feed, in); });
  registry.on(schema::subscription::kLenses,
              [&feed](Call& call, const schema::SubscriptionLensesArguments& in, entity::Emit emit) {
                return follow(call, feed, in, std::move(emit));
              });
  registry.on(Lens::kCreatedThroughBy, created_through_by);
  registry.on(Lens::kLabel, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format("coalesce({0}.name, {1} || {0}.suffix)", alias, of_lensed("name", alias));
  });
  registry.on(Lens::kDescriptors, descriptors);
  registry.on(ArrayLens::kSuggestedRenderAxes, render_axes);
  registry.on(ArrayLens::kDerivedDatasets, derived_datasets);
  registry.on(ArrayLens::kToParent, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "(select e.id from transformation e where e.input_id = {}.coordinate_system_id and e.role = 'LENS')",
        alias);
  });
  add_lens_filters(registry);
  add_annotation_crops(registry);
  add_phasor_contexts(registry);
}

}  // namespace mikro
