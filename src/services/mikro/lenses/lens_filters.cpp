// Which lenses are meant: by what they select, where they can be placed, and what could be drawn of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "entity/lookup.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/lenses/lens.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/layer.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/schema/sparse.h"
#include "services/mikro/schema/table.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/placeable.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using entity::SqlText;
using schema::LayerKind;

constexpr std::int64_t kRgbChannels = 3;

std::string derived_datasets(const std::string& alias) {
  return fmt::format(
      "exists (select 1 from array_dataset d join transformation e on e.input_id = d.intrinsic_system_id"
      " and e.role = 'DERIVATION' where d.id = {}.dataset_id)",
      alias);
}

std::string not_derived(SqlText&, const std::string& alias, bool is_root, const Call&) {
  const std::string derived = derived_datasets(alias);
  return is_root ? fmt::format("({0}.kind <> 'ARRAY' or not {1})", alias, derived)
                 : fmt::format("({0}.kind = 'ARRAY' and {1})", alias, derived);
}

std::string named(SqlText& sql, const std::string& alias, const std::string& text, const Call&) {
  std::string condition = entity::contains_folded(sql, alias + ".name", text);
  if (condition.empty()) return "";
  for (const Container& container : containers()) {
    condition += fmt::format(" or exists (select 1 from {} x where x.id = {}.{} and {})", container.table,
                             alias, container.lens, entity::contains_folded(sql, "x.name", text));
  }
  return "(" + condition + ")";
}

// The column is a JSON list of names that contain no quotes.
std::string with_spec(SqlText& sql, const std::string& alias,
                      const std::vector<schema::ArrayDatasetSpec>& specs, const Call&) {
  std::string text = fmt::format("{}.kind = 'ARRAY'", alias);
  for (const schema::ArrayDatasetSpec spec : specs) {
    text +=
        fmt::format(" and {}.spec like {}", alias, sql.bind(fmt::format("%\"{}\"%", entity::text_of(spec))));
  }
  return text;
}

/// A lens as far as drawing it goes.
struct Drawable {
  std::span<const space::Axis> axes;
  std::vector<std::int64_t> shape;
  bool is_categorical = false;

  std::int64_t most_along(space::AxisType type) const {
    std::int64_t most = 0;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (axes[i].type == type) most = std::max(most, shape[i]);
    }
    return most;
  }
};

bool draws_arrays(LayerKind kind) {
  switch (kind) {
    case LayerKind::kImage:
    case LayerKind::kIntensity:
    case LayerKind::kRgb:
    case LayerKind::kPhasor:
    case LayerKind::kLabel:
    case LayerKind::kVector:
      return true;
    default:
      return false;
  }
}

// An x and a y axis of more than one pixel, and what the kind asks for beside.
bool could_source(const Drawable& lens, LayerKind kind) {
  const space::RenderAxes render = space::render_axes(lens.axes);
  if (!render.x || !render.y || lens.shape[*render.x] < 2 || lens.shape[*render.y] < 2) return false;
  switch (kind) {
    case LayerKind::kLabel:
      return lens.is_categorical;
    case LayerKind::kRgb:
      return lens.most_along(space::AxisType::kChannel) >= kRgbChannels;
    case LayerKind::kPhasor:
      return render.phasor.has_value();
    default:
      return true;
  }
}

// Which lenses over no array a kind of layer is drawn of: points and tracks of any table that has
// coordinates.
std::string_view drawn_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::kPoint:
    case LayerKind::kTrack:
      return "l.kind = 'TABLE' and exists (select 1 from table_column c where c.table_id = l.table_dataset_id"
             " and c.role = 'COORDINATE')";
    case LayerKind::kAnnotation:
      return "l.kind = 'ANNOTATION'";
    default:
      return "";
  }
}

sql::Ids lenses_among(const Placeable& placeable, const Call& call, std::string_view condition) {
  const sql::Rows rows = call.reader->query(
      fmt::format("select l.id from lens l where {} and l.coordinate_system_id in_ids($1)", condition),
      {placeable.spaces});
  sql::Ids lenses;
  for (std::size_t row = 0; row < rows.size(); ++row) lenses.values.push_back(rows.integer(row, 0));
  return lenses;
}

sql::Ids sources_among(const Placeable& placeable, const Call& call, LayerKind kind) {
  sql::Ids lenses;
  if (const std::string_view condition = drawn_of(kind); !condition.empty()) {
    return lenses_among(placeable, call, condition);
  }
  if (!draws_arrays(kind)) return lenses;
  const sql::Rows rows = call.reader->query(
      "select id, coordinate_system_id, shape, value_kind from lens where kind = 'ARRAY'"
      " and coordinate_system_id in_ids($1)",
      {placeable.spaces});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Drawable lens{placeable.graph.space(rows.integer(row, 1))->axes,
                  {},
                  !rows.is_null(row, 3) && rows.text(row, 3) == "categorical"};
    for (const Json& extent : Json::parse(rows.text(row, 2)).items()) {
      lens.shape.push_back(extent.as_int64().value());
    }
    if (could_source(lens, kind)) lenses.values.push_back(rows.integer(row, 0));
  }
  return lenses;
}

std::string placeable(SqlText& sql, const std::string& alias, const schema::LensPlaceableFilter& filter,
                      const Call& call) {
  const Placeable found = placeable_in(call, filter.space, filter.derived_only.value_or(false));
  if (!filter.as_layer) return sql.is_among(alias + ".coordinate_system_id", found.spaces);
  return sql.is_among(alias + ".id", sources_among(found, call, *filter.as_layer));
}

}  // namespace

void add_lens_filters(entity::Registry& registry) {
  using schema::LensFilter;
  add_task_filters<LensFilter>(registry);
  registry.on(LensFilter::kSearch, named);
  registry.on(LensFilter::kRequires, Descriptors("Lenses", array_descriptor_keys()));
  registry.on(LensFilter::kArraySpec, with_spec);
  registry.on(LensFilter::kNotDerived, not_derived);
  registry.on(LensFilter::kPlaceableIn, placeable);
  registry.on(LensFilter::kSliced, [](SqlText&, const std::string& alias, bool sliced, const Call&) {
    return fmt::format("{}.selection {} ''", alias, sliced ? "<>" : "=");
  });
}

}  // namespace mikro
