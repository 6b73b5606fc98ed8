#include "services/mikro/spaces/transform_json.h"

#include "base/error.h"
#include "base/json.h"

namespace mikro {
namespace {

using base::Json;

template <class T>
T known(std::optional<T> value, std::string_view text) {
  if (value) return *value;
  throw base::Error(base::code::kInternal, "A transformation's row says \"{}\".", text);
}

// The names of these enums are few; their texts are the schema's.
template <class Enum>
Enum named(std::string_view text, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    if (space::to_text(value) == text) return value;
  }
  return known<Enum>(std::nullopt, text);
}

std::vector<double> numbers(const Json& list) {
  std::vector<double> values;
  if (list.is_null()) return values;
  for (const Json& item : list.items()) values.push_back(known(item.as_double(), item.dump()));
  return values;
}

space::Rows matrix(const Json& list) {
  space::Rows rows;
  if (list.is_null()) return rows;
  for (const Json& row : list.items()) rows.push_back(numbers(row));
  return rows;
}

std::vector<std::string> names(const Json& list) {
  std::vector<std::string> values;
  if (list.is_null()) return values;
  for (const Json& item : list.items()) values.push_back(item.as_string());
  return values;
}

space::FieldMap field(const Json& json) {
  space::FieldMap map;
  map.system = json["field"].as_int64().value_or(0);
  if (json["unit"].is_string()) map.unit = json["unit"].as_string();
  map.min = json["min"].as_double();
  map.max = json["max"].as_double();
  map.values = named(json["values"].as_string(), space::FieldValues::kDisplacement);
  map.spatial = json["spatial"].as_bool();
  map.dereference = json["dereference"].as_bool();
  return map;
}

space::Part part(const Json& json) {
  space::Part result;
  result.kind = named(json["kind"].as_string(), space::PartKind::kField);
  result.input_axes = names(json["input_axes"]);
  result.output_axes = names(json["output_axes"]);
  result.scale = numbers(json["scale"]);
  result.translation = numbers(json["translation"]);
  result.affine = matrix(json["affine"]);
  if (json["field"].is_object()) result.field = field(json["field"]);
  return result;
}

space::Step step(const Json& json) {
  space::Step result;
  result.kind = named(json["kind"].as_string(), space::Kind::kUnmappable);
  result.scale = numbers(json["scale"]);
  result.translation = numbers(json["translation"]);
  result.affine = matrix(json["affine"]);
  return result;
}

}  // namespace

space::Transform transform_at(const sql::Rows& rows, std::size_t row, std::size_t column) {
  const auto json = [&](std::size_t offset) {
    return rows.is_null(row, column + offset) ? Json() : Json::parse(rows.text(row, column + offset));
  };
  space::Transform transform;
  transform.kind = named(rows.text(row, column), space::Kind::kUnmappable);
  if (transform.kind == space::Kind::kMapAxis) {
    transform.input_axes = names(json(1));
    transform.output_axes = names(json(2));
  }
  transform.scale = numbers(json(3));
  transform.translation = numbers(json(4));
  transform.affine = matrix(json(5));
  if (const Json parts = json(6); parts.is_array()) {
    for (const Json& one : parts.items()) transform.parts.push_back(part(one));
  }
  if (const Json steps = json(7); steps.is_array()) {
    for (const Json& one : steps.items()) transform.steps.push_back(step(one));
  }
  if (!rows.is_null(row, column + 8)) transform.reason = rows.text(row, column + 8);
  return transform;
}

}  // namespace mikro
