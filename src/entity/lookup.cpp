#include "entity/lookup.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "sql/expressions.h"
#include "sql/text_functions.h"

namespace entity {
namespace {

struct Operand {
  SqlText& sql;
  const std::string& expression;
  Storage storage;
  const base::Json& value;

  std::string bind() const { return sql.bind(column_value(storage, value)); }
  std::string folded() const { return sql.bind(sql::fold_case(value.as_string())); }
  std::string folded_expression() const { return sql::folded(sql.dialect, expression); }
};

std::string contains(sql::Dialect dialect, const std::string& expression, const std::string& part) {
  return fmt::format("{}({}, {}) > 0", dialect == sql::Dialect::kSqlite ? "instr" : "strpos", expression,
                     part);
}

std::string starts_with(const std::string& expression, const std::string& part) {
  return fmt::format("substr({0}, 1, length({1})) = {1}", expression, part);
}

std::string ends_with(const std::string& expression, const std::string& part) {
  return fmt::format("(length({0}) >= length({1}) and substr({0}, length({0}) - length({1}) + 1) = {1})",
                     expression, part);
}

// Placeholders that occur twice need a type PostgreSQL can see.
std::string as_text(sql::Dialect dialect, const std::string& placeholder) {
  return dialect == sql::Dialect::kPostgres ? placeholder + "::text" : placeholder;
}

std::string any_of(const Operand& operand) {
  if (operand.storage == Storage::kText) {
    sql::Texts texts;
    for (const base::Json& item : operand.value.items()) texts.values.push_back(item.as_string());
    return fmt::format("{} in_texts({})", operand.expression, operand.sql.bind(std::move(texts)));
  }
  if (operand.storage == Storage::kReal) {
    std::string text = "1 = 0";
    for (const base::Json& item : operand.value.items()) {
      text += fmt::format(" or {} = {}", operand.expression,
                          operand.sql.bind(column_value(operand.storage, item)));
    }
    return "(" + text + ")";
  }
  sql::Ids numbers;
  for (const base::Json& item : operand.value.items()) {
    const sql::Value number = column_value(operand.storage, item);
    if (const auto* whole = std::get_if<std::int64_t>(&number)) numbers.values.push_back(*whole);
  }
  return fmt::format("{} in_ids({})", operand.expression, operand.sql.bind(std::move(numbers)));
}

std::string between(const Operand& operand) {
  const base::Json::Array& bounds = operand.value.items();
  if (bounds.size() != 2) {
    throw base::Error(base::code::kValidation, std::string("`range` takes two values: [low, high]."));
  }
  const std::string low = operand.sql.bind(column_value(operand.storage, bounds[0]));
  return fmt::format("{} between {} and {}", operand.expression, low,
                     operand.sql.bind(column_value(operand.storage, bounds[1])));
}

std::string one(const std::string& name, const Operand& operand) {
  const sql::Dialect dialect = operand.sql.dialect;
  const std::string& x = operand.expression;
  if (name == "exact") return fmt::format("{} = {}", x, operand.bind());
  if (name == "gt") return fmt::format("{} > {}", x, operand.bind());
  if (name == "gte") return fmt::format("{} >= {}", x, operand.bind());
  if (name == "lt") return fmt::format("{} < {}", x, operand.bind());
  if (name == "lte") return fmt::format("{} <= {}", x, operand.bind());
  if (name == "inList") return any_of(operand);
  if (name == "range") return between(operand);
  if (name == "isNull") return fmt::format("{} is {}null", x, operand.value.as_bool() ? "" : "not ");
  if (name == "iExact") return fmt::format("{} = {}", operand.folded_expression(), operand.folded());
  if (name == "contains") return contains(dialect, x, operand.bind());
  if (name == "iContains") return contains(dialect, operand.folded_expression(), operand.folded());
  if (name == "startsWith") return starts_with(x, as_text(dialect, operand.bind()));
  if (name == "iStartsWith")
    return starts_with(operand.folded_expression(), as_text(dialect, operand.folded()));
  if (name == "endsWith") return ends_with(x, as_text(dialect, operand.bind()));
  if (name == "iEndsWith") return ends_with(operand.folded_expression(), as_text(dialect, operand.folded()));
  if (name == "regex" || name == "iRegex") sql::check_regex(operand.value.as_string());
  if (name == "regex") return sql::regex_match(dialect, x, operand.bind(), false);
  if (name == "iRegex") return sql::regex_match(dialect, x, operand.bind(), true);
  throw base::Error(base::code::kInternal, "Unknown lookup {}.", name);
}

}  // namespace

std::optional<std::int64_t> row_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || id <= 0)
    return std::nullopt;
  return id;
}

sql::Value column_value(Storage storage, const base::Json& value) {
  if (value.is_null()) return std::monostate{};
  switch (storage) {
    case Storage::kInteger:
      if (value.is_string()) return row_id(value.as_string()).value_or(-1);
      if (const auto number = value.as_int64()) return *number;
      throw base::Error(base::code::kValidation, "{} is no whole number.", value.dump());
    case Storage::kBoolean:
      return static_cast<std::int64_t>(value.as_bool() ? 1 : 0);
    case Storage::kReal:
      return value.as_double().value_or(0);
    case Storage::kTime:
      if (const auto time = base::parse_datetime(value.as_string())) return *time;
      throw base::Error(base::code::kValidation, "{} is no point in time.", value.dump());
    case Storage::kText:
      return value.is_string() ? value.as_string() : value.dump();
    case Storage::kJson:
      return value.dump();
  }
  return std::monostate{};
}

std::string lookup_condition(SqlText& sql, const std::string& expression, Storage storage,
                             const base::Json& lookup) {
  std::string text;
  for (const auto& [name, value] : lookup.members()) {
    if (value.is_null()) continue;
    if (!text.empty()) text += " and ";
    text += one(name, Operand{sql, expression, storage, value});
  }
  return text;
}

std::string contains_folded(SqlText& sql, const std::string& expression, const std::string& text) {
  if (text.empty()) return "";
  return contains(sql.dialect, sql::folded(sql.dialect, expression), sql.bind(sql::fold_case(text)));
}

}  // namespace entity
