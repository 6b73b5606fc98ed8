#include "graphql/execution/execution_fixture.h"

namespace execution_testing {
namespace {

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
}  // namespace execution_testing
