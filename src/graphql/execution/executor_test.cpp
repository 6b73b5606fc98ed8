// Queries: values, errors and where null rises to.
#include "graphql/execution/execution_fixture.h"

namespace execution_testing {
namespace {

TEST_F(Execution, AnswersInDocumentOrder) {
  EXPECT_EQ(run("{ echo(text: \"a\") dog { nick name __typename } __typename }"),
            ok(R"({"echo":"a","dog":{"nick":"R","name":"Rex","__typename":"Dog"},"__typename":"Query"})"));
}

TEST_F(Execution, SkipsAndIncludesByVariables) {
  constexpr std::string_view kDocument =
      "query($yes: Boolean!, $no: Boolean! = false) { dog {"
      " name @include(if: $yes) nick @skip(if: $yes) ... @include(if: $no) { tags }"
      " ... F @skip(if: $no) } } fragment F on Dog { friend { name } }";
  EXPECT_EQ(run(kDocument, R"({"yes": true})"), ok(R"({"dog":{"name":"Rex","friend":{"name":"Tara"}}})"));
  EXPECT_EQ(run(kDocument, R"({"yes": false, "no": true})"), ok(R"({"dog":{"nick":"R","tags":["a","b"]}})"));
  EXPECT_EQ(run("query($a: Boolean!, $b: Boolean!) { dog { name @include(if: $a) @skip(if: $b) nick } }",
                R"({"a": true, "b": true})"),
            ok(R"({"dog":{"nick":"R"}})"));
  EXPECT_EQ(run("{ dog @skip(if: true) { name } echo @include(if: false) }"), ok("{}"));
}

TEST_F(Execution, DoesNotRunWhatIsSkipped) {
  run("query($no: Boolean!) { echo @include(if: $no) }", R"({"no": false})");
  EXPECT_TRUE(echoed_.empty());
}

TEST_F(Execution, MergesFieldsOfOneKey) {
  EXPECT_EQ(run("{ dog { name } dog { nick } ...D } fragment D on Query { dog { name friend { name } friend "
                "{ nick } } }"),
            ok(R"({"dog":{"name":"Rex","nick":"R","friend":{"name":"Tara","nick":null}}})"));
  EXPECT_EQ(run("query($on: Boolean!) { dog @include(if: $on) { nick } dog { name nick @skip(if: true) } }",
                R"({"on": false})"),
            ok(R"({"dog":{"name":"Rex"}})"))
      << "the condition of one does not show its fields in the other";
}

TEST_F(Execution, KnowsFieldsByTheirAliases) {
  EXPECT_EQ(run("{ a: echo(text: \"1\") b: echo(text: \"2\") c: dog { x: name name } }"),
            ok(R"({"a":"1","b":"2","c":{"x":"Rex","name":"Rex"}})"));
}

TEST_F(Execution, GivesArgumentsWithDefaultsAndVariables) {
  EXPECT_EQ(run("query($t: String, $n: Int) { a: echo b: echo(text: $t, count: $n) c: echo(text: null) }",
                R"({"n": 3})"),
            ok(R"({"a":"silence","b":"silence","c":null})"));
  EXPECT_THAT(echoed_,
              ElementsAre(R"({"text":"silence"})", R"({"text":"silence","count":3})", R"({"text":null})"));
}

TEST_F(Execution, ReportsEveryBadVariableBeforeAnythingRuns) {
  const std::string response =
      run("query($t: String!, $n: Int) { echo(text: $t, count: $n) }", R"({"n": "many"})");
  EXPECT_THAT(response, HasSubstr("Variable '$t' of required type 'String!' was not provided."));
  EXPECT_THAT(response, HasSubstr("Variable '$n' got invalid value 'many'"));
  EXPECT_THAT(response, testing::StartsWith("{\"data\":null,\"errors\":["));
  EXPECT_TRUE(echoed_.empty());
}

TEST_F(Execution, TellsTypesApartByTheirVariant) {
  EXPECT_EQ(
      run("{ pets { __typename name ... on Cat { lives } ... on Dog { nick } } }"),
      ok(R"({"pets":[{"__typename":"Cat","name":"Tom","lives":9},)"
         R"({"__typename":"Dog","name":"Rex","nick":"R"},{"__typename":"Cat","name":"Kit","lives":8}]})"));
}

TEST_F(Execution, RefusesValuesThatFitNoVariant) {
  data_ = Json::parse(R"({"pets": [{"kind": "FISH", "name": "Bub"}]})");
  EXPECT_THAT(run("{ pets { name } }"), HasSubstr("A stored value fits no type of Pet."));
}

TEST_F(Execution, FailsOneElementAlone) {
  const std::string response = run("{ dogs { name barks } }");
  EXPECT_EQ(response, R"({"data":{"dogs":[{"name":"Ada","barks":1},null,null,{"name":"Bo","barks":1}]},)"
                      R"("errors":[{"message":"No bark.","locations":[{"line":1,"column":15}],)"
                      R"("path":["dogs",2,"barks"],"extensions":{"code":"NOT_FOUND"}}]})");
}

TEST_F(Execution, LetsNullRiseToTheNearestNullablePlace) {
  EXPECT_THAT(run("{ strictDogs { barks } }"),
              testing::StartsWith(R"({"data":{"strictDogs":null},"errors")"));
  data_ = Json::parse(
      R"({"dog": {"name": "Rex", "friend": {"name": "Tara", "strict_friend": {"name": "Xia"}}}})");
  EXPECT_THAT(
      run("{ dog { name friend { strictFriend { barks } } } }"),
      testing::StartsWith(R"({"data":{"dog":{"name":"Rex","friend":null}},"errors":[{"message":"No bark.")"));
}

TEST_F(Execution, LetsNullRiseToTheRoot) {
  data_ = Json::parse(R"({"strictDog": null, "dog": {"name": "Rex"}})");
  EXPECT_EQ(
      run("{ dog { name } strictDog { name } }"),
      R"({"data":null,"errors":[{"message":"Cannot return null for non-nullable field Query.strictDog.",)"
      R"("locations":[{"line":1,"column":16}],"path":["strictDog"],"extensions":{"code":"INTERNAL_ERROR"}}]})");
}

TEST_F(Execution, NamesTheElementThatMayNotBeNull) {
  data_ =
      Json::parse(R"({"dog": {"name": "Rex", "tags": ["a", null]}, "strictDogs": [{"name": "Ada"}, null]})");
  EXPECT_EQ(
      run("{ dog { name tags } strictDogs { name } }"),
      R"({"data":{"dog":{"name":"Rex","tags":null},"strictDogs":null},"errors":[)"
      R"({"message":"Cannot return null for non-nullable field Query.strictDogs.",)"
      R"("locations":[{"line":1,"column":21}],"path":["strictDogs",1],)"
      R"("extensions":{"code":"INTERNAL_ERROR"}},)"
      R"({"message":"Cannot return null for non-nullable field Dog.tags.","locations":[{"line":1,"column":14}],)"
      R"("path":["dog","tags",1],"extensions":{"code":"INTERNAL_ERROR"}}]})");
}

TEST_F(Execution, FailsAWholeFieldForAllItsParents) {
  EXPECT_EQ(
      run("{ a: dog { name broken } }"),
      R"({"data":{"a":{"name":"Rex","broken":null}},"errors":[{"message":"Broken.",)"
      R"("locations":[{"line":1,"column":17}],"path":["a","broken"],"extensions":{"code":"CONFLICT"}}]})");
}

TEST_F(Execution, ReportsAHundredErrorsAtMost) {
  Json dogs = Json::array();
  for (int i = 0; i < 250; ++i) dogs.push_back(Json::parse(R"({"name":"Xi"})"));
  data_ = Json::object({{"dogs", dogs}});
  const Json response = Json::parse(run("{ dogs { barks } }"));
  EXPECT_EQ(response["errors"].items().size(), 100U);
  EXPECT_EQ(response["data"]["dogs"].items().size(), 250U);
}

TEST_F(Execution, ChecksNumbersThatLeave) {
  data_ = Json::parse(R"({"vast": 5000000000})");
  EXPECT_THAT(run("{ vast }"),
              testing::StartsWith(R"({"data":{"vast":null},"errors":[{"message":"Int cannot)"));
}

TEST_F(Execution, AsksWhetherTheCallerMay) {
  EXPECT_THAT(run("{ echo forbidden }"), AllOf(HasSubstr(R"("echo":"silence","forbidden":null)"),
                                               HasSubstr(R"("code":"PERMISSION_DENIED")")));
}

TEST_F(Execution, SaysWhatIsNotBuilt) {
  EXPECT_THAT(run("{ missing }"),
              AllOf(HasSubstr("Query.missing is not built yet."), HasSubstr("NOT_IMPLEMENTED")));
  EXPECT_THAT(run("mutation { unbuilt { text } }"),
              AllOf(HasSubstr("Mutation.unbuilt is not built yet."), HasSubstr("NOT_IMPLEMENTED")));
}

TEST_F(Execution, DoesNothingWhoseResultCouldNotBeRead) {
  EXPECT_THAT(run("mutation { half { text draft } }"),
              AllOf(HasSubstr("Half.draft is not built yet."), HasSubstr(R"("data":{"half":null})")));
  EXPECT_EQ(halves_, 0);
  EXPECT_EQ(run("mutation { half { text } }"), R"({"data":{"half":{"text":"a"}}})");
  EXPECT_EQ(halves_, 1);
}

TEST_F(Execution, WantsQueriesToAnswerAtOnce) {
  EXPECT_THAT(run("{ late }"), HasSubstr("The query late answered too late."));
}

TEST_F(Execution, RefusesSubscriptionsWithoutASocket) {
  EXPECT_THAT(run("subscription { notes(of: \"a\") { text } }"),
              HasSubstr("Subscriptions are only available over WebSocket."));
}

}  // namespace
}  // namespace execution_testing
