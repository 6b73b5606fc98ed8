#include "graphql/language/parser.h"

#include <gtest/gtest.h>

#include "graphql/error.h"

namespace graphql {
namespace {

// `message (line:column)`, or empty if the text parses.
template <class Parse>
std::string problem(Parse parse, std::string_view text) {
  try {
    parse(text);
    return {};
  } catch (const SyntaxError& error) {
    return error.message() + " (" + std::to_string(error.location.line) + ":" +
           std::to_string(error.location.column) + ")";
  }
}

std::string document_problem(std::string_view text) {
  return problem([](std::string_view source) { parse_document(source); }, text);
}

const ast::Field& field(const ast::SelectionSet& set, std::size_t index) {
  return std::get<ast::Field>(set.at(index).node);
}

struct BadText {
  std::string_view text;
  std::string_view problem;
};

TEST(Parser, SaysWhatIsWrongAndWhere) {
  constexpr BadText kTexts[] = {
      {"", "Syntax Error: Unexpected <EOF>. (1:1)"},
      {"{", "Syntax Error: Expected Name, found <EOF>. (1:2)"},
      {"{}", "Syntax Error: Expected Name, found '}'. (1:2)"},
      {"{a}}", "Syntax Error: Unexpected '}'. (1:4)"},
      {"notAnOperation", "Syntax Error: Unexpected Name 'notAnOperation'. (1:1)"},
      {"query Q {a} foo", "Syntax Error: Unexpected Name 'foo'. (1:13)"},
      {"type A {b: Int}", "Syntax Error: Unexpected Name 'type'. (1:1)"},
      {"{ a(b: ) }", "Syntax Error: Unexpected ')'. (1:8)"},
      {"{a()}", "Syntax Error: Expected Name, found ')'. (1:4)"},
      {"{a:}", "Syntax Error: Expected Name, found '}'. (1:4)"},
      {"{ a @ }", "Syntax Error: Expected Name, found '}'. (1:7)"},
      {"{x(a:{b:1 c})}", "Syntax Error: Expected ':', found '}'. (1:12)"},
      {"query Q( {a}", "Syntax Error: Expected '$', found '{'. (1:10)"},
      {"query Q() {a}", "Syntax Error: Expected '$', found ')'. (1:9)"},
      {"query Q($a) {b}", "Syntax Error: Expected ':', found ')'. (1:11)"},
      {"fragment on on X {a}", "Syntax Error: Unexpected Name 'on'. (1:10)"},
      {"fragment F X {a}", "Syntax Error: Expected 'on', found Name 'X'. (1:12)"},
      {"{ ...on }", "Syntax Error: Expected Name, found '}'. (1:9)"},
      {"query ($x: Int = $y) {a}", "Syntax Error: Unexpected variable '$y' in constant value. (1:18)"},
      {"query ($x: Int = $) {a}", "Syntax Error: Unexpected '$'. (1:18)"},
      {"query ($x: [Int = 1) {a}", "Syntax Error: Expected ']', found '='. (1:17)"},
      {"query ($x: Int!!) {a}", "Syntax Error: Expected '$', found '!'. (1:16)"},
      {"{\n  a(\n    b: %)}", "Syntax Error: Unexpected character: '%'. (3:8)"},
      {"{a} # caf\xC3\xA9\n}", "Syntax Error: Unexpected '}'. (2:1)"},
      {"{a(x:\"caf\xC3\xA9\") ?}", "Syntax Error: Unexpected character: '?'. (1:14)"},
      {"..", "Syntax Error: Unexpected '..', did you mean '...'? (1:1)"},
      {"{ \xC3\xA9 }", "Syntax Error: Unexpected character: U+00E9. (1:3)"},
      {"{ \x01 }", "Syntax Error: Unexpected character: U+0001. (1:3)"},
      {"{ a \xFF }", "Syntax Error: The document is not valid UTF-8. (1:5)"},
      {"{ a(x: 'b') }",
       "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")? (1:8)"},
  };
  for (const BadText& bad : kTexts) EXPECT_EQ(document_problem(bad.text), bad.problem) << bad.text;
}

TEST(Parser, LooksBehindNumbers) {
  constexpr BadText kTexts[] = {
      {"{a(x: 01)}", "Syntax Error: Invalid number, unexpected digit after 0: '1'. (1:8)"},
      {"{a(x: 1.)}", "Syntax Error: Invalid number, expected digit but got: ')'. (1:9)"},
      {"{a(x: 1a)}", "Syntax Error: Invalid number, expected digit but got: 'a'. (1:8)"},
      {"{a(x: 0xF)}", "Syntax Error: Invalid number, expected digit but got: 'x'. (1:8)"},
      {"{a(x: 1_000)}", "Syntax Error: Invalid number, expected digit but got: '_'. (1:8)"},
      {"{a(x: 1.5.5)}", "Syntax Error: Invalid number, expected digit but got: '.'. (1:10)"},
      {"{a(x: 1e)}", "Syntax Error: Invalid number, expected digit but got: ')'. (1:9)"},
      {"{a(x: -", "Syntax Error: Invalid number, expected digit but got: <EOF>. (1:8)"},
      {"{a(x: .5)}", "Syntax Error: Invalid number, expected digit before '.', did you mean '0.5'? (1:7)"},
  };
  for (const BadText& bad : kTexts) EXPECT_EQ(document_problem(bad.text), bad.problem) << bad.text;
  for (const std::string_view good : {"0", "-0", "12", "-1.5e10", "0.0", "1E+2", "1e-2"}) {
    EXPECT_EQ(parse_value(good).text, good);
  }
  EXPECT_EQ(parse_value("1").kind, ast::Value::Kind::kInt);
  EXPECT_EQ(parse_value("1e0").kind, ast::Value::Kind::kFloat);
}

TEST(Parser, ReadsEveryPartOfADocument) {
  const ast::Document document = parse_document(R"(
    query Pictures($ids: [ID!]! @a, $first: Int = 3) @live(on: true) {
      all: pictures(ids: $ids, first: $first) @include(if: true) { id ...Rest ... on Picture @b { name } ... { size } }
    }
    mutation { drop }
    subscription S { drops }
    fragment Rest on Picture @c { id }
  )");
  ASSERT_EQ(document.operations.size(), 3u);
  const ast::Operation& query = document.operations[0];
  EXPECT_EQ(query.name, "Pictures");
  EXPECT_EQ(query.kind, ast::OperationKind::kQuery);
  EXPECT_EQ(query.variables.at(0).type.kind, ast::TypeReference::Kind::kNonNull);
  EXPECT_EQ(query.variables.at(0).type.of->of->of->name, "ID");
  EXPECT_EQ(query.variables.at(0).directives.at(0).name, "a");
  EXPECT_EQ(query.variables.at(1).default_value->text, "3");
  EXPECT_EQ(query.directives.at(0).argument("on")->text, "true");
  const ast::Field& all = field(query.selections, 0);
  EXPECT_EQ(all.response_key(), "all");
  EXPECT_EQ(all.name, "pictures");
  EXPECT_EQ(all.arguments.at(1).value.kind, ast::Value::Kind::kVariable);
  EXPECT_EQ(field(all.selections, 0).response_key(), "id");
  EXPECT_EQ(std::get<ast::FragmentSpread>(all.selections.at(1).node).name, "Rest");
  EXPECT_EQ(std::get<ast::InlineFragment>(all.selections.at(2).node).type_condition, "Picture");
  EXPECT_EQ(std::get<ast::InlineFragment>(all.selections.at(3).node).type_condition, "");
  EXPECT_EQ(document.operations[1].kind, ast::OperationKind::kMutation);
  EXPECT_EQ(document.operations[2].kind, ast::OperationKind::kSubscription);
  EXPECT_EQ(document.fragments.at(0).type_condition, "Picture");
  EXPECT_EQ(document.fragments.at(0).directives.at(0).name, "c");
}

TEST(Parser, TakesKeywordsForNames) {
  const ast::Document document = parse_document("query query { on: fragment(null: 1) { true type } }");
  EXPECT_EQ(document.operations.at(0).name, "query");
  EXPECT_EQ(field(document.operations[0].selections, 0).alias, "on");
}

TEST(Parser, IgnoresWhatHasNoMeaning) {
  const ast::Document document =
      parse_document("\xEF\xBB\xBF,,{ a # comment }\r\n,\t\xEF\xBB\xBF b\r}\n#end");
  const ast::SelectionSet& selections = document.operations.at(0).selections;
  ASSERT_EQ(selections.size(), 2u);
  EXPECT_EQ(field(selections, 0).location.column, 5u);
  EXPECT_EQ(field(selections, 1).location.line, 2u);
  EXPECT_EQ(field(selections, 1).location.column, 5u);
}

TEST(Parser, ReadsEveryKindOfValue) {
  using Kind = ast::Value::Kind;
  const ast::Value value = parse_value(R"({a: [1, 2.5, $v], b: "x", c: RED, d: true, e: null, f: {}})");
  ASSERT_EQ(value.kind, Kind::kObject);
  ASSERT_EQ(value.fields.size(), 6u);
  EXPECT_EQ(value.fields[0].value.items.at(2).kind, Kind::kVariable);
  EXPECT_EQ(value.fields[0].value.items.at(2).text, "v");
  const Kind kinds[] = {Kind::kList, Kind::kString, Kind::kEnum, Kind::kBoolean, Kind::kNull, Kind::kObject};
  for (std::size_t i = 0; i < std::size(kinds); ++i) EXPECT_EQ(value.fields[i].value.kind, kinds[i]) << i;
  EXPECT_THROW(parse_value("1 2"), SyntaxError);
}

TEST(Parser, RefusesDeepNesting) {
  const auto nested = [](std::size_t levels) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) text += "{a";
    return text + std::string(levels, '}');
  };
  EXPECT_EQ(problem([](std::string_view text) { parse_document(text, {.depth = 5}); }, nested(5)), "");
  EXPECT_EQ(problem([](std::string_view text) { parse_document(text, {.depth = 5}); }, nested(6)),
            "Syntax Error: Document is nested more than 5 levels deep. (1:11)");
  for (const std::string_view open : {"[", "{a:", "{a(x:["}) {
    std::string text = "{a(x:";
    for (int i = 0; i < 100'000; ++i) text += open;
    EXPECT_THROW(parse_document(text), SyntaxError);
  }
  EXPECT_THROW(parse_document("query ($x: " + std::string(100'000, '[')), SyntaxError);
}

TEST(Parser, RefusesMoreTokensThanAllowed) {
  EXPECT_NO_THROW(parse_document("{a b}", {.tokens = 4}));
  EXPECT_EQ(problem([](std::string_view text) { parse_document(text, {.tokens = 4}); }, "{a b c}"),
            "Syntax Error: Document contains more than 4 tokens. Parsing aborted. (1:7)");
}

}  // namespace
}  // namespace graphql
