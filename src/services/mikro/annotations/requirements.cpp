#include "services/mikro/annotations/requirements.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::SqlText;
using schema::DescriptorOperator;

sql::Value operand(const Json& value, const Descriptor& descriptor, const std::string& key) {
  if (descriptor.is_number && value.is_number()) {
    if (const auto real = value.as_double()) return *real;
  }
  if (!descriptor.is_number && value.is_string()) return value.as_string();
  throw Error(base::code::kValidation, "`requires` compares {} with {}, but it is {}.", key, value.dump(),
              descriptor.is_number ? "a number" : "text");
}

std::string among(SqlText& sql, const std::string& expression, const Json& list, const Descriptor& descriptor,
                  const std::string& key) {
  if (!list.is_array()) {
    throw Error(base::code::kValidation, "`requires` takes a list for {} with IN and NOT_IN.", key);
  }
  std::string text = "1 = 0";
  for (const Json& item : list.items()) {
    text += fmt::format(" or {} = {}", expression, sql.bind(operand(item, descriptor, key)));
  }
  return "(" + text + ")";
}

std::string met(SqlText& sql, const std::string& expression,
                const schema::DescriptorConstraintInput& constraint, const Descriptor& descriptor) {
  const std::string& key = constraint.key;
  const Json value = constraint.value.value_or(Json());
  const auto compare = [&](std::string_view sign) {
    return fmt::format("{} {} {}", expression, sign, sql.bind(operand(value, descriptor, key)));
  };
  switch (constraint.operator_) {
    case DescriptorOperator::kEquals:
    case DescriptorOperator::kMatches:
      return compare("=");
    case DescriptorOperator::kNotEquals:
      return compare("<>");
    case DescriptorOperator::kGte:
    case DescriptorOperator::kLte:
      if (descriptor.is_number)
        return compare(constraint.operator_ == DescriptorOperator::kGte ? ">=" : "<=");
      break;
    case DescriptorOperator::kExists:
      if (value.is_bool()) return value.as_bool() ? "1 = 1" : "1 = 0";
      throw Error(base::code::kValidation, "`requires` takes true or false for {} with EXISTS.", key);
    case DescriptorOperator::kIn:
      return among(sql, expression, value, descriptor, key);
    case DescriptorOperator::kNotIn:
      return "not " + among(sql, expression, value, descriptor, key);
    case DescriptorOperator::kContains:
      break;
  }
  throw Error(base::code::kValidation, "`requires` cannot ask {} of {}, which is {}.",
              entity::text_of(constraint.operator_), key, descriptor.is_number ? "one number" : "one text");
}

}  // namespace

std::string meets(SqlText& sql, const std::string& alias,
                  const std::vector<schema::DescriptorConstraintInput>& constraints,
                  const Descriptors& declared) {
  std::string text = "1 = 1";
  for (const schema::DescriptorConstraintInput& constraint : constraints) {
    const auto found = declared.find(constraint.key);
    if (found == declared.end()) {
      std::vector<std::string_view> keys;
      for (const auto& [key, descriptor] : declared) keys.push_back(key);
      throw Error(
          base::code::kValidation, "`requires` names {}, which is not declared here. {}", constraint.key,
          keys.empty() ? std::string("Nothing is.") : fmt::format("There is {}.", fmt::join(keys, ", ")));
    }
    std::string expression = found->second.expression;
    for (std::size_t at = expression.find('$'); at != std::string::npos;
         at = expression.find('$', at + alias.size())) {
      expression.replace(at, 1, alias);
    }
    if (found->second.is_number) expression = fmt::format("cast({} as double precision)", expression);
    text += " and " + met(sql, expression, constraint, found->second);
  }
  return text;
}

}  // namespace mikro
