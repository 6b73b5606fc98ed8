#include "graphql/schema/scalars.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "graphql/language/printer.h"
#include "graphql/schema/coercion.h"
#include "graphql/schema/inspect.h"

namespace graphql {
namespace {

using Rule = ScalarRule;

template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw base::Error(base::code::kValidation, fmt::format(format, std::forward<Args>(args)...));
}

void refuse_nul(std::string_view text) {
  if (base::contains_nul(text)) fail("Text cannot contain the character U+0000.");
}

void refuse_nul(const base::Json& value) {
  if (value.is_string()) refuse_nul(std::string_view(value.as_string()));
  if (value.is_array()) {
    for (const base::Json& item : value.items()) refuse_nul(item);
  }
  if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      refuse_nul(std::string_view(key));
      refuse_nul(member);
    }
  }
}

bool is_integer_lexeme(const base::Json& value) {
  return value.is_number() && value.number_text().find_first_not_of("-0123456789") == std::string::npos;
}

bool is_finite(const base::Json& number) {
  const std::optional<double> value = number.as_double();
  return value && std::isfinite(*value);
}

base::Json read_int(const base::Json& value, std::string_view shown) {
  const std::optional<std::int64_t> number = value.is_number() ? value.as_int64() : std::nullopt;
  if (!number && !is_integer_lexeme(value)) fail("Int cannot represent non-integer value: {}", shown);
  if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
      *number > std::numeric_limits<std::int32_t>::max()) {
    fail("Int cannot represent non 32-bit signed integer value: {}", shown);
  }
  return *number;
}

base::Json read_id(const base::Json& value, std::string_view shown) {
  if (is_integer_lexeme(value)) return value.number_text();
  if (!value.is_string()) fail("ID cannot represent value: {}", shown);
  refuse_nul(value);
  return value;
}

base::Json read_text(std::string_view scalar, const base::Json& value, std::string_view shown) {
  if (!value.is_string()) fail("{} cannot represent a non string value: {}", scalar, shown);
  refuse_nul(value);
  return value;
}

base::Json read_byte_count(const base::Json& value, std::string_view shown) {
  std::optional<std::int64_t> bytes;
  if (value.is_number()) bytes = value.as_int64();
  if (value.is_string()) {
    const std::string& digits = value.as_string();
    const bool numeric = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
    if (numeric) bytes = base::Json(base::Json::Number{digits}).as_int64();
  }
  if (!bytes) fail("ByteCount cannot represent value: {}", shown);
  return *bytes;
}

base::Json read_date_time(const base::Json& value) {
  const std::optional<std::int64_t> micros =
      value.is_string() ? base::parse_datetime(value.as_string()) : std::nullopt;
  if (!micros) {
    fail("Value cannot represent a DateTime: {}. Expected ISO 8601, such as 2026-01-02T03:04:05+00:00.",
         value.dump());
  }
  return base::format_datetime(*micros);
}

// With or without hyphens, in either case.
base::Json read_uuid(const base::Json& value) {
  constexpr std::size_t kHexDigits = 32;
  std::string digits;
  if (value.is_string()) {
    const std::string& text = value.as_string();
    const bool hyphenated = text.size() == kHexDigits + 4;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool at_hyphen = hyphenated && (i == 8 || i == 13 || i == 18 || i == 23);
      if (at_hyphen && text[i] == '-') continue;
      const bool upper = text[i] >= 'A' && text[i] <= 'F';
      const char c = upper ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) break;
      digits += c;
    }
    if (digits.size() != kHexDigits || (!hyphenated && text.size() != kHexDigits)) digits.clear();
  }
  if (digits.empty())
    fail("Value cannot represent a UUID: {}. Expected 32 hexadecimal digits.", value.dump());
  for (const std::size_t at : {8, 13, 18, 23}) digits.insert(at, 1, '-');
  return digits;
}

base::Json read(Rule rule, std::string_view scalar, const base::Json& value, std::string_view shown) {
  switch (rule) {
    case Rule::kInt:
      return read_int(value, shown);
    case Rule::kFloat:
      if (!value.is_number() || !is_finite(value))
        fail("Float cannot represent non numeric value: {}", shown);
      return value;
    case Rule::kBoolean:
      if (!value.is_bool()) fail("Boolean cannot represent a non boolean value: {}", shown);
      return value;
    case Rule::kId:
      return read_id(value, shown);
    case Rule::kByteCount:
      return read_byte_count(value, shown);
    case Rule::kDateTime:
      return read_date_time(value);
    case Rule::kUuid:
      return read_uuid(value);
    case Rule::kString:
    case Rule::kText:
      return read_text(scalar, value, shown);
    case Rule::kJson:
      refuse_nul(value);
      return value;
  }
  return value;
}

// Any literal as JSON: an enum name becomes a string, a variable its value. An
// absent variable leaves its object field out and is null in a list.
base::Json json_of_literal(const ast::Value& literal, const base::Json* variables) {
  using Kind = ast::Value::Kind;
  switch (literal.kind) {
    case Kind::kNull:
      return {};
    case Kind::kVariable:
      return variables == nullptr ? base::Json() : (*variables)[literal.text];
    case Kind::kInt:
    case Kind::kFloat:
      return base::Json::Number{literal.text};
    case Kind::kBoolean:
      return literal.text == "true";
    case Kind::kString:
    case Kind::kEnum:
      return literal.text;
    case Kind::kList: {
      base::Json::Array items;
      items.reserve(literal.items.size());
      for (const ast::Value& item : literal.items) items.push_back(json_of_literal(item, variables));
      return items;
    }
    case Kind::kObject: {
      base::Json object = base::Json::object();
      for (const ast::ObjectField& field : literal.fields) {
        const bool absent = field.value.kind == Kind::kVariable &&
                            (variables == nullptr || variables->find(field.value.text) == nullptr);
        if (!absent) object.set(field.name, json_of_literal(field.value, variables));
      }
      return object;
    }
  }
  return {};
}

}  // namespace

ScalarRule rule_of(std::string_view scalar) {
  static const std::unordered_map<std::string_view, Rule> kRules = {
      {"Int", Rule::kInt},
      {"Float", Rule::kFloat},
      {"String", Rule::kString},
      {"Boolean", Rule::kBoolean},
      {"ID", Rule::kId},
      {"ByteCount", Rule::kByteCount},
      {"DateTime", Rule::kDateTime},
      {"UUID", Rule::kUuid},
      {"Identifier", Rule::kText},
      {"ActionHash", Rule::kText},
      {"SearchQuery", Rule::kText},
  };
  const auto found = kRules.find(scalar);
  if (found != kRules.end()) return found->second;
  return scalar.ends_with("Like") ? Rule::kText : Rule::kJson;
}

base::Json read_scalar(const NamedType& scalar, const base::Json& value) {
  const Rule rule = rule_of(scalar.name);
  // Most values are fine; only then is there nothing to show.
  const bool simple = rule == Rule::kJson || (rule == Rule::kString && value.is_string());
  return read(rule, scalar.name, value, simple ? std::string() : inspect(value));
}

base::Json read_scalar_literal(const NamedType& scalar, const ast::Value& literal,
                               const base::Json* variables) {
  using Kind = ast::Value::Kind;
  const Rule rule = rule_of(scalar.name);
  if (rule == Rule::kJson) return read(rule, scalar.name, json_of_literal(literal, variables), {});
  const std::string shown = print_value(literal);
  const bool wrong_kind = literal.kind == Kind::kEnum || literal.kind == Kind::kList ||
                          literal.kind == Kind::kObject || literal.kind == Kind::kVariable;
  if (wrong_kind && (rule == Rule::kDateTime || rule == Rule::kUuid)) {
    fail("Value cannot represent a {}: {}", scalar.name, shown);
  }
  // No scalar but JSON is an object, so this says what was expected instead.
  if (wrong_kind) return read(rule, scalar.name, base::Json::object(), shown);
  // In a document `1.0` is not an integer; in JSON it may be one.
  if (rule == Rule::kInt && literal.kind != Kind::kInt)
    fail("Int cannot represent non-integer value: {}", shown);
  return read(rule, scalar.name, json_of_literal(literal, nullptr), shown);
}

void check_output(const NamedType& leaf, const base::Json& value) {
  const auto refuse = [&](std::string_view what) {
    throw base::Error(base::code::kInternal, "{} cannot represent {}: {}", leaf.name, what, inspect(value));
  };
  if (leaf.kind == NamedType::Kind::kEnum) {
    if (!value.is_string() || !leaf.has_value(value.as_string())) {
      throw base::Error(base::code::kInternal, "Enum '{}' cannot represent value: {}", leaf.name,
                        inspect(value));
    }
    return;
  }
  switch (rule_of(leaf.name)) {
    case Rule::kInt: {
      const std::optional<std::int64_t> number = value.is_number() ? value.as_int64() : std::nullopt;
      if (!number && !is_integer_lexeme(value)) refuse("non-integer value");
      if (!number || *number != static_cast<std::int32_t>(*number)) refuse("non 32-bit signed integer value");
      return;
    }
    case Rule::kFloat:
      if (!value.is_number() || !is_finite(value)) refuse("non numeric value");
      return;
    case Rule::kBoolean:
      if (!value.is_bool()) refuse("a non boolean value");
      return;
    case Rule::kId:
      if (!value.is_string() && !is_integer_lexeme(value)) refuse("value");
      return;
    case Rule::kString:
    case Rule::kText:
    case Rule::kDateTime:
    case Rule::kUuid:
      if (!value.is_string()) refuse("value");
      return;
    case Rule::kByteCount:
      if (!value.is_number()) refuse("value");
      return;
    case Rule::kJson:
      return;
  }
}

}  // namespace graphql
