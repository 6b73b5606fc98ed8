// Documents run against code that answers from JSON.
#include "graphql/execution/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "graphql/language/parser.h"

namespace {

using base::Json;
using graphql::Batch;
using graphql::Cell;
using graphql::FieldDef;
using graphql::NamedType;
using graphql::RequestContext;
using graphql::ResolverMap;
using graphql::Response;
using graphql::RootAction;
using graphql::RootStream;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSchema = R"(
  type Query {
    dog: Dog
    strictDog: Dog!
    dogs: [Dog]
    strictDogs: [Dog!]
    pets: [Pet!]!
    echo(text: String = "silence", count: Int): String
    vast: Int
    forbidden: String
    missing: String
    late: String
  }
  interface Pet @variant(by: "kind") { name: String! }
  type Dog implements Pet @value @variant(value: "DOG") {
    name: String!  nick: String  friend: Dog  strictFriend: Dog!  tags: [String!]  broken: String  barks: Int!
  }
  type Cat implements Pet @value @variant(value: "CAT") { name: String!  lives: Int }
  enum Colour { RED @deprecated BLUE @deprecated(reason: "faded") GREEN }
  input Wish @oneOf { colour: Colour  text: String }
  type Mutation { note(text: String!): Note!  refuse: Note  unbuilt: Note }
  type Note @value { text: String!  seen: Int! }
  type Subscription { notes(of: String!): Note!  silent: Note }
)";

/// The answer of a root field is looked up in `answers` by its name.
class FromCode : public RootAction {
 public:
  using Function = std::function<Json(const Json&)>;
  explicit FromCode(Function function) : function_(std::move(function)) {}
  void run(RequestContext&, const graphql::PlanField&, Json arguments, Done done) const override {
    Json value;
    try {
      value = function_(arguments);
    } catch (...) {
      return done(std::current_exception(), {});
    }
    done(nullptr, std::move(value));
  }

 private:
  Function function_;
};

/// Answers when the test says so.
class Later : public RootAction {
 public:
  explicit Later(std::vector<std::pair<Json, Done>>& waiting) : waiting_(waiting) {}
  void run(RequestContext&, const graphql::PlanField&, Json arguments, Done done) const override {
    waiting_.emplace_back(std::move(arguments), std::move(done));
  }

 private:
  std::vector<std::pair<Json, Done>>& waiting_;
};

class RootValue : public graphql::Resolver {
 public:
  void finish(Batch& batch) const override {
    batch.out.set(0, graphql::json_cell(batch.parents[0].json(), *batch.field.type, batch.out));
  }
};

/// Fails for the parents whose name begins with a capital X.
class FailsForSome : public graphql::Resolver {
 public:
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const Json& name = batch.parents[i].json()["name"];
      if (name.as_string().starts_with("X")) {
        batch.out.fail(i,
                       std::make_exception_ptr(base::Error(base::code::kNotFound, std::string("No bark."))));
      } else {
        batch.out.set(i, Cell::of(std::int64_t{1}));
      }
    }
  }
};

class FailsAlways : public graphql::Resolver {
 public:
  void finish(Batch&) const override { throw base::Error(base::code::kConflict, std::string("Broken.")); }
};

class Notes : public RootStream {
 public:
  Notes(Emit& emit, Json& arguments) : emit_(emit), arguments_(arguments) {}
  std::shared_ptr<void> subscribe(RequestContext&, const Json& arguments, Emit emit) const override {
    arguments_ = arguments;
    emit_ = std::move(emit);
    return std::make_shared<int>(0);
  }

 private:
  Emit& emit_;
  Json& arguments_;
};

class Execution : public testing::Test {
 protected:
  Execution() {
    for (const NamedType* type : schema_->types()) {
      if (graphql::ast::find_directive(type->directives, "value") == nullptr) continue;
      for (const FieldDef& field : type->fields) resolvers_->set(field, graphql::json_field_resolver(field));
    }
    resolvers_->set(field("Dog", "barks"), std::make_shared<FailsForSome>());
    resolvers_->set(field("Dog", "broken"), std::make_shared<FailsAlways>());
    for (const char* name : {"dog", "strictDog", "dogs", "strictDogs", "pets", "vast", "forbidden"}) {
      answer("Query", name, [this, name](const Json&) { return data_[name]; });
    }
    answer("Query", "echo", [this](const Json& arguments) {
      echoed_.push_back(arguments.dump());
      return arguments["text"];
    });
    answer("Mutation", "refuse", [](const Json&) -> Json {
      throw base::Error(base::code::kValidation, std::string("No notes today."));
    });
    resolvers_->set(field("Query", "late"), std::make_shared<RootValue>());
    resolvers_->set_action(field("Query", "late"), std::make_shared<Later>(waiting_));
    resolvers_->set(field("Mutation", "note"), std::make_shared<RootValue>());
    resolvers_->set_action(field("Mutation", "note"), std::make_shared<Later>(waiting_));
    resolvers_->set(field("Subscription", "notes"), std::make_shared<RootValue>());
    resolvers_->set_stream(field("Subscription", "notes"), std::make_shared<Notes>(emit_, stream_arguments_));
    graphql::add_introspection(*schema_, *resolvers_);
    resolvers_->authorize = [](RequestContext&, const FieldDef& asked) {
      if (asked.name == "forbidden") {
        throw base::Error(base::code::kPermissionDenied, std::string("Not for you."));
      }
    };
  }

  const FieldDef& field(std::string_view type, std::string_view name) const {
    return *schema_->type(type)->field(name);
  }
  void answer(std::string_view type, std::string_view name, FromCode::Function function) {
    resolvers_->set(field(type, name), std::make_shared<RootValue>());
    resolvers_->set_action(field(type, name), std::make_shared<FromCode>(std::move(function)));
  }

  std::shared_ptr<const graphql::Plan> plan(std::string_view text) const {
    auto document = std::make_shared<const graphql::ast::Document>(graphql::parse_document(text));
    return graphql::Plan::make(*schema_, *resolvers_, document, document->operations.front());
  }
  void start(std::string_view document, std::string_view variables = "{}") {
    graphql::Executor::Hooks hooks;
    hooks.around = [this](const std::function<void()>& resolve) {
      ++stretches_;
      resolve();
    };
    hooks.resume = [this](std::function<void()> rest) { resumed_.push_back(std::move(rest)); };
    executor_.execute(plan(document), Json::parse(variables), std::make_shared<RequestContext>(),
                      std::move(hooks),
                      [this](Response response) { responses_.push_back(std::move(response.json)); });
  }
  std::string run(std::string_view document, std::string_view variables = "{}") {
    responses_.clear();
    start(document, variables);
    return responses_.size() == 1 ? responses_[0] : "no response";
  }
  static std::string ok(std::string_view data) { return "{\"data\":" + std::string(data) + "}"; }

  std::shared_ptr<const graphql::Schema> schema_ = graphql::Schema::from_sdl({kSchema});
  std::shared_ptr<ResolverMap> resolvers_ = std::make_shared<ResolverMap>();
  graphql::Executor executor_{schema_, resolvers_};
  Json data_ = Json::parse(R"({
    "dog": {"kind": "DOG", "name": "Rex", "nick": "R", "tags": ["a", "b"], "friend": {"name": "Tara"}},
    "dogs": [{"name": "Ada"}, null, {"name": "Xia"}, {"name": "Bo"}],
    "strictDogs": [{"name": "Ada"}, {"name": "Xia"}],
    "pets": [{"kind": "CAT", "name": "Tom", "lives": 9}, {"kind": "DOG", "name": "Rex", "nick": "R"},
             {"kind": "CAT", "name": "Kit", "lives": 8}]
  })");
  std::vector<std::string> echoed_;
  std::vector<std::pair<Json, RootAction::Done>> waiting_;
  std::vector<std::function<void()>> resumed_;
  std::vector<std::string> responses_;
  RootStream::Emit emit_;
  Json stream_arguments_;
  int stretches_ = 0;
};

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
      R"({"message":"Cannot return null for non-nullable field Dog.tags.","locations":[{"line":1,"column":14}],)"
      R"("path":["dog","tags",1],"extensions":{"code":"INTERNAL_ERROR"}},)"
      R"({"message":"Cannot return null for non-nullable field Query.strictDogs.",)"
      R"("locations":[{"line":1,"column":21}],"path":["strictDogs",1],)"
      R"("extensions":{"code":"INTERNAL_ERROR"}}]})");
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

TEST_F(Execution, WantsQueriesToAnswerAtOnce) {
  EXPECT_THAT(run("{ late }"), HasSubstr("The query late answered too late."));
}

TEST_F(Execution, RefusesSubscriptionsWithoutASocket) {
  EXPECT_THAT(run("subscription { notes(of: \"a\") { text } }"),
              HasSubstr("Subscriptions are only available over WebSocket."));
}

// --- mutations --------------------------------------------------------------

constexpr std::string_view kTwoNotes =
    R"(mutation { a: note(text: "1") { text } b: note(text: "2") { seen } })";

TEST_F(Execution, RunsMutationsOneAfterTheOther) {
  start(kTwoNotes);
  ASSERT_EQ(waiting_.size(), 1U) << "the second waits for the first";
  EXPECT_EQ(waiting_[0].first.dump(), R"({"text":"1"})");
  waiting_[0].second(nullptr, Json::parse(R"({"text":"one","seen":1})"));
  ASSERT_EQ(resumed_.size(), 1U) << "an answer from elsewhere goes on where resume puts it";
  EXPECT_EQ(waiting_.size(), 1U);
  std::exchange(resumed_, {})[0]();
  ASSERT_EQ(waiting_.size(), 2U);
  EXPECT_TRUE(responses_.empty());
  waiting_[1].second(nullptr, Json::parse(R"({"text":"two","seen":2})"));
  std::exchange(resumed_, {})[0]();
  EXPECT_THAT(responses_, ElementsAre(ok(R"({"a":{"text":"one"},"b":{"seen":2}})")));
  EXPECT_EQ(stretches_, 2) << "each selection reads on its own";
}

TEST_F(Execution, GoesOnAfterAMutationFailed) {
  EXPECT_EQ(run("mutation { refuse { text } again: refuse { text } }"),
            R"({"data":{"refuse":null,"again":null},"errors":[)"
            R"({"message":"No notes today.","locations":[{"line":1,"column":12}],"path":["refuse"],)"
            R"("extensions":{"code":"VALIDATION_ERROR"}},)"
            R"({"message":"No notes today.","locations":[{"line":1,"column":28}],"path":["again"],)"
            R"("extensions":{"code":"VALIDATION_ERROR"}}]})");
}

TEST_F(Execution, ReportsAMutationThatFailsLater) {
  start(kTwoNotes);
  waiting_[0].second(std::make_exception_ptr(base::Error(base::code::kConflict, std::string("Taken."))), {});
  std::exchange(resumed_, {})[0]();
  waiting_.at(1).second(nullptr, Json::parse(R"({"seen":2})"));
  std::exchange(resumed_, {})[0]();
  EXPECT_THAT(responses_, ElementsAre(AllOf(HasSubstr(R"({"data":null,)"), HasSubstr("Taken."))));
}

// --- subscriptions ----------------------------------------------------------

class Subscriptions : public Execution {
 protected:
  static void directly(const std::function<void()>& resolve) { resolve(); }
};

TEST_F(Subscriptions, TurnEventsIntoResponses) {
  const auto notes = plan("subscription($of: String!) { n: notes(of: $of) { seen text } }");
  const Json variables = Json::parse(R"({"of": "me"})");
  RequestContext context;
  std::vector<Json> events;
  const auto handle =
      executor_.subscribe(*notes, variables, context, [&](Json event) { events.push_back(event); });
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(stream_arguments_.dump(), R"({"of":"me"})");
  emit_(Json::parse(R"({"text":"hi","seen":0})"));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(executor_.execute_event(*notes, variables, context, events[0], directly).json,
            ok(R"({"n":{"seen":0,"text":"hi"}})"));
  EXPECT_THAT(
      executor_.execute_event(*notes, variables, context, Json::parse(R"({"text":"hi"})"), directly).json,
      HasSubstr("Cannot return null for non-nullable field Note.seen."));
}

TEST_F(Subscriptions, RefuseBeforeTheyBegin) {
  RequestContext context;
  EXPECT_THROW(executor_.subscribe(*plan("subscription($of: String!) { notes(of: $of) { seen } }"),
                                   Json::object(), context, {}),
               base::Error);
  EXPECT_THROW(executor_.subscribe(*plan("subscription { silent { seen } }"), Json::object(), context, {}),
               base::Error);
  EXPECT_FALSE(emit_);
}

// --- introspection ----------------------------------------------------------

// What graphql-js's getIntrospectionQuery asks with every option on.
constexpr std::string_view kIntrospection = R"(
  query IntrospectionQuery {
    __schema {
      description
      queryType { name kind }
      mutationType { name kind }
      subscriptionType { name kind }
      types { ...FullType }
      directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
    }
  }
  fragment FullType on __Type {
    kind name description specifiedByURL isOneOf
    fields(includeDeprecated: true) {
      name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
      isDeprecated deprecationReason
    }
    inputFields(includeDeprecated: true) { ...InputValue }
    interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef }
  }
  fragment InputValue on __InputValue {
    name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
  }
  fragment TypeRef on __Type {
    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
  }
)";

class Introspection : public Execution {
 protected:
  Json type(std::string_view name) {
    const Json response = Json::parse(run(kIntrospection));
    for (const Json& one : response["data"]["__schema"]["types"].items()) {
      if (one["name"].as_string() == name) return one;
    }
    return {};
  }
  static std::string names(const Json& list) {
    std::string all;
    for (const Json& one : list.items()) all += (all.empty() ? "" : " ") + one["name"].as_string();
    return all;
  }
};

TEST_F(Introspection, AnswersTheWholeQuery) {
  const Json response = Json::parse(run(kIntrospection));
  ASSERT_EQ(response.find("errors"), nullptr) << response["errors"].dump();
  const Json& schema = response["data"]["__schema"];
  EXPECT_EQ(schema["queryType"].dump(), R"({"name":"Query","kind":"OBJECT"})");
  EXPECT_EQ(schema["subscriptionType"]["name"].as_string(), "Subscription");
  EXPECT_EQ(names(schema["directives"]), "include skip deprecated specifiedBy oneOf");
}

TEST_F(Introspection, DescribesTypes) {
  const Json dog = type("Dog");
  EXPECT_EQ(dog["kind"].as_string(), "OBJECT");
  EXPECT_EQ(names(dog["interfaces"]), "Pet");
  EXPECT_EQ(names(dog["fields"]), "name nick friend strictFriend tags broken barks");
  EXPECT_EQ(dog["fields"].items()[4]["type"].dump(),
            R"({"kind":"LIST","name":null,"ofType":{"kind":"NON_NULL","name":null,)"
            R"("ofType":{"kind":"SCALAR","name":"String","ofType":null}}})");
  EXPECT_TRUE(dog["enumValues"].is_null());
  const Json pet = type("Pet");
  EXPECT_EQ(pet["kind"].as_string(), "INTERFACE");
  EXPECT_EQ(names(pet["possibleTypes"]), "Dog Cat");
  EXPECT_TRUE(type("Wish")["isOneOf"].as_bool());
}

TEST_F(Introspection, DescribesArgumentsAndDeprecation) {
  const Json query = type("Query");
  for (const Json& one : query["fields"].items()) {
    if (one["name"].as_string() != "echo") continue;
    EXPECT_EQ(one["args"].items()[0]["defaultValue"].as_string(), "\"silence\"");
  }
  const Json colour = type("Colour");
  EXPECT_EQ(names(colour["enumValues"]), "RED BLUE GREEN");
  EXPECT_EQ(colour["enumValues"].items()[0]["deprecationReason"].as_string(), "No longer supported");
  EXPECT_EQ(colour["enumValues"].items()[1]["deprecationReason"].as_string(), "faded");
  EXPECT_EQ(run(R"({ __type(name: "Colour") { enumValues { name } } })"),
            ok(R"({"__type":{"enumValues":[{"name":"GREEN"}]}})"));
  EXPECT_EQ(run(R"({ __type(name: "Nobody") { name } })"), ok(R"({"__type":null})"));
}

}  // namespace
