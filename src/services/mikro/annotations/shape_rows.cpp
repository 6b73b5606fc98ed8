#include "services/mikro/annotations/shape_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "base/random.h"
#include "services/mikro/history.h"

namespace mikro {
namespace {

using sql::Value;

// SQLite takes 32,766 parameters, PostgreSQL 65,535; every full piece is the same statement.
constexpr std::size_t kShapesAtOnce = 500;
constexpr std::size_t kPinsAtOnce = 5'000;

Value text_or_null(const base::Json& json) {
  return json.is_null() ? Value(std::monostate()) : Value(json.dump());
}

/// `values` of many rows, where the first parameters are the same in all.
class ManyRows {
 public:
  explicit ManyRows(std::vector<Value> shared)
      : parameters_(std::move(shared)), shared_(parameters_.size()) {}

  void add(std::vector<Value> own) {
    text_ += text_.empty() ? "(" : ", (";
    for (std::size_t i = 1; i <= shared_; ++i) text_ += fmt::format("${}, ", i);
    for (Value& value : own) {
      parameters_.push_back(std::move(value));
      text_ += fmt::format("${}, ", parameters_.size());
    }
    text_.replace(text_.size() - 2, 2, ")");
  }
  const std::string& text() const { return text_; }
  std::vector<Value> take() { return std::move(parameters_); }

 private:
  std::string text_;
  std::vector<Value> parameters_;
  std::size_t shared_;
};

std::vector<std::int64_t> insert_piece(sql::Writer& writer, const ShapeOwner& owner,
                                       std::span<const NewShape> shapes) {
  const Maker& maker = owner.maker;
  ManyRows rows({maker.organization, owner.collection, maker.user, maker.task_value(), maker.now,
                 owner.batch ? Value(*owner.batch) : Value(std::monostate())});
  std::vector<std::string> uuids;
  for (const NewShape& shape : shapes) {
    uuids.push_back(base::uuid4());
    std::vector<Value> own{uuids.back(),
                           shape.name,
                           shape.description ? Value(*shape.description) : Value(std::monostate()),
                           shape.kind,
                           shape.geometry.vectors.dump(),
                           shape.geometry.version,
                           text_or_null(shape.stroke_color),
                           text_or_null(shape.fill_color),
                           shape.stroke_width,
                           std::int64_t{shape.filled ? 1 : 0},
                           pins_json(shape.pins).dump(),
                           text_or_null(box_json(shape.geometry.box))};
    add_box(own, shape.geometry.box);
    rows.add(std::move(own));
  }
  const sql::Rows made = writer.query(
      fmt::format(
          "insert into annotation (organization_id, collection_id, creator_id, created_through_id, "
          "created_at,"
          " batch, uuid, name, description, kind, vectors, created_with_transforms, stroke_color, fill_color,"
          " stroke_width, filled, coordinates, intrinsic_bbox, {}) values {} returning id, uuid",
          kBoxColumns, rows.text()),
      rows.take());
  // Rows need not come back in the order they went.
  std::unordered_map<std::string_view, std::int64_t> by_uuid;
  for (std::size_t row = 0; row < made.size(); ++row)
    by_uuid.emplace(made.text(row, 1), made.integer(row, 0));
  std::vector<std::int64_t> ids;
  for (const std::string& uuid : uuids) ids.push_back(by_uuid.at(uuid));
  return ids;
}

void insert_pins(sql::Writer& writer, std::span<const NewShape> shapes,
                 const std::vector<std::int64_t>& ids) {
  ManyRows rows({});
  std::size_t count = 0;
  const auto write = [&] {
    if (count == 0) return;
    const std::string text = rows.text();
    writer.execute("insert into annotation_pin (annotation_id, name, value) values " + text, rows.take());
    rows = ManyRows({});
    count = 0;
  };
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    for (const auto& [name, value] : shapes[i].pins) {
      rows.add({ids[i], name, value});
      if (++count == kPinsAtOnce) write();
    }
  }
  write();
}

}  // namespace

void add_box(std::vector<Value>& values, const std::optional<space::Box>& box) {
  values.emplace_back(box ? static_cast<std::int64_t>(box->size()) : std::int64_t{0});
  for (std::size_t axis = 0; axis < kMostBoxAxes; ++axis) {
    const bool is_there = box && axis < box->size();
    values.push_back(is_there ? Value((*box)[axis].min) : Value(std::monostate()));
    values.push_back(is_there ? Value((*box)[axis].max) : Value(std::monostate()));
  }
}

std::vector<std::int64_t> insert_shapes(sql::Writer& writer, const ShapeOwner& owner,
                                        std::span<const NewShape> shapes) {
  std::vector<std::int64_t> all;
  for (std::size_t from = 0; from < shapes.size(); from += kShapesAtOnce) {
    const auto piece = shapes.subspan(from, std::min(kShapesAtOnce, shapes.size() - from));
    const std::vector<std::int64_t> ids = insert_piece(writer, owner, piece);
    insert_pins(writer, piece, ids);
    record_all(writer, owner.maker, "Annotation", "annotation", {ids}, Change::kCreate);
    all.insert(all.end(), ids.begin(), ids.end());
  }
  return all;
}

void replace_pins(sql::Writer& writer, std::int64_t annotation, const std::vector<Pin>& pins) {
  writer.execute("delete from annotation_pin where annotation_id = $1", {annotation});
  if (pins.empty()) return;
  ManyRows rows({});
  for (const auto& [name, value] : pins) rows.add({annotation, name, value});
  const std::string text = rows.text();
  writer.execute("insert into annotation_pin (annotation_id, name, value) values " + text, rows.take());
}

}  // namespace mikro
