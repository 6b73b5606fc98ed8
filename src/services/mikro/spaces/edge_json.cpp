#include "services/mikro/spaces/edge_json.h"

#include <cstdint>

#include "base/error.h"

namespace mikro {
namespace {

using base::Json;
using space::Kind;
using space::Transform;

Json matrix_json(const space::Rows& rows) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(json_list(row));
  return list;
}

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json part_json(const space::Part& part) {
  Json json = Json::object({{"kind", space::to_text(part.kind)},
                            {"input_axes", json_list(part.input_axes)},
                            {"output_axes", json_list(part.output_axes)},
                            {"scale", json_list(part.scale)},
                            {"translation", json_list(part.translation)},
                            {"affine", matrix_json(part.affine)},
                            {"field", Json()}});
  if (!part.field) return json;
  const space::FieldMap& field = *part.field;
  json.set("field", Json::object({{"field", field.system},
                                  {"unit", field.unit ? Json(*field.unit) : Json()},
                                  {"min", number(field.min)},
                                  {"max", number(field.max)},
                                  {"values", space::to_text(field.values)},
                                  {"spatial", field.spatial},
                                  {"dereference", field.dereference}}));
  return json;
}

Json step_json(const space::Step& step) {
  return Json::object({{"kind", space::to_text(step.kind)},
                       {"scale", json_list(step.scale)},
                       {"translation", json_list(step.translation)},
                       {"affine", matrix_json(step.affine)},
                       {"reason", Json()}});
}

template <class Enum>
Enum enum_from(std::string_view text, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (space::to_text(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  }
  throw base::Error(base::code::kInternal, "A transformation is stored with the unknown word {}.", text);
}

std::vector<double> numbers(const Json& list) {
  std::vector<double> values;
  values.reserve(list.items().size());
  for (const Json& item : list.items()) values.push_back(item.as_double().value());
  return values;
}

space::Rows matrix(const Json& list) {
  space::Rows rows;
  for (const Json& row : list.items()) rows.push_back(numbers(row));
  return rows;
}

std::vector<std::string> text_list(const Json& list) {
  std::vector<std::string> values;
  for (const Json& item : list.items()) values.push_back(item.as_string());
  return values;
}

std::optional<space::FieldMap> field_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  space::FieldMap field;
  field.system = json["field"].as_int64().value();
  if (json["unit"].is_string()) field.unit = json["unit"].as_string();
  field.min = json["min"].as_double();
  field.max = json["max"].as_double();
  field.values = enum_from(json["values"].as_string(), space::FieldValues::kDisplacement);
  field.spatial = json["spatial"].as_bool();
  field.dereference = json["dereference"].as_bool();
  return field;
}

space::Part part_from(const Json& json) {
  return {enum_from(json["kind"].as_string(), space::PartKind::kField),
          text_list(json["input_axes"]),
          text_list(json["output_axes"]),
          numbers(json["scale"]),
          numbers(json["translation"]),
          matrix(json["affine"]),
          field_from(json["field"])};
}

space::Step step_from(const Json& json) {
  return {enum_from(json["kind"].as_string(), Kind::kUnmappable), numbers(json["scale"]),
          numbers(json["translation"]), matrix(json["affine"])};
}

}  // namespace

EdgeColumns::EdgeColumns(const Transform& transform) {
  if (transform.kind == Kind::kScale) scale = json_list(transform.scale);
  if (transform.kind == Kind::kTranslation) translation = json_list(transform.translation);
  if (transform.kind == Kind::kAffine || transform.kind == Kind::kRotation) {
    affine = matrix_json(transform.affine);
  }
  if (transform.kind == Kind::kByDimension) {
    parts = Json::array();
    for (const space::Part& part : transform.parts) parts.push_back(part_json(part));
  }
  if (transform.kind == Kind::kSequence) {
    steps = Json::array();
    for (const space::Step& step : transform.steps) steps.push_back(step_json(step));
  }
}

Transform transform_from(const EdgeTexts& texts) {
  Transform transform;
  transform.kind = enum_from(texts.kind, Kind::kUnmappable);
  if (!texts.scale.empty()) transform.scale = numbers(Json::parse(texts.scale));
  if (!texts.translation.empty()) transform.translation = numbers(Json::parse(texts.translation));
  if (!texts.affine.empty()) transform.affine = matrix(Json::parse(texts.affine));
  if (!texts.parts.empty()) {
    for (const Json& part : Json::parse(texts.parts).items()) transform.parts.push_back(part_from(part));
  }
  if (!texts.steps.empty()) {
    for (const Json& step : Json::parse(texts.steps).items()) transform.steps.push_back(step_from(step));
  }
  if (!texts.input_axes.empty()) transform.input_axes = text_list(Json::parse(texts.input_axes));
  if (!texts.output_axes.empty()) transform.output_axes = text_list(Json::parse(texts.output_axes));
  return transform;
}

Json path_json(const space::Path& path) {
  Json list = Json::array();
  for (const space::PathStep& step : path) {
    list.push_back(Json::object({{"transformation", step.edge->id}, {"inverted", step.inverted}}));
  }
  return list;
}

}  // namespace mikro
