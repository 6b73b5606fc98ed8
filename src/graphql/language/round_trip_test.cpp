// Printing and parsing are each other's inverse, tried on random syntax trees.
#include <gtest/gtest.h>

#include <random>

#include "graphql/language/parser.h"
#include "graphql/language/printer.h"
#include "graphql/language/utf8.h"

namespace graphql {
namespace {

using ValueKind = ast::Value::Kind;

// Makes syntax trees that a document could have.
class RandomSyntax {
 public:
  explicit RandomSyntax(std::uint32_t seed) : random_(seed) {}

  ast::Document document() {
    ast::Document result;
    repeat(1, 3, [&] {
      ast::Operation& operation = result.operations.emplace_back();
      operation.kind = static_cast<ast::OperationKind>(below(3));
      if (below(2) == 0) operation.name = name();
      repeat(0, 2, [&] { operation.variables.push_back(variable()); });
      operation.directives = directives(true);
      operation.selections = selections(4);
    });
    repeat(0, 2, [&] {
      ast::Fragment& fragment = result.fragments.emplace_back();
      fragment.name = "F" + name();
      fragment.type_condition = name();
      fragment.directives = directives(true);
      fragment.selections = selections(3);
    });
    return result;
  }

  ast::TypeSystemDocument schema() {
    ast::TypeSystemDocument result;
    repeat(1, 6, [&] { result.types.push_back(type_definition()); });
    repeat(0, 2, [&] {
      ast::DirectiveDefinition& directive = result.directives.emplace_back();
      directive.description = description();
      directive.name = name();
      directive.arguments = inputs(0);
      directive.repeatable = below(2) == 0;
      directive.locations = {"FIELD", "SCHEMA"};
    });
    if (below(2) == 0)
      result.schemas.push_back({false, description(), name(), name(), "", directives(false), {}});
    return result;
  }

  ast::Value value(int depth, bool variables) {
    ast::Value result;
    result.kind = static_cast<ValueKind>(below(9));
    switch (result.kind) {
      case ValueKind::kVariable:
        if (!variables) return value(depth, false);
        result.text = name();
        break;
      case ValueKind::kInt:
        result.text = std::to_string(static_cast<int>(random_()));
        break;
      case ValueKind::kFloat:
        result.text = below(2) == 0 ? "-0.25e+10" : "1e3";
        break;
      case ValueKind::kString:
        result.text = text();
        break;
      case ValueKind::kBoolean:
        result.text = below(2) == 0 ? "true" : "false";
        break;
      case ValueKind::kEnum:
        result.text = "E" + name();
        break;
      case ValueKind::kNull:
        break;
      case ValueKind::kList:
        if (depth > 0) repeat(0, 3, [&] { result.items.push_back(value(depth - 1, variables)); });
        break;
      case ValueKind::kObject:
        if (depth > 0)
          repeat(0, 3, [&] { result.fields.push_back({name(), value(depth - 1, variables), {}}); });
        break;
    }
    return result;
  }

  // Everything that is hard about strings: quotes, line ends, indentation.
  std::string text() {
    static constexpr std::string_view kPieces[] = {
        "a",        "word", " ", "  ", "\t", "\n", "\n\n",    "\"",       "\"\"\"",           "\\",
        "\\\"\"\"", "\r",   "#", "{}", "\b", "$x", "\\u0041", "\xC3\xA9", "\xF0\x9F\x98\x80", "\x7F",
        "\n    ",   "\n\t"};
    std::string result;
    repeat(0, 8, [&] { result += kPieces[below(std::size(kPieces))]; });
    return result;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  template <class Action>
  void repeat(std::size_t least, std::size_t most, Action action) {
    for (std::size_t count = least + below(most - least + 1); count > 0; --count) action();
  }

  std::string name() {
    static constexpr std::string_view kNames[] = {"a",        "_b1",         "query", "type",
                                                  "fragment", "Long_Name_9", "null_"};
    return std::string(kNames[below(std::size(kNames))]);
  }

  std::string description() { return below(2) == 0 ? std::string() : text(); }

  ast::TypeReference type(int depth) {
    ast::TypeReference result;
    if (depth > 0 && below(2) == 0) {
      result.kind = ast::TypeReference::Kind::kList;
      result.of = std::make_shared<const ast::TypeReference>(type(depth - 1));
    } else {
      result.name = name();
    }
    if (below(2) == 0) return result;
    ast::TypeReference non_null;
    non_null.kind = ast::TypeReference::Kind::kNonNull;
    non_null.of = std::make_shared<const ast::TypeReference>(std::move(result));
    return non_null;
  }

  ast::Directives directives(bool variables) {
    ast::Directives result;
    if (below(3) == 0) repeat(1, 2, [&] { result.push_back({name(), arguments(variables), {}}); });
    return result;
  }

  std::vector<ast::Argument> arguments(bool variables) {
    std::vector<ast::Argument> result;
    repeat(0, 2, [&] { result.push_back({name(), value(3, variables), {}}); });
    return result;
  }

  ast::VariableDefinition variable() {
    ast::VariableDefinition result;
    result.name = name();
    result.type = type(3);
    if (below(2) == 0) result.default_value = value(2, false);
    result.directives = directives(false);
    return result;
  }

  ast::SelectionSet selections(int depth) {
    ast::SelectionSet result;
    repeat(1, 4, [&] { result.push_back(selection(depth)); });
    return result;
  }

  ast::Selection selection(int depth) {
    switch (below(4)) {
      case 0:
        return {ast::FragmentSpread{"F" + name(), directives(true), {}}};
      case 1:
        if (depth == 0) break;
        return {
            ast::InlineFragment{below(2) == 0 ? name() : "", directives(true), selections(depth - 1), {}}};
      default:
        break;
    }
    ast::Field field;
    if (below(3) == 0) field.alias = name();
    field.name = name();
    field.arguments = arguments(true);
    field.directives = directives(true);
    if (depth > 0 && below(2) == 0) field.selections = selections(depth - 1);
    return {field};
  }

  std::vector<ast::InputValueDefinition> inputs(std::size_t least) {
    std::vector<ast::InputValueDefinition> result;
    repeat(least, 3, [&] {
      ast::InputValueDefinition& input = result.emplace_back();
      input.description = description();
      input.name = name();
      input.type = type(2);
      if (below(2) == 0) input.default_value = value(2, false);
      input.directives = directives(false);
    });
    return result;
  }

  ast::TypeDefinition type_definition() {
    using Kind = ast::TypeDefinition::Kind;
    ast::TypeDefinition result;
    result.kind = static_cast<Kind>(below(6));
    result.description = description();
    result.name = name();
    result.directives = directives(false);
    switch (result.kind) {
      case Kind::kScalar:
        break;
      case Kind::kObject:
      case Kind::kInterface:
        repeat(0, 2, [&] { result.interfaces.push_back(name()); });
        repeat(0, 3, [&] {
          result.fields.push_back({description(), name(), inputs(0), type(3), directives(false), {}});
        });
        break;
      case Kind::kUnion:
        repeat(0, 3, [&] { result.members.push_back(name()); });
        break;
      case Kind::kEnum:
        repeat(0, 3, [&] { result.values.push_back({description(), name(), directives(false), {}}); });
        break;
      case Kind::kInputObject:
        result.input_fields = inputs(0);
        break;
    }
    return result;
  }

  std::mt19937 random_;
};

// Equality but for locations and how a string was written.
bool same(const ast::Value& a, const ast::Value& b) {
  const auto same_field = [](const ast::ObjectField& x, const ast::ObjectField& y) {
    return x.name == y.name && same(x.value, y.value);
  };
  return a.kind == b.kind && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same_field);
}

constexpr int kRounds = 500;

TEST(RoundTrip, ValuesReadBackAsTheyWerePrinted) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomSyntax random(seed);
  for (int i = 0; i < kRounds; ++i) {
    const ast::Value value = random.value(4, true);
    EXPECT_TRUE(same(parse_value(print_value(value)), value)) << print_value(value);
  }
}

TEST(RoundTrip, StringsReadBackAsTheyWerePrinted) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomSyntax random(seed);
  for (int i = 0; i < 20 * kRounds; ++i) {
    ast::Value value;
    value.kind = ValueKind::kString;
    value.block = i % 2 == 0;
    value.text = random.text();
    EXPECT_EQ(parse_value(print_value(value)).text, value.text) << print_value(value);
    ast::TypeDefinition type;
    type.name = "A";
    type.description = value.text;
    const std::string described = print_schema_document({{}, {type}, {}});
    EXPECT_EQ(parse_schema(described).types.at(0).description, value.text) << described;
  }
}

TEST(RoundTrip, DocumentsPrintTheSameAgain) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomSyntax random(seed);
  for (int i = 0; i < kRounds; ++i) {
    const std::string printed = print_document(random.document());
    EXPECT_EQ(print_document(parse_document(printed)), printed);
  }
}

TEST(RoundTrip, SchemasPrintTheSameAgain) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomSyntax random(seed);
  for (int i = 0; i < kRounds; ++i) {
    const std::string printed = print_schema_document(random.schema());
    EXPECT_EQ(print_schema_document(parse_schema(printed)), printed);
  }
}

}  // namespace
}  // namespace graphql
