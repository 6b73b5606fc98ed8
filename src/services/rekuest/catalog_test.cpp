#include "services/rekuest/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/testing/world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Catalog : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  std::vector<std::string> texts(std::string_view sql) {
    const sql::Rows rows = world_.rows(sql);
    std::vector<std::string> list;
    for (std::size_t row = 0; row < rows.size(); ++row) list.emplace_back(rows.text(row, 0));
    return list;
  }

  rekuest_testing::World world_{GetParam()};
  Registrant me_ = world_.registrant();
};
INSTANTIATE_TEST_SUITE_P(Both, Catalog, sql_testing::kBothDatabases, sql_testing::dialect_name);

/// An implementation of an action called `key`; `extra` are more members of
/// its definition, `more` of the implementation.
std::string implementation(const std::string& key, const std::string& extra = "",
                           const std::string& more = "") {
  return R"({"interface":")" + key + R"(","definition":{"key":")" + key + R"(","version":"1","name":")" +
         key + R"(","kind":"FUNCTION")" + extra + "}" + more + "}";
}

std::string agent(const std::string& hash, const std::string& implementations, const std::string& more = "") {
  return R"({"name":"app:1.0.0","hash":")" + hash + R"(","implementations":[)" + implementations + "]" +
         more + "}";
}

constexpr const char* kImageToBool =
    R"(,"args":[{"key":"image","kind":"STRUCTURE","identifier":"@mikro/image",
         "requires":[{"key":"@mikro/n","operator":"GTE","value":2},{"key":"mode","operator":"IN","value":["a","b"]}]},
       {"key":"sizes","kind":"LIST","nullable":true,"children":[
          {"key":"...","kind":"QUANTITY","reference_unit":"mV"}]}],
       "returns":[{"key":"ok","kind":"BOOL"}],"collections":["segmentation"],"protocols":["on_x"])";

TEST_P(Catalog, HoldsWhatAnAgentDeclares) {
  const Registration done = world_.register_agent(me_, agent("h1", implementation("seg", kImageToBool)));

  EXPECT_TRUE(done.agent_is_new);
  EXPECT_TRUE(done.reconciled);
  EXPECT_EQ(done.hash, "h1");
  EXPECT_THAT(done.implementations_created, SizeIs(1));
  EXPECT_EQ(world_.text("select declared_name from agent"), "app:1.0.0");
  EXPECT_EQ(world_.text("select scope from action where key = 'seg'"), "GLOBAL");
  EXPECT_EQ(world_.number("select arg_count from action"), 2);
  EXPECT_THAT(texts("select key_path from port order by side, key_path"),
              ElementsAre("image", "sizes", "sizes....", "ok"));
  EXPECT_EQ(world_.text("select dimension from port where key = '...'"),
            "[length] ** 2 * [mass] / [current] / [time] ** 3");
  EXPECT_THAT(texts("select canonical from port_constraint order by id"), ElementsAre("2", "\"a\"", "\"b\""));
  EXPECT_THAT(texts("select name from protocol order by name"), ElementsAre("on_x", "predicate"));
  EXPECT_THAT(texts("select name from collection"), ElementsAre("segmentation"));
  EXPECT_EQ(world_.text("select provenance_audience from implementation"), R"(["mikro"])");
}

TEST_P(Catalog, WritesNothingButTheAgentsRowForAKnownHash) {
  world_.register_agent(me_, agent("h1", implementation("seg", kImageToBool)));
  const std::int64_t port = world_.number("select max(id) from port");

  const Registration again = world_.register_agent(me_, agent("h1", implementation("seg", kImageToBool)));

  EXPECT_FALSE(again.agent_is_new);
  EXPECT_FALSE(again.reconciled);
  EXPECT_EQ(world_.number("select max(id) from port"), port);
}

TEST_P(Catalog, TellsOfNoImplementationThatStayedTheSame) {
  world_.register_agent(me_, agent("h1", implementation("a") + "," + implementation("b")));
  const std::int64_t port = world_.number("select count(*) from action");

  const Registration again = world_.register_agent(
      me_, agent("h2", implementation("a") + "," + implementation("b", "", R"(,"code_hash":"x")")));

  EXPECT_TRUE(again.reconciled);
  EXPECT_THAT(again.implementations_created, SizeIs(0));
  EXPECT_THAT(again.implementations_updated, SizeIs(1));
  EXPECT_THAT(again.implementations_deleted, SizeIs(0));
  EXPECT_EQ(world_.number("select count(*) from action"), port);
}

TEST_P(Catalog, ChangesADefinitionInPlace) {
  world_.register_agent(me_, agent("h1", implementation("seg", kImageToBool)));
  const std::int64_t id = world_.number("select id from action");

  world_.register_agent(me_, agent("h2", implementation("seg", R"(,"args":[{"key":"n","kind":"INT"}])")));

  EXPECT_EQ(world_.number("select id from action"), id);
  EXPECT_THAT(texts("select key_path from port"), ElementsAre("n"));
  EXPECT_EQ(world_.number("select count(*) from port_constraint"), 0);
  EXPECT_EQ(world_.number("select count(*) from action_protocol"), 0);
  EXPECT_EQ(world_.number("select count(*) from action_collection"), 0);
}

TEST_P(Catalog, RemovesWhatIsNotDeclaredAnyMore) {
  world_.register_agent(me_, agent("h1", implementation("a") + "," + implementation("b"),
                                   R"(,"locks":[{"key":"stage","definition":{"key":"stage"}}],
                                       "states":[{"interface":"s","definition":{"name":"s","ports":[]}}],
                                       "assets":[{"name":"m","kind":"IMAGE","ref":"sha256:0"}])"));

  const Registration done =
      world_.register_agent(me_, agent("h2", implementation("b"), R"(,"locks":[],"states":[],"assets":[])"));

  EXPECT_THAT(texts("select interface from implementation"), ElementsAre("b"));
  EXPECT_THAT(done.implementations_deleted, SizeIs(1));
  for (const char* table : {"lock", "state", "agent_asset"}) {
    EXPECT_EQ(world_.number(std::string("select count(*) from ") + table), 0) << table;
  }
  EXPECT_THAT(texts("select key from action order by key"), ElementsAre("a", "b"))
      << "its tasks are remembered";
}

TEST_P(Catalog, LeavesAloneWhatWasNotDeclaredAtAll) {
  world_.register_agent(
      me_, agent("h1", implementation("a"), R"(,"locks":[{"key":"l","definition":{"key":"l"}}])"));

  const Registration done = world_.register_agent(me_, R"({"name":"app:1.0.0"})");

  EXPECT_FALSE(done.reconciled);
  EXPECT_EQ(done.hash, "h1");
  EXPECT_EQ(world_.number("select count(*) from implementation"), 1);
  EXPECT_EQ(world_.number("select count(*) from lock"), 1);
}

TEST_P(Catalog, KeepsWrappersHostedOnTheAgent) {
  world_.register_agent(me_, agent("h1", implementation("lower") + "," + implementation("other")));
  world_.database().write([](sql::Writer& writer) {
    writer.execute(
        "update implementation set higher_order_for_id = (select id from implementation where interface = "
        "'lower'),"
        " interface = 'wrapper' where interface = 'other'");
  });

  world_.register_agent(me_, agent("h2", implementation("lower")));

  EXPECT_THAT(texts("select interface from implementation order by interface"),
              ElementsAre("lower", "wrapper"));
}

TEST_P(Catalog, LinksLocksStatesAndDependencies) {
  const std::string more = R"(,"locks":["stage"],"manipulates":["pos","nowhere"],
      "dependencies":[{"key":"cam","app":"cams","action_dependencies":[{"key":"snap"}]},{"key":"old"}])";
  const std::string rest = R"(,"locks":[{"key":"stage","definition":{"key":"stage","description":"d"}}],
      "states":[{"interface":"pos","definition":{"name":"p","ports":[{"key":"x","kind":"FLOAT"}]}}])";
  const Registration done = world_.register_agent(me_, agent("h1", implementation("move", "", more), rest));

  EXPECT_EQ(world_.number("select count(*) from implementation_lock"), 1);
  EXPECT_EQ(world_.number("select count(*) from implementation_state"), 1);
  EXPECT_THAT(texts("select key from dependency order by key"), ElementsAre("cam", "old"));
  EXPECT_EQ(world_.text("select app_filter from dependency where key = 'cam'"), "cams");
  EXPECT_EQ(world_.text("select key from state"), "pos");
  EXPECT_EQ(world_.text("select app_identifier from state"), "live.example.app");
  EXPECT_THAT(texts("select key_path from port where side = 'STATE'"), ElementsAre("x"));
  ASSERT_THAT(done.diagnostics, SizeIs(1));
  EXPECT_EQ(done.diagnostics[0]["code"], Json("unknown_state"));
  EXPECT_EQ(done.diagnostics[0]["path"], Json("implementations[0].manipulates[1]"));

  world_.register_agent(me_,
                        agent("h2", implementation("move", "", R"(,"dependencies":[{"key":"cam"}])"), rest));
  EXPECT_THAT(texts("select key from dependency"), ElementsAre("cam"));
  EXPECT_EQ(world_.number("select count(*) from dependency where app_filter is null"), 1);
  EXPECT_EQ(world_.number("select count(*) from implementation_lock"), 0);
}

TEST_P(Catalog, SharesOneDefinitionBetweenStatesWithTheSamePorts) {
  const std::string state = R"("definition":{"name":"s","ports":[{"key":"x","kind":"INT"}]}})";
  world_.register_agent(
      me_,
      agent("h1", "", R"(,"states":[{"interface":"a",)" + state + R"(,{"interface":"b",)" + state + "]"));
  world_.register_agent(world_.registrant("other"),
                        agent("h1", "", R"(,"states":[{"interface":"a",)" + state + "]"));

  EXPECT_EQ(world_.number("select count(*) from state"), 3);
  EXPECT_EQ(world_.number("select count(*) from state_definition"), 1);
  EXPECT_EQ(world_.number("select count(*) from port where side = 'STATE'"), 1);
}

TEST_P(Catalog, LinksTestsToTheirTargetsAndWarnsOfUnknownOnes) {
  world_.register_agent(me_, agent("h1", implementation("add")));
  const Registration done = world_.register_agent(
      world_.registrant("tester", "live.example.tests"),
      agent("h1", implementation(
                      "test", R"(,"is_test_for":[{"app":"live.example.app","key":"add"},{"key":"ghost"}])")));

  EXPECT_EQ(world_.text("select t.key || '->' || a.key from action_test join action t on t.id = test_id"
                        " join action a on a.id = target_id"),
            "test->add");
  ASSERT_THAT(done.diagnostics, SizeIs(1));
  EXPECT_EQ(done.diagnostics[0]["code"], Json("unknown_test_target"));
}

TEST_P(Catalog, GivesTwoAppsTheirOwnActions) {
  world_.register_agent(me_, agent("h1", implementation("add")));
  world_.register_agent(world_.registrant("c2", "live.example.other"), agent("h1", implementation("add")));
  world_.register_agent(world_.registrant("c3"), agent("h1", implementation("add")));

  EXPECT_EQ(world_.number("select count(*) from action"), 2);
  EXPECT_EQ(world_.number("select count(distinct hash) from action"), 1);
  EXPECT_EQ(world_.number("select count(*) from implementation"), 3);
}

TEST_P(Catalog, KeepsOrganizationsApart) {
  world_.register_agent(me_, agent("h1", implementation("add", kImageToBool)));
  world_.register_agent(world_.registrant("client", "live.example.app", "1.0.0", "elsewhere"),
                        agent("h1", implementation("add", kImageToBool)));

  EXPECT_EQ(world_.number("select count(*) from agent"), 2);
  EXPECT_EQ(world_.number("select count(*) from action"), 2);
  EXPECT_EQ(world_.number("select count(*) from protocol"), 4);
}

TEST_P(Catalog, DropsTheActionAnImplementationLeftIfNothingRemembersIt) {
  const std::string moved =
      R"({"interface":"a","definition":{"key":"new","version":"1","name":"A","kind":"FUNCTION"}})";
  world_.register_agent(me_, agent("h1", implementation("a")));
  world_.register_agent(me_, agent("h2", moved));
  EXPECT_THAT(texts("select key from action"), ElementsAre("new"));
}

TEST_P(Catalog, KeepsTheActionAnImplementationLeftWhileATaskRemembersIt) {
  const std::string moved =
      R"({"interface":"a","definition":{"key":"new","version":"1","name":"A","kind":"FUNCTION"}})";
  world_.register_agent(me_, agent("h1", implementation("a")));
  world_.database().write([](sql::Writer& writer) {
    writer.execute(
        "insert into task (organization_id, action_id, created_at, updated_at)"
        " select organization_id, id, 1, 1 from action");
  });
  world_.register_agent(me_, agent("h2", moved));
  EXPECT_THAT(texts("select key from action order by key"), ElementsAre("a", "new"));
}

TEST_P(Catalog, RefusesOneActionUnderTwoInterfaces) {
  const std::string twin =
      R"({"interface":"b","definition":{"key":"a","version":"1","name":"A","kind":"FUNCTION"}})";
  try {
    world_.register_agent(me_, agent("h1", implementation("a") + "," + twin));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    EXPECT_THAT(error.message(), HasSubstr("implementations[1]"));
  }
}

TEST_P(Catalog, LetsImplementationsSwapTheirActions) {
  const auto pair = [](const std::string& first, const std::string& second) {
    const auto one = [](const std::string& interface, const std::string& key) {
      return R"({"interface":")" + interface + R"(","definition":{"key":")" + key +
             R"(","version":"1","name":"N","kind":"FUNCTION"}})";
    };
    return one("i", first) + "," + one("j", second);
  };
  world_.register_agent(me_, agent("h1", pair("x", "y")));
  world_.register_agent(me_, agent("h2", pair("y", "x")));
  EXPECT_EQ(world_.text("select action.key from implementation join action on action.id = action_id"
                        " where interface = 'i'"),
            "y");
  EXPECT_EQ(world_.number("select count(*) from action"), 2);
}

TEST_P(Catalog, SaysThatBloksAreNotKept) {
  const Registration done =
      world_.register_agent(me_, agent("h1", "", R"(,"bloks":[{"key":"panel","components":[]}])"));
  ASSERT_THAT(done.diagnostics, SizeIs(1));
  EXPECT_EQ(done.diagnostics[0]["level"], Json("WARNING"));
  EXPECT_EQ(done.diagnostics[0]["code"], Json("not_supported"));
  EXPECT_EQ(done.diagnostics[0]["path"], Json("bloks[0]"));
}

TEST_P(Catalog, WritesManyActionsInFewStatements) {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += (i == 0 ? "" : ",") + implementation("f" + std::to_string(i), kImageToBool);
  const std::uint64_t before = world_.database().stats().statements;

  world_.register_agent(me_, agent("h1", many));

  EXPECT_EQ(world_.number("select count(*) from port"), 400);
  EXPECT_LT(world_.database().stats().statements - before, 250u);
}

TEST_P(Catalog, MakesOneCallerPerClientUserAndOrganization) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 2; ++i) {
    world_.database().write([&](sql::Writer& writer) { ids.push_back(ensure_caller(writer, me_)); });
  }
  EXPECT_EQ(ids[0], ids[1]);
}

TEST_P(Catalog, NeedsAReleaseToHostAnAgent) {
  Registrant nobody = me_;
  nobody.release = 0;
  EXPECT_THROW(world_.register_agent(nobody, agent("h1", "")), base::Error);
  EXPECT_EQ(world_.number("select count(*) from agent"), 0);
}

}  // namespace
}  // namespace rekuest
