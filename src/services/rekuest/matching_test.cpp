#include "services/rekuest/matching.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/testing/world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Constraints, HoldAsTheClientsSay) {
  const auto meets = [](const char* constraint, const char* descriptors) {
    return meets_constraints(Json::parse(constraint), Json::parse(descriptors));
  };
  constexpr const char* kAtLeast2 = R"([{"key":"n","operator":"GTE","value":2}])";
  EXPECT_TRUE(meets(kAtLeast2, R"({"n":3})"));
  EXPECT_FALSE(meets(kAtLeast2, R"({"n":1})"));
  EXPECT_FALSE(meets(kAtLeast2, R"({"n":"3"})"));
  EXPECT_TRUE(meets(kAtLeast2, "{}"));
  EXPECT_TRUE(meets(R"([{"key":"a","operator":"EXISTS"}])", R"({"a":null})"));
  EXPECT_TRUE(meets(R"([{"key":"a","operator":"EXISTS"}])", "{}"));
  EXPECT_FALSE(meets(R"([{"key":"a","operator":"EXISTS","value":false}])", R"({"a":1})"));
  EXPECT_TRUE(meets(R"([{"key":"a","operator":"EQUALS","value":1}])", R"({"a":1.0})"));
  EXPECT_FALSE(meets(R"([{"key":"a","operator":"EQUALS","value":1}])", R"({"a":true})"));
  EXPECT_TRUE(meets(R"([{"key":"a","operator":"IN","value":["x","y"]}])", R"({"a":"x"})"));
  EXPECT_FALSE(meets(R"([{"key":"a","operator":"NOT_IN","value":["x","y"]}])", R"({"a":"x"})"));
  EXPECT_TRUE(meets(R"([{"key":"a","operator":"CONTAINS","value":"c"}])", R"({"a":["c","z"]})"));
  EXPECT_FALSE(meets(R"([{"key":"a","operator":"CONTAINS","value":"c"}])", R"({"a":"cz"})"));
  EXPECT_TRUE(meets(R"([{"key":"a.b","operator":"EQUALS","value":1}])", R"({"a":{"b":1}})"));
  EXPECT_FALSE(meets(R"([{"key":"a.b","operator":"EQUALS","value":1}])", R"({"a.b":2})"));
}

class Matching : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// Registers an action `key` with these ports under an app of its own.
  void add(const std::string& key, const std::string& args, const std::string& returns = "",
           const std::string& extra = "") {
    const std::string declaration = R"({"hash":"h","implementations":[{"definition":{"key":")" + key +
                                    R"(","version":"1","name":")" + key + R"(","kind":"FUNCTION","args":[)" +
                                    args + R"(],"returns":[)" + returns + "]" + extra + "}}]}";
    world_.register_agent(world_.registrant("client " + key, "app." + key), declaration);
  }

  template <class Demand>
  std::vector<std::string> found(std::string (*condition)(entity::SqlText&, const std::string&,
                                                          const Demand&),
                                 const char* demand, const std::string& from = "action") {
    entity::SqlText sql(GetParam());
    const std::string where = condition(sql, "a", entity::decode<Demand>(Json::parse(demand)));
    const sql::Rows rows = world_.rows(
        fmt::format("select a.key from {} a where {} order by a.id", from, where.empty() ? "1 = 1" : where),
        std::move(sql.parameters));
    std::vector<std::string> keys;
    for (std::size_t row = 0; row < rows.size(); ++row) keys.emplace_back(rows.text(row, 0));
    return keys;
  }
  std::vector<std::string> by_ports(const char* demands) { return found(port_demands_condition, demands); }
  std::vector<std::string> by_demand(const char* demand) { return found(action_demand_condition, demand); }

  rekuest_testing::World world_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Both, Matching, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Matching, FindsActionsByTheirPorts) {
  add("blur", R"({"key":"image","kind":"STRUCTURE","identifier":"@mikro/image"},
                 {"key":"sigma","kind":"QUANTITY","reference_unit":"um","nullable":true})",
      R"({"key":"return0","kind":"STRUCTURE","identifier":"@mikro/image"})");
  add("many", R"({"key":"images","kind":"LIST","children":[
                    {"key":"...","kind":"STRUCTURE","identifier":"@mikro/image"}]})");
  add("nothing", "");

  EXPECT_THAT(by_ports("[]"), ElementsAre("blur", "many", "nothing"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{}]}])"), ElementsAre("blur", "many"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{"identifier":"@mikro/image"}]}])"), ElementsAre("blur"))
      << "root ports only";
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{"identifier":"@Mikro/Image"}]}])"), IsEmpty());
  EXPECT_THAT(
      by_ports(R"([{"kind":"ARGS","matches":[{"kind":"LIST","children":[{"identifier":"@mikro/image"}]}]}])"),
      ElementsAre("many"));
  EXPECT_THAT(by_ports(R"([{"kind":"RETURNS","matches":[{"at":0,"kind":"STRUCTURE"}]}])"),
              ElementsAre("blur"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{"dimension":"[length]","nullable":true}]}])"),
              ElementsAre("blur"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{"at":1,"kind":"STRUCTURE"}]}])"), IsEmpty());
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","matches":[{"kind":"STRUCTURE"},{"key":"sigma"}]}])"),
              ElementsAre("blur"));
}

TEST_P(Matching, CountsPorts) {
  add("two",
      R"({"key":"a","kind":"INT"},{"key":"b","kind":"STRUCTURE","identifier":"@x/y","nullable":true})");
  add("none", "");
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","forceLength":2}])"), ElementsAre("two"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","forceNonNullableLength":1}])"), ElementsAre("two"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","forceStructureLength":1,"matches":null}])"), ElementsAre("two"));
  EXPECT_THAT(by_ports(R"([{"kind":"ARGS","forceLength":0},{"kind":"RETURNS","forceLength":0}])"),
              ElementsAre("none"));
}

TEST_P(Matching, RefusesDemandsThatAskForNothing) {
  EXPECT_THROW(by_ports(R"([{"kind":"ARGS"}])"), base::Error);
  EXPECT_THROW(by_demand("{}"), base::Error);
  EXPECT_THROW(by_ports(R"([{"kind":"ARGS","matches":[{"descriptors":[{"key":"n","value":1}]}]}])"),
               base::Error);
}

TEST_P(Matching, ComparesDescriptorsAsTheClientsDo) {
  const std::pair<const char*, const char*> vectors[] = {
      {R"({"key":"n","operator":"GTE","value":2})", "3"},
      {R"({"key":"n","operator":"GTE","value":2})", "1"},
      {R"({"key":"n","operator":"GTE","value":2})", "\"3\""},
      {R"({"key":"n","operator":"LTE","value":2.5})", "2.5"},
      {R"({"key":"n","operator":"LTE","value":2.5})", "true"},
      {R"({"key":"n","operator":"EXISTS"})", "null"},
      {R"({"key":"n","operator":"EXISTS","value":true})", "0"},
      {R"({"key":"n","operator":"EXISTS","value":false})", "1"},
      {R"({"key":"n","operator":"EQUALS","value":1})", "1.0"},
      {R"({"key":"n","operator":"EQUALS","value":1})", "true"},
      {R"({"key":"n","operator":"EQUALS","value":{"a":[1,2.0]}})", R"({"a":[1.0,2]})"},
      {R"({"key":"n","operator":"MATCHES","value":"x"})", "\"y\""},
      {R"({"key":"n","operator":"EQUALS"})", "null"},
      {R"({"key":"n","operator":"NOT_EQUALS","value":"x"})", "\"y\""},
      {R"({"key":"n","operator":"NOT_EQUALS","value":"x"})", "\"x\""},
      {R"({"key":"n","operator":"IN","value":["x","y"]})", "\"y\""},
      {R"({"key":"n","operator":"IN","value":["x","y"]})", "\"z\""},
      {R"({"key":"n","operator":"IN","value":[]})", "\"z\""},
      {R"({"key":"n","operator":"NOT_IN","value":["x","y"]})", "\"y\""},
      {R"({"key":"n","operator":"NOT_IN","value":["x","y"]})", "\"z\""},
      {R"({"key":"n","operator":"NOT_IN","value":[]})", "\"z\""},
      {R"({"key":"n","operator":"CONTAINS","value":"c"})", R"(["c","z"])"},
      {R"({"key":"n","operator":"CONTAINS","value":"c"})", "\"cz\""},
      {R"({"key":"other","operator":"EQUALS","value":1})", "2"},
  };
  int number = 0;
  for (const auto& [constraint, value] : vectors) {
    const std::string key = "k" + std::to_string(number++);
    add(key, R"({"key":"a","kind":"INT","requires":[)" + std::string(constraint) + "]}");
    const std::string demand =
        R"([{"kind":"ARGS","matches":[{"kind":"INT","descriptors":[{"key":"n","value":0},
                                   {"key":"n","value":)" +
        std::string(value) + "}]}]}]";
    const Json constraints = Json::parse("[" + std::string(constraint) + "]");
    const bool expected = meets_constraints(constraints, Json::object({{"n", Json::parse(value)}}));
    const std::vector<std::string> keys = by_ports(demand.c_str());
    EXPECT_EQ(std::count(keys.begin(), keys.end(), key), expected ? 1 : 0) << constraint << " on " << value;
  }
}

TEST_P(Matching, FindsActionsByDemand) {
  add("add", R"({"key":"a","kind":"INT"})", R"({"key":"r","kind":"BOOL"})",
      R"(,"protocols":["math"],"pure":true)");
  add("log", R"({"key":"a","kind":"INT"})");
  EXPECT_THAT(by_demand(R"({"key":"add"})"), ElementsAre("add"));
  EXPECT_THAT(by_demand(R"({"app":"app.log","version":"1"})"), ElementsAre("log"));
  EXPECT_THAT(by_demand(R"({"protocols":["math","predicate"]})"), ElementsAre("add"));
  EXPECT_THAT(by_demand(R"({"protocols":["math","other"]})"), IsEmpty());
  EXPECT_THAT(by_demand(R"({"argMatches":[{"kind":"INT"}],"forceReturnLength":1})"), ElementsAre("add"));
  EXPECT_THAT(by_demand(R"({"pure":false})"), ElementsAre("log"));
  const std::string hash = world_.text("select hash from action where key = 'log'");
  EXPECT_THAT(by_demand((R"({"key":"add","hash":")" + hash + "\"}").c_str()), ElementsAre("log"))
      << "a hash decides";
}

TEST_P(Matching, FindsStatesByDemand) {
  world_.register_agent(world_.registrant(), R"({"hash":"h","states":[
      {"interface":"stage","key":"stage","app":"scope","definition":{"name":"s","ports":[{"key":"x","kind":"FLOAT"}]}},
      {"interface":"light","definition":{"name":"l","ports":[{"key":"on","kind":"BOOL"}]}}]})");
  const auto by_state = [this](const char* demand) { return found(state_demand_condition, demand, "state"); };
  EXPECT_THAT(by_state(R"({"key":"stage"})"), ElementsAre("stage"));
  EXPECT_THAT(by_state(R"({"app":"live.example.app"})"), ElementsAre("light"));
  EXPECT_THAT(by_state(R"({"matches":[{"kind":"BOOL"}]})"), ElementsAre("light"));
  EXPECT_THROW(by_state(R"({"protocols":["p"]})"), base::Error);
}

}  // namespace
}  // namespace rekuest
