#include "graphql/schema/coercion.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "graphql/language/parser.h"

namespace graphql {
namespace {

const Schema& schema() {
  static const auto kSchema = Schema::from_sdl({R"(
    type Query { x(in: In, o: Order, page: Page! = {limit: 7}, ids: [ID!], n: Int! = 4, must: Int!, any: JSON): Int }
    enum Color { RED GREEN BLUE }
    input In { i: Int b: Boolean! c: Color s: String f: Float id: ID l: [Int] n: In any: JSON d: Int! = 3 }
    input Order @oneOf { n: Int name: String }
    input Page { offset: Int! = 0 limit: Int }
    scalar JSON scalar ByteCount scalar DateTime scalar UUID scalar Identifier scalar MediaLike scalar Mystery
  )"});
  return *kSchema;
}

// Variables as JSON, or the messages, one a line.
std::string variables(std::string_view declarations, std::string_view given) {
  const ast::Document document = parse_document("query E(" + std::string(declarations) + ") { x }");
  std::vector<ResponseError> errors;
  const base::Json coerced =
      coerce_variables(schema(), document.operations.at(0), base::Json::parse(given), errors);
  if (errors.empty()) return coerced.dump();
  std::string messages;
  for (const ResponseError& error : errors) {
    EXPECT_EQ(error.extensions["code"], base::Json(base::code::kValidation));
    EXPECT_EQ(error.locations.size(), 1u);
    messages += (messages.empty() ? "" : "\n") + error.message;
  }
  return messages;
}

// `$x: type` with this value: what it becomes, or what is said about it.
std::string variable(std::string_view type, std::string_view value) {
  const std::string result = variables("$x: " + std::string(type), "{\"x\":" + std::string(value) + "}");
  return result.starts_with("{\"x\":") ? result.substr(5, result.size() - 6) : result;
}

struct Case {
  std::string_view type;
  std::string_view value;
  std::string_view expected;
};

TEST(Variables, AreReadByTheirType) {
  constexpr Case kCases[] = {
      {"Int", "1", "1"},
      {"Int", "1.0", "1"},
      {"Int", "-2147483648", "-2147483648"},
      {"Int", "null", "null"},
      {"Float", "1", "1"},
      {"Float", "2.50", "2.50"},
      {"String", R"("é\n")", R"("é\n")"},
      {"Boolean", "false", "false"},
      {"ID", "5", R"("5")"},
      {"ID", R"("@mikro/image")", R"("@mikro/image")"},
      {"ID", "123456789012345678901234567890", R"("123456789012345678901234567890")"},
      {"Color", R"("RED")", R"("RED")"},
      {"[Int]", "1", "[1]"},
      {"[[Int]]", "1", "[[1]]"},
      {"[Int]", "[1,null]", "[1,null]"},
      {"[Int!]!", "[]", "[]"},
      {"ByteCount", "5000000000", "5000000000"},
      {"ByteCount", R"("5000000000")", "5000000000"},
      {"ByteCount", "5.0", "5"},
      {"DateTime", R"("2026-01-02T03:04:05.678901Z")", R"("2026-01-02T03:04:05.678901+00:00")"},
      {"DateTime", R"("2026-01-02 03:04+02:00")", R"("2026-01-02T01:04:00+00:00")"},
      {"DateTime", R"("2026-01-02")", R"("2026-01-02T00:00:00+00:00")"},
      {"UUID", R"("0AF1B2C3-0000-4000-8000-00000000000F")", R"("0af1b2c3-0000-4000-8000-00000000000f")"},
      {"UUID", R"("0af1b2c300004000800000000000000f")", R"("0af1b2c3-0000-4000-8000-00000000000f")"},
      {"Identifier", R"("@a/b")", R"("@a/b")"},
      {"MediaLike", R"("7")", R"("7")"},
      {"JSON", R"({"a":[1,1.0,NaN,null,"x"]})", R"({"a":[1,1.0,NaN,null,"x"]})"},
      {"Mystery", R"([{}])", R"([{}])"},
      {"In", R"({"b":true})", R"({"b":true,"d":3})"},
      {"In", R"({"d":null,"b":true,"i":null})", R"({"i":null,"b":true,"d":3})"},
      {"In", R"({"b":true,"n":{"b":false,"l":2}})", R"({"b":true,"n":{"b":false,"l":[2],"d":3},"d":3})"},
      {"Order", R"({"n":1})", R"({"n":1})"},
      {"Page!", R"({"offset":null})", R"({"offset":0})"},
  };
  for (const Case& each : kCases) EXPECT_EQ(variable(each.type, each.value), each.expected) << each.value;
}

TEST(Variables, AreRefusedInTheReferencesWords) {
  constexpr Case kCases[] = {
      {"In", R"({"i":"1","b":true})",
       "Variable '$x' got invalid value '1' at 'x.i'; Int cannot represent non-integer value: '1'"},
      {"In", R"({"b":null})",
       "Variable '$x' got invalid value None at 'x.b'; Expected non-nullable type 'Boolean!' not to be "
       "None."},
      {"In", R"({"b":true,"c":"red"})",
       "Variable '$x' got invalid value 'red' at 'x.c'; Value 'red' does not exist in 'Color' enum. Did you "
       "mean the "
       "enum value 'RED'?"},
      {"In", R"({"b":true,"zzz":1})",
       "Variable '$x' got invalid value {'b': True, 'zzz': 1}; Field 'zzz' is not defined by type 'In'."},
      {"Page", R"({"ofset":1})",
       "Variable '$x' got invalid value {'ofset': 1}; Field 'ofset' is not defined by type 'Page'. Did you "
       "mean "
       "'offset'?"},
      {"In", "{}",
       "Variable '$x' got invalid value {}; Field 'b' of required type 'Boolean!' was not provided."},
      {"In", R"({"b":true,"n":{"b":true,"l":[1,"a"]}})",
       "Variable '$x' got invalid value 'a' at 'x.n.l[1]'; Int cannot represent non-integer value: 'a'"},
      {"In", "[1]", "Variable '$x' got invalid value [1]; Expected type 'In' to be a mapping."},
      {"In!", "null", "Variable '$x' of non-null type 'In!' must not be null."},
      {"Int", "1.5", "Variable '$x' got invalid value 1.5; Int cannot represent non-integer value: 1.5"},
      {"Int", "true", "Variable '$x' got invalid value True; Int cannot represent non-integer value: True"},
      {"Int", "2147483648",
       "Variable '$x' got invalid value 2147483648; Int cannot represent non 32-bit signed integer value: "
       "2147483648"},
      {"Int", "123456789012345678901234567890",
       "Variable '$x' got invalid value 123456789012345678901234567890; Int cannot represent non 32-bit "
       "signed "
       "integer value: 123456789012345678901234567890"},
      {"Float", R"("1")",
       "Variable '$x' got invalid value '1'; Float cannot represent non numeric value: '1'"},
      {"Float", "NaN", "Variable '$x' got invalid value nan; Float cannot represent non numeric value: nan"},
      {"String", "1", "Variable '$x' got invalid value 1; String cannot represent a non string value: 1"},
      {"Boolean", "1", "Variable '$x' got invalid value 1; Boolean cannot represent a non boolean value: 1"},
      {"ID", "1.5", "Variable '$x' got invalid value 1.5; ID cannot represent value: 1.5"},
      {"ID", "true", "Variable '$x' got invalid value True; ID cannot represent value: True"},
      {"Color", "1", "Variable '$x' got invalid value 1; Enum 'Color' cannot represent non-string value: 1."},
      {"[Int!]", "[1,null]",
       "Variable '$x' got invalid value None at 'x[1]'; Expected non-nullable type 'Int!' not to be None."},
      {"ByteCount", R"("5 MB")",
       "Variable '$x' got invalid value '5 MB'; ByteCount cannot represent value: '5 MB'"},
      {"DateTime", R"("notadate")",
       "Variable '$x' got invalid value 'notadate'; Value cannot represent a DateTime: \"notadate\". "
       "Expected ISO "
       "8601, such as 2026-01-02T03:04:05+00:00."},
      {"DateTime", R"("2026-02-30")",
       "Variable '$x' got invalid value '2026-02-30'; Value cannot represent a DateTime: \"2026-02-30\". "
       "Expected ISO "
       "8601, such as 2026-01-02T03:04:05+00:00."},
      {"UUID", R"("0af1")",
       "Variable '$x' got invalid value '0af1'; Value cannot represent a UUID: \"0af1\". Expected 32 "
       "hexadecimal "
       "digits."},
      {"Identifier", "7",
       "Variable '$x' got invalid value 7; Identifier cannot represent a non string value: 7"},
      {"Order", "{}",
       "Variable '$x' got invalid value {}; Exactly one key must be specified for OneOf type 'Order'."},
      {"Order", R"({"n":1,"name":"a"})",
       "Variable '$x' got invalid value {'n': 1, 'name': 'a'}; Exactly one key must be specified for OneOf "
       "type "
       "'Order'."},
      {"Order", R"({"n":null})",
       "Variable '$x' got invalid value None at 'x.n'; Field 'n' must be non-null."},
      {"Query", "1", "Variable '$x' expected value of type 'Query' which cannot be used as an input type."},
  };
  for (const Case& each : kCases) EXPECT_EQ(variable(each.type, each.value), each.expected) << each.value;
}

TEST(Variables, CannotHoldTheNulCharacter) {
  constexpr Case kCases[] = {{"String", R"("a\u0000")", ""},   {"ID", R"("\u0000")", ""},
                             {"MediaLike", R"("\u0000")", ""}, {"JSON", R"({"a":["\u0000"]})", ""},
                             {"JSON", R"({"\u0000":1})", ""},  {"In", R"({"b":true,"s":"\u0000"})", ""}};
  for (const Case& each : kCases) {
    EXPECT_NE(variable(each.type, each.value).find("cannot contain the character U+0000"), std::string::npos)
        << each.value;
  }
}

TEST(Variables, FallBackToDefaults) {
  EXPECT_EQ(variables("$a: Int = 3, $b: Int! = 4, $c: Int", "{}"), R"({"a":3,"b":4})");
  EXPECT_EQ(variables("$a: Int = 3, $b: Int! = 4, $c: Int", R"({"a":null,"b":null,"c":null})"),
            R"({"a":null,"b":4,"c":null})");
  EXPECT_EQ(variables("$p: Page = {limit: 2}", "{}"), R"({"p":{"offset":0,"limit":2}})");
  EXPECT_EQ(variables("$a: In!", "{}"), "Variable '$a' of required type 'In!' was not provided.");
}

TEST(Variables, IgnoreWhatTheOperationDoesNotDeclare) {
  EXPECT_EQ(variables("$a: Int", R"({"b":1})"), "{}");
  EXPECT_EQ(variables("$a: Int", "null"), "{}");
}

TEST(Variables, ReportEveryProblemUpToALimit) {
  EXPECT_EQ(variables("$a: Int!, $b: Int", R"({"b":"x"})"),
            "Variable '$a' of required type 'Int!' was not provided.\n"
            "Variable '$b' got invalid value 'x'; Int cannot represent non-integer value: 'x'");
  std::string many = "{\"x\":[";
  for (int i = 0; i < 1000; ++i) many += "true,";
  const std::string messages = variables("$x: [Int]", many + "true]}");
  EXPECT_EQ(std::count(messages.begin(), messages.end(), '\n'), 49);
  EXPECT_TRUE(
      messages.ends_with("Too many errors processing variables, error limit reached. Execution aborted."));
}

TEST(CoerceValue, NamesWhereTheValueStands) {
  const Type& type = *schema().type("In")->self;
  EXPECT_EQ(coerce_value(base::Json::parse(R"({"b":true})"), type, "x").dump(), R"({"b":true,"d":3})");
  try {
    coerce_value(base::Json::parse(R"({"b":true,"i":"1"})"), type, "x");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    EXPECT_EQ(error.message(), "Invalid value '1' at 'x.i'; Int cannot represent non-integer value: '1'");
  }
}

std::string argument(std::string_view written, std::string_view given = "{}") {
  const ast::Document document = parse_document("{ x(" + std::string(written) + ") }");
  const auto& field = std::get<ast::Field>(document.operations.at(0).selections.at(0).node);
  const std::string_view name = field.arguments.at(0).name;
  const base::Json coerced_variables = base::Json::parse(given);
  try {
    std::vector<InputValue> definitions = {*schema().query()->field("x")->argument(name)};
    return coerce_arguments(definitions, field.arguments, &coerced_variables).dump();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return error.message();
  }
}

TEST(Arguments, AreReadFromLiterals) {
  EXPECT_EQ(argument("in: {b: true, c: RED, f: 1, id: 5, l: 1}"),
            R"({"in":{"b":true,"c":"RED","f":1,"id":"5","l":[1],"d":3}})");
  EXPECT_EQ(argument("any: {a: RED, b: [1, 1.0, null, \"x\", true]}"),
            R"({"any":{"a":"RED","b":[1,1.0,null,"x",true]}})");
  EXPECT_EQ(argument("ids: 7"), R"({"ids":["7"]})");
  EXPECT_EQ(argument("n: null"), R"({"n":4})");
  EXPECT_EQ(argument("in: {b: true, d: null}"), R"({"in":{"b":true,"d":3}})");
  EXPECT_EQ(argument("in: null"), R"({"in":null})");
  EXPECT_EQ(argument("o: {n: 1}"), R"({"o":{"n":1}})");
}

TEST(Arguments, TakeVariablesAsTheyAre) {
  EXPECT_EQ(argument("in: $v"), "{}");
  EXPECT_EQ(argument("in: $v", R"({"v":null})"), R"({"in":null})");
  EXPECT_EQ(argument("n: $v"), R"({"n":4})");
  EXPECT_EQ(argument("n: $v", R"({"v":null})"), R"({"n":4})");
  EXPECT_EQ(argument("n: $v", R"({"v":9})"), R"({"n":9})");
  EXPECT_EQ(argument("page: {offset: $v, limit: $w}"), R"({"page":{"offset":0}})");
  EXPECT_EQ(argument("page: {offset: $v, limit: $w}", R"({"v":null,"w":null})"),
            R"({"page":{"offset":0,"limit":null}})");
  EXPECT_EQ(argument("in: {b: true, l: [1, $v]}"), R"({"in":{"b":true,"l":[1,null],"d":3}})");
  EXPECT_EQ(argument("any: {a: $v, b: $w, c: [$v]}", R"({"w":[1]})"), R"({"any":{"b":[1],"c":[null]}})");
}

TEST(Arguments, AreRefusedWithTheReason) {
  const std::pair<std::string, std::string> kCases[] = {
      {argument("must: null"), "Argument 'must' of non-null type 'Int!' must not be null."},
      {argument("must: $v"),
       "Argument 'must' of required type 'Int!' was provided the variable '$v' which was not provided a "
       "runtime "
       "value."},
      {argument("must: 1.0"), "Int cannot represent non-integer value: 1.0"},
      {argument("must: \"1\""), "Int cannot represent non-integer value: \"1\""},
      {argument("must: 2147483648"), "Int cannot represent non 32-bit signed integer value: 2147483648"},
      {argument("in: {b: true, f: 1e999}"), "Float cannot represent non numeric value: 1e999"},
      {argument("ids: [1, $v]"), "Expected non-nullable type 'ID!' not to be None."},
      {argument("in: {b: 1}"), "Boolean cannot represent a non boolean value: 1"},
      {argument("in: {b: true, s: RED}"), "String cannot represent a non string value: RED"},
      {argument("in: {b: true, s: \"\\u0000\"}"), "Text cannot contain the character U+0000."},
      {argument("in: {b: true, id: 1.5}"), "ID cannot represent value: 1.5"},
      {argument("in: {b: true, c: \"RED\"}"),
       "Enum 'Color' cannot represent non-enum value: \"RED\". Did you mean the enum value 'RED'?"},
      {argument("in: {}"), "Field 'In.b' of required type 'Boolean!' was not provided."},
      {argument("in: 3"), "Expected value of type 'In', found 3."},
      {argument("o: {n: 1, name: \"a\"}"), "OneOf Input Object 'Order' must specify exactly one key."},
      {argument("o: {}"), "OneOf Input Object 'Order' must specify exactly one key."},
      {argument("o: {n: null}"), "Field 'Order.n' must be non-null."},
      {argument("o: {n: $v}"), "Field 'Order.n' must be non-null."},
  };
  for (const auto& [found, expected] : kCases) EXPECT_EQ(found, expected);
}

TEST(Literals, ReportAnAbsentVariable) {
  const base::Json none = base::Json::object();
  bool absent = false;
  coerce_literal(parse_value("$v"), *schema().type("Int")->self, &none, &absent);
  EXPECT_TRUE(absent);
  coerce_literal(parse_value("1"), *schema().type("Int")->self, &none, &absent);
  EXPECT_FALSE(absent);
  EXPECT_THROW(coerce_literal(parse_value("$v"), *schema().type("Int")->self, nullptr, &absent), base::Error);
}

TEST(Output, RefusesWhatTheTypeCannotRepresent) {
  struct Output {
    const char* type;
    base::Json value;
    const char* problem;
  };
  const Output kCases[] = {
      {"Int", 5, ""},
      {"Int", base::Json(std::int64_t{1} << 40),
       "Int cannot represent non 32-bit signed integer value: 1099511627776"},
      {"Int", 1.5, "Int cannot represent non-integer value: 1.5"},
      {"Float", 1.5, ""},
      {"Float", base::Json::Number{"NaN"}, "Float cannot represent non numeric value: nan"},
      {"String", "x", ""},
      {"String", 1, "String cannot represent value: 1"},
      {"ID", 5, ""},
      {"Boolean", 1, "Boolean cannot represent a non boolean value: 1"},
      {"Color", "RED", ""},
      {"Color", "red", "Enum 'Color' cannot represent value: 'red'"},
      {"JSON", base::Json::array({1}), ""},
  };
  for (const Output& each : kCases) {
    std::string found;
    try {
      check_output(*schema().type(each.type), each.value);
    } catch (const base::Error& error) {
      found = error.message();
    }
    EXPECT_EQ(found, each.problem) << each.type;
  }
}

}  // namespace
}  // namespace graphql
