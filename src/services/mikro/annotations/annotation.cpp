#include "services/mikro/annotations/annotation.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "base/error.h"
#include "services/mikro/annotations/batch.h"
#include "services/mikro/annotations/follow.h"
#include "services/mikro/history.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/spaces/containers.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;
namespace code = base::code;

constexpr std::string_view kType = "Annotation";
constexpr std::int64_t kHour = 3'600'000'000;

/// Exactly one of both is given.
Canvas canvas_of(Call& call, const std::optional<Id>& collection, const std::optional<Id>& scene) {
  if (collection.has_value() == scene.has_value()) {
    throw Error(code::kValidation,
                std::string("Give either `collection` or `scene`: where the shape is drawn."));
  }
  if (scene) {
    throw Error(code::kNotImplemented,
                std::string("Drawing on a `scene` is not built yet; give a `collection`."));
  }
  std::optional<Canvas> canvas;
  const std::int64_t row = collection->row("annotation collection");
  call.read([&](sql::Reader& reader) { canvas.emplace(open_canvas(reader, call, row)); });
  return std::move(*canvas);
}

std::int64_t create(Call& call, Feed& feed, schema::CreateAnnotationInput in) {
  const Canvas canvas = canvas_of(call, in.collection, in.scene);
  schema::AnnotationSpecInput drawn;
  drawn.kind = in.kind;
  drawn.vectors = std::move(in.vectors);
  drawn.stroke_color = std::move(in.stroke_color);
  drawn.fill_color = std::move(in.fill_color);
  drawn.name = std::move(in.name);
  drawn.description = std::move(in.description);
  drawn.coordinates = std::move(in.coordinates);
  drawn.stroke_width = in.stroke_width;
  drawn.filled = in.filled;
  const NewShape shape = shape_of(canvas, drawn);
  return write_shapes(*call.database, feed, maker_of(call), canvas.collection, {&shape, 1}).front();
}

std::vector<std::int64_t> create_many(Call& call, Feed& feed, schema::CreateAnnotationsInput in) {
  if (in.annotations.size() > kMostShapesAtOnce) {
    throw Error(code::kValidation,
                "{} annotations are too many for one call; draw {} at most and call again.",
                in.annotations.size(), kMostShapesAtOnce);
  }
  const Canvas canvas = canvas_of(call, in.collection, in.scene);
  std::vector<NewShape> shapes;
  shapes.reserve(in.annotations.size());
  for (std::size_t i = 0; i < in.annotations.size(); ++i) {
    try {
      shapes.push_back(shape_of(canvas, in.annotations[i]));
    } catch (const Error& error) {
      throw Error(error.code(), "Annotation {}: {}", i, error.message());
    }
    in.annotations[i] = {};  // a hundred thousand shapes need not be held twice
  }
  remove_lost_batches(*call.database, call.now - kHour);
  return write_shapes(*call.database, feed, maker_of(call), canvas.collection, shapes);
}

struct Known {
  std::int64_t row = 0;
  std::int64_t collection = 0;
};

Known known_shape(sql::Reader& reader, const Call& call, const Id& id) {
  SqlText sql(reader.dialect());
  const std::string seen = visible_shape(sql, "t", call);
  const std::string text = fmt::format(
      "select t.id, t.collection_id from annotation t where t.uuid = {} and {}", sql.bind(id.text), seen);
  const sql::Rows rows = reader.query(text, std::move(sql.parameters));
  if (rows.empty()) throw Error(code::kNotFound, "No annotation with the id {}.", id.text);
  return {rows.integer(0, 0), rows.integer(0, 1)};
}

/// New values of a row's columns, and what that changes of the row as it was.
class Edit {
 public:
  void set(std::string_view column, sql::Value value) {
    values_.push_back(std::move(value));
    text_ += fmt::format("{}{} = ${}", text_.empty() ? "" : ", ", column, values_.size());
  }
  void write(sql::Writer& writer, std::int64_t row) {
    if (values_.empty()) return;
    values_.emplace_back(row);
    writer.execute(fmt::format("update annotation set {} where id = ${}", text_, values_.size()), values_);
  }

 private:
  std::string text_;
  std::vector<sql::Value> values_;
};

/// What is to be changed, checked before the transaction.
struct Wanted {
  std::optional<Geometry> geometry;
  std::optional<std::vector<Pin>> pins;
  Json stroke_color, fill_color;
};

void edit(sql::Writer& writer, const Maker& maker, std::int64_t row, const schema::UpdateAnnotationInput& in,
          const Wanted& wanted) {
  std::string text =
      "select name, description, kind, vectors, stroke_color, fill_color, stroke_width, filled, coordinates"
      " from annotation where id = $1";
  if (writer.dialect() == sql::Dialect::kPostgres) text += " for update";
  const sql::Rows old = writer.query(text, {row});
  if (old.empty()) throw Error(code::kNotFound, "No annotation with the id {}.", in.id.text);
  const auto plain = [&](std::size_t column) {
    return old.is_null(0, column) ? Json() : Json(std::string(old.text(0, column)));
  };
  const auto json = [&](std::size_t column) {
    return old.is_null(0, column) ? Json() : Json::parse(old.text(0, column));
  };
  Changes changes;
  Edit edit;
  if (in.name) {
    changes.add("name", plain(0), *in.name);
    edit.set("name", *in.name);
  }
  if (in.description) {
    changes.add("description", plain(1), *in.description);
    edit.set("description", *in.description);
  }
  if (in.kind) {
    const std::string kind(entity::text_of(*in.kind));
    changes.add("kind", plain(2), kind);
    edit.set("kind", kind);
  }
  if (wanted.geometry) {
    const Geometry& geometry = *wanted.geometry;
    changes.add("vectors", json(3), geometry.vectors);
    edit.set("vectors", geometry.vectors.dump());
    edit.set("created_with_transforms", geometry.version);
    const Json box = box_json(geometry.box);
    edit.set("intrinsic_bbox", box.is_null() ? sql::Value(std::monostate()) : sql::Value(box.dump()));
    std::vector<sql::Value> values;
    add_box(values, geometry.box);
    constexpr std::array<std::string_view, 7> kColumns{"box_rank", "box_min0", "box_max0", "box_min1",
                                                       "box_max1", "box_min2", "box_max2"};
    for (std::size_t i = 0; i < kColumns.size(); ++i) edit.set(kColumns[i], std::move(values[i]));
  }
  if (!wanted.stroke_color.is_null()) {
    changes.add("strokeColor", json(4), wanted.stroke_color);
    edit.set("stroke_color", wanted.stroke_color.dump());
  }
  if (!wanted.fill_color.is_null()) {
    changes.add("fillColor", json(5), wanted.fill_color);
    edit.set("fill_color", wanted.fill_color.dump());
  }
  if (in.stroke_width) {
    changes.add("strokeWidth", old.real(0, 6), *in.stroke_width);
    edit.set("stroke_width", *in.stroke_width);
  }
  if (in.filled) {
    changes.add("filled", old.integer(0, 7) != 0, *in.filled);
    edit.set("filled", std::int64_t{*in.filled ? 1 : 0});
  }
  if (wanted.pins) {
    const Json pins = pins_json(*wanted.pins);
    changes.add("coordinates", json(8), pins);
    edit.set("coordinates", pins.dump());
    replace_pins(writer, row, *wanted.pins);
  }
  edit.write(writer, row);
  if (!changes.empty()) record(writer, maker, kType, row, Change::kUpdate, changes);
}

std::int64_t update(Call& call, Feed& feed, const schema::UpdateAnnotationInput& in) {
  Known known;
  Wanted wanted;
  call.read([&](sql::Reader& reader) {
    known = known_shape(reader, call, in.id);
    if (!in.vectors && !in.coordinates) return;
    const Canvas canvas = open_canvas(reader, call, known.collection);
    if (in.vectors) wanted.geometry = geometry_of(canvas, *in.vectors);
    if (in.coordinates) wanted.pins = pins_of(canvas, *in.coordinates);
  });
  if (in.stroke_color) wanted.stroke_color = color_of(*in.stroke_color, "strokeColor");
  if (in.fill_color) wanted.fill_color = color_of(*in.fill_color, "fillColor");
  if (in.stroke_width) stroke_width_of(*in.stroke_width);
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    edit(writer, maker, known.row, in, wanted);
    tell_of_change(writer, feed, call.organization, known.collection, known.row);
  });
  return known.row;
}

Json remove(Call& call, Feed& feed, const schema::DeleteAnnotationInput& in) {
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    const Known known = known_shape(writer, call, in.id);
    expect_may_delete(writer, call, "annotation", known.row, "annotation");
    record(writer, maker, kType, known.row, Change::kDelete);
    writer.execute("delete from annotation where id = $1", {known.row});
    tell_of_removal(writer, feed, call.organization, known.collection, in.id.text);
  });
  return in.id.text;
}

// --- fields -----------------------------------------------------------------

void descriptors(Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
  using schema::Annotation;
  sql::Ids collections;
  for (const Row& row : rows) collections.values.push_back(row.integer(Annotation::kCollection));
  const sql::Rows found =
      call.reader->query("select id, space_axes, time_axes from annotation_collection where id in_ids($1)",
                         {distinct(collections)});
  std::unordered_map<std::int64_t, std::size_t> at;
  for (std::size_t row = 0; row < found.size(); ++row) at.emplace(found.integer(row, 0), row);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t collection = at.at(rows[i].integer(Annotation::kCollection));
    out.set(i, graphql::Cell::raw(call.keep(fmt::format(
                   R"({{"@mikro/annotation_kind":"{}","@mikro/n_space_axes":{},"@mikro/n_time_axes":{}}})",
                   rows[i].text(Annotation::kKind), found.integer(collection, 1),
                   found.integer(collection, 2)))));
  }
}

// What named the shape as its source: the thing whose own space the edge comes from.
entity::RefLists derived_residents(Call& call, std::span<const Row> rows) {
  const sql::Ids shapes = ids_of(rows);
  const sql::Rows edges = call.reader->query(
      "select annotation_id, input_id from transformation where annotation_id in_ids($1) and role = "
      "'DERIVATION'"
      " order by id",
      {distinct(shapes)});
  sql::Ids spaces;
  for (std::size_t row = 0; row < edges.size(); ++row) spaces.values.push_back(edges.integer(row, 1));
  const auto containers = containers_at(*call.reader, distinct(std::move(spaces)));
  std::unordered_map<std::int64_t, std::vector<entity::Ref>> by_shape;
  for (std::size_t row = 0; row < edges.size(); ++row) {
    const auto container = containers.find(edges.integer(row, 1));
    if (container != containers.end()) by_shape[edges.integer(row, 0)].push_back(container->second.ref);
  }
  entity::RefLists lists;
  for (const std::int64_t shape : shapes.values) lists.push_back(by_shape[shape]);
  return lists;
}

entity::RowLists drawn_in(Call& call, std::span<const Row> rows) {
  const sql::Ids systems = ids_of(rows);
  SqlText sql(call.database->dialect());
  std::string text = fmt::format(
      "select c.coordinate_system_id, t.id from annotation_collection c join annotation t on t.collection_id "
      "= c.id"
      " where {}",
      sql.is_among("c.coordinate_system_id", distinct(systems)));
  text += fmt::format(" and {} order by t.id", visible_shape(sql, "t", call));
  return lists_by(call.reader->query(text, std::move(sql.parameters)), systems.values);
}

}  // namespace

void add_annotations(entity::Registry& registry, Feed& feed) {
  namespace mutation = schema::mutation;
  using schema::Annotation;
  registry.on(mutation::kCreateAnnotation, [&feed](Call& call, schema::CreateAnnotationInput in) {
    return create(call, feed, std::move(in));
  });
  registry.on(mutation::kCreateAnnotations, [&feed](Call& call, schema::CreateAnnotationsInput in) {
    return create_many(call, feed, std::move(in));
  });
  registry.on(mutation::kUpdateAnnotation, [&feed](Call& call, const schema::UpdateAnnotationInput& in) {
    return update(call, feed, in);
  });
  registry.on(mutation::kDeleteAnnotation, [&feed](Call& call, const schema::DeleteAnnotationInput& in) {
    return remove(call, feed, in);
  });
  registry.on(schema::subscription::kAnnotations,
              [&feed](Call& call, const schema::SubscriptionAnnotationsArguments& in, entity::Emit emit) {
                return follow_shapes(call, feed, in.collection.row("annotation collection"), std::move(emit));
              });
  registry.visible[std::string(kType)] = [](SqlText& sql, const std::string& alias, const Call& call) {
    return visible_shape(sql, alias, call);
  };
  registry.on(schema::CoordinateSystem::kAnnotations, drawn_in);
  registry.on(Annotation::kDescriptors, descriptors);
  registry.on(Annotation::kDerivedResidents, derived_residents);
  registry.on(Annotation::kCoordinateSystem, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "(select c.coordinate_system_id from annotation_collection c where c.id = {}.collection_id)", alias);
  });
  add_annotation_filters(registry);
}

}  // namespace mikro
