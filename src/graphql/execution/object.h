// What flows between the levels of an execution: objects (parents of fields)
// and cells (values of fields).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// An object of a known concrete type. What `data` and `row` point to is
/// between the resolvers of that type: a JSON value, a row of a loaded set, a
/// node of the schema. It must live as long as the request.
struct Object {
  const NamedType* type = nullptr;
  const void* data = nullptr;
  std::uint32_t row = 0;

  const base::Json& json() const { return *static_cast<const base::Json*>(data); }
};

/// The value of one field of one parent, or one element of a list.
/// Strings and JSON are views: they must live as long as the request.
struct Cell {
  enum class Kind : std::uint8_t {
    kNull,
    kError,  ///< `index`: into the request's errors
    kBool,
    kInt,
    kDouble,
    kString,
    kRaw,  ///< JSON text, written as it is
    kJson,
    kObject,  ///< `index`: into the field's objects
    kList,    ///< `index`, `count`: into the field's items
  };
  struct Text {
    const char* data;
    std::size_t size;
  };
  Kind kind = Kind::kNull;
  std::uint32_t count = 0;
  union {
    std::uint32_t index = 0;
    bool boolean;
    std::int64_t integer;
    double real;
    const base::Json* json;
    Text text;
  };

  Cell() : index(0) {}
  static Cell null() { return Cell(); }
  static Cell of(bool value) {
    Cell cell;
    cell.kind = Kind::kBool;
    cell.boolean = value;
    return cell;
  }
  static Cell of(std::int64_t value) {
    Cell cell;
    cell.kind = Kind::kInt;
    cell.integer = value;
    return cell;
  }
  static Cell of(double value) {
    Cell cell;
    cell.kind = Kind::kDouble;
    cell.real = value;
    return cell;
  }
  static Cell string(std::string_view value) { return text_cell(Kind::kString, value); }
  static Cell raw(std::string_view json_text) { return text_cell(Kind::kRaw, json_text); }
  static Cell of(const base::Json& value) {
    Cell cell;
    cell.kind = Kind::kJson;
    cell.json = &value;
    return cell;
  }

  bool is_null() const { return kind == Kind::kNull || (kind == Kind::kJson && json->is_null()); }
  std::string_view view() const { return {text.data, text.size}; }

 private:
  static Cell text_cell(Kind kind, std::string_view value) {
    Cell cell;
    cell.kind = kind;
    cell.text = {value.data(), value.size()};
    return cell;
  }
};

}  // namespace graphql
