#include "services/mikro/descriptors/descriptors.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::SqlText;
using schema::DescriptorConstraintInput;
using schema::DescriptorOperator;
namespace code = base::code;

constexpr std::string_view kNever = "1 = 0";

Error refused(const DescriptorConstraintInput& constraint, std::string_view what) {
  return {code::kValidation, fmt::format("`requires` compares '{}' by {}, which takes {} as `value`.",
                                         constraint.key, entity::text_of(constraint.operator_), what)};
}

// A value as a parameter; nullopt if it is of another type than the key's, and therefore unlike all of them.
std::optional<sql::Value> comparable(DescriptorType type, const Json& value) {
  if (type == DescriptorType::kText) {
    if (!value.is_string()) return std::nullopt;
    return sql::Value(value.as_string());
  }
  const std::optional<double> number = value.is_number() ? value.as_double() : std::nullopt;
  if (!number || *number != *number) return std::nullopt;
  return sql::Value(*number);
}

std::string equals(SqlText& sql, const std::string& value, DescriptorType type, const Json& operand) {
  const auto wanted = comparable(type, operand);
  return wanted ? fmt::format("{} = {}", value, sql.bind(*wanted)) : std::string(kNever);
}

std::string one_of(SqlText& sql, const std::string& value, DescriptorType type,
                   const DescriptorConstraintInput& constraint, const Json& operand) {
  if (!operand.is_array()) throw refused(constraint, "a list");
  std::string text(kNever);
  for (const Json& item : operand.items()) text += " or " + equals(sql, value, type, item);
  return "(" + text + ")";
}

std::string condition(SqlText& sql, const std::string& value, DescriptorType type,
                      const DescriptorConstraintInput& constraint) {
  const Json operand = constraint.value.value_or(Json());
  switch (constraint.operator_) {
    case DescriptorOperator::kEquals:
    case DescriptorOperator::kMatches:
      return equals(sql, value, type, operand);
    case DescriptorOperator::kNotEquals:
      return fmt::format("{} is not null and not ({})", value, equals(sql, value, type, operand));
    case DescriptorOperator::kGte:
    case DescriptorOperator::kLte: {
      const auto bound = comparable(DescriptorType::kNumber, operand);
      if (!bound) throw refused(constraint, "a number");
      if (type != DescriptorType::kNumber) return std::string(kNever);
      const bool is_least = constraint.operator_ == DescriptorOperator::kGte;
      return fmt::format("{} {} {}", value, is_least ? ">=" : "<=", sql.bind(*bound));
    }
    case DescriptorOperator::kExists:
      if (!operand.is_bool()) throw refused(constraint, "true or false");
      return fmt::format("{} is {}null", value, operand.as_bool() ? "not " : "");
    // No value of ours is a list, so none has members.
    case DescriptorOperator::kContains:
      return std::string(kNever);
    case DescriptorOperator::kIn:
      return one_of(sql, value, type, constraint, operand);
    case DescriptorOperator::kNotIn:
      return fmt::format("{} is not null and not {}", value, one_of(sql, value, type, constraint, operand));
  }
  return std::string(kNever);
}

}  // namespace

const DescriptorKey& Descriptors::find(const std::string& key) const {
  std::string known;
  for (const DescriptorKey& one : keys_) {
    if (one.key == key) return one;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one.key);
  }
  throw Error(code::kValidation, "{} have no descriptor '{}', only {}.", structure_, key,
              known.empty() ? "none at all" : known);
}

std::string Descriptors::operator()(SqlText& sql, const std::string& alias,
                                    const std::vector<DescriptorConstraintInput>& constraints,
                                    const entity::Call&) const {
  std::string text;
  for (const DescriptorConstraintInput& constraint : constraints) {
    const DescriptorKey& key = find(constraint.key);
    const std::string value = fmt::format(fmt::runtime(key.expression), alias);
    text += fmt::format("{}({})", text.empty() ? "" : " and ", condition(sql, value, key.type, constraint));
  }
  return text;
}

void no_descriptors(entity::Call&, std::span<const entity::Row> rows, graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) out.set(i, graphql::Cell::raw("{}"));
}

}  // namespace mikro
