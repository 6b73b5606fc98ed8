#include "sql/postgres/postgres_values.h"

#include <fmt/format.h>

#include <charconv>

#include "sql/parameters.h"

namespace sql {
namespace {

// From the server's pg_type.dat; they never change.
constexpr Oid kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kFloat4 = 700, kFloat8 = 701;
constexpr Oid kTextArray = 1009, kInt8Array = 1016, kNumeric = 1700;

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

void add_cell(Rows& rows, Oid type, std::string_view text) {
  std::int64_t whole = 0;
  double real = 0;
  switch (type) {
    case kBool:
      return rows.add(std::int64_t{text == "t"});
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
      if (parse(text, whole)) return rows.add(whole);
      break;
    case kNumeric:  // sum() of integers is one
      if (parse(text, whole)) return rows.add(whole);
      [[fallthrough]];
    case kFloat4:
    case kFloat8:
      if (parse(text, real)) return rows.add(real);
      break;
    default:
      break;
  }
  rows.add(text);
}

}  // namespace

PostgresParameters::PostgresParameters(std::span<const Value> values) {
  spelled_.reserve(values.size());  // the pointers below must stay valid
  texts_.reserve(values.size());
  struct Spell {
    PostgresParameters& self;
    const char* keep(std::string text) const { return self.spelled_.emplace_back(std::move(text)).c_str(); }
    const char* operator()(std::monostate) const { return nullptr; }
    const char* operator()(std::int64_t whole) const { return keep(std::to_string(whole)); }
    const char* operator()(double real) const { return keep(fmt::format("{}", real)); }
    const char* operator()(const std::string& text) const { return text.c_str(); }
    const char* operator()(const Ids& ids) const { return keep(array_literal(ids)); }
    const char* operator()(const Texts& texts) const { return keep(array_literal(texts)); }
  };
  for (const Value& value : values) texts_.push_back(std::visit(Spell{*this}, value));
}

Oid parameter_type(const Value& value) {
  struct Type {
    Oid operator()(std::monostate) const { return InvalidOid; }
    Oid operator()(std::int64_t) const { return kInt8; }
    Oid operator()(double) const { return kFloat8; }
    Oid operator()(const std::string&) const { return InvalidOid; }
    Oid operator()(const Ids&) const { return kInt8Array; }
    Oid operator()(const Texts&) const { return kTextArray; }
  };
  return std::visit(Type{}, value);
}

bool fits(const Value& value, Oid type) {
  return std::holds_alternative<std::monostate>(value) || parameter_type(value) == type;
}

Rows rows_of(const PGresult* result) {
  const int columns = PQnfields(result);
  Rows rows(static_cast<std::size_t>(columns));
  std::vector<Oid> types;
  types.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) types.push_back(PQftype(result, column));
  const int count = PQntuples(result);
  for (int row = 0; row < count; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        rows.add_null();
        continue;
      }
      const auto length = static_cast<std::size_t>(PQgetlength(result, row, column));
      add_cell(rows, types[static_cast<std::size_t>(column)],
               std::string_view(PQgetvalue(result, row, column), length));
    }
  }
  return rows;
}

std::int64_t rows_changed(PGresult* result) {
  if (std::string_view(PQcmdStatus(result)).starts_with("SELECT")) return 0;
  std::int64_t changed = 0;
  parse(PQcmdTuples(result), changed);
  return changed;
}

}  // namespace sql
