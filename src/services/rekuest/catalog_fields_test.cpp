#include "services/rekuest/catalog_fields.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "entity/bind.h"
#include "entity/model.h"
#include "services/rekuest/assets/asset.h"
#include "services/rekuest/assets/stored.h"
#include "services/rekuest/dependency_fields.h"
#include "services/rekuest/settings.h"
#include "services/rekuest/testing/world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

entity::Registry catalog() {
  entity::Registry registry;
  add_catalog_fields(registry);
  add_catalog_filters(registry);
  add_catalog_queries(registry);
  add_dependency_fields(registry);
  return registry;
}

TEST(CatalogFields, FitTheSchema) {
  rekuest_testing::World world(sql::Dialect::kSqlite);
  service::Stores stores(world.database(), service::no_object_store(), Settings{}.stores);
  entity::Registry registry = catalog();
  add_media(registry, stores);
  add_assets(registry, stores);
  EXPECT_NO_THROW(entity::Binding(rekuest_testing::schema(), std::move(registry)));
}

class CatalogFields : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  CatalogFields() {
    call_.database = &world_.database();
    call_.now = 1'700'000'000'000'000;
    add("adder", "app.adder", "add");
    add("logger", "app.logger", "log");
    connect("adder");
  }

  void add(const std::string& client, const std::string& app, const std::string& key) {
    const Registrant who = world_.registrant(client, app);
    world_.register_agent(who, R"({"name":")" + client + R"(","hash":"h","implementations":[{"interface":")" +
                                   key + R"(","params":{"mode":"fast","n":1},"definition":{"key":")" + key +
                                   R"(","version":"1","name":")" + key + R"(","kind":"FUNCTION",
                                      "collections":["math"],"protocols":["p_)" +
                                   key + R"("]}}],"states":[{"interface":"s","definition":{"name":"s",
                                      "ports":[{"key":"x","kind":"INT"}]}}]})");
    call_.organization = who.organization;
    call_.user = who.user;
    call_.client = who.client;
  }
  void connect(const std::string& agent) {
    world_.database().write([&](sql::Writer& writer) {
      writer.execute("update agent set connected = 1, last_seen = $1 where declared_name = $2",
                     {call_.now, agent});
    });
  }
  void write(const std::string& statement) {
    world_.database().write([&](sql::Writer& writer) { writer.execute(statement); });
  }

  /// `column` of the rows of `table` that a filter's field lets through.
  std::vector<std::string> filtered(const std::string& table, const std::string& column,
                                    const std::string& filter, const char* value) {
    entity::SqlText sql(GetParam());
    const std::string where = registry_.predicates.at(filter)(sql, "t", Json::parse(value), call_);
    const sql::Rows rows = world_.rows(fmt::format("select {} from {} t where {} order by t.id", column,
                                                   table, where.empty() ? "1 = 1" : where),
                                       std::move(sql.parameters));
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < rows.size(); ++row) texts.emplace_back(rows.text(row, 0));
    return texts;
  }
  std::vector<std::string> actions(const std::string& field, const char* value) {
    return filtered("action", "t.key", "ActionFilter." + field, value);
  }
  std::vector<std::string> agents(const std::string& field, const char* value) {
    return filtered("agent", "t.declared_name", "AgentFilter." + field, value);
  }

  Json ask(const std::string& field, const std::string& arguments) {
    Json answer;
    world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call_.reader = &reader;
      answer = registry_.answers.at("Query." + field)(call_, Json::parse(arguments));
    });
    return answer;
  }

  rekuest_testing::World world_{GetParam()};
  entity::Registry registry_ = catalog();
  entity::Call call_;
};
INSTANTIATE_TEST_SUITE_P(Both, CatalogFields, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(CatalogFields, AreStatementsBothDatabasesRead) {
  const entity::Model model(rekuest_testing::schema());
  for (const auto& [name, expression] : registry_.expressions) {
    const entity::Table* table = model.table_of(*model.schema().type(name.substr(0, name.find('.'))));
    ASSERT_NE(table, nullptr) << name;
    entity::SqlText sql(GetParam());
    const std::string text = fmt::format("select {} from {} t", expression(sql, "t", call_), table->name);
    EXPECT_NO_THROW(world_.rows(text, std::move(sql.parameters))) << name;
  }
  const std::map<std::string, std::string> ordered{{"ActionOrder.usedAt", "action"},
                                                   {"ActionOrder.assignable", "action"},
                                                   {"ImplementationOrder.active", "implementation"}};
  for (const auto& [name, expression] : registry_.orderings) {
    entity::SqlText sql(GetParam());
    const std::string text =
        fmt::format("select t.id from {} t order by {}", ordered.at(name), expression(sql, "t", call_));
    EXPECT_NO_THROW(world_.rows(text, std::move(sql.parameters))) << name;
  }
}

TEST_P(CatalogFields, FilterActions) {
  EXPECT_THAT(actions("assignable", "true"), ElementsAre("add"));
  EXPECT_THAT(actions("assignable", "false"), ElementsAre("log"));
  EXPECT_THAT(actions("search", "\"LO\""), ElementsAre("log"));
  EXPECT_THAT(actions("search", "\"\""), ElementsAre("add", "log"));
  EXPECT_THAT(actions("protocols", R"(["p_add","p_other"])"), ElementsAre("add")) << "any of them";
  EXPECT_THAT(actions("inCollection", "\"math\""), ElementsAre("add", "log"));
  EXPECT_THAT(actions("appIdentifier", "\"app.log\""), IsEmpty());
  EXPECT_THAT(actions("demands", "[]"), ElementsAre("add", "log"));
  EXPECT_THAT(actions("usedAfter", "\"2020-01-01T00:00:00Z\""), IsEmpty());
  write(
      "insert into task (organization_id, action_id, created_at, updated_at)"
      " select organization_id, id, 1700000000000000, 1 from action where key = 'log'");
  EXPECT_THAT(actions("usedAfter", "\"2020-01-01T00:00:00Z\""), ElementsAre("log"));
  EXPECT_THAT(actions("usedBefore", "\"2020-01-01T00:00:00Z\""), IsEmpty());
}

TEST_P(CatalogFields, FilterAgents) {
  EXPECT_THAT(agents("available", "true"), ElementsAre("adder"));
  EXPECT_THAT(agents("clientId", "\"logger\""), ElementsAre("logger"));
  EXPECT_THAT(agents("appIdentifier", "\"app.adder\""), ElementsAre("adder"));
  EXPECT_THAT(agents("versionNumber", "\"1.0.0\""), ElementsAre("adder", "logger"));
  EXPECT_THAT(agents("deviceId", "\"none\""), IsEmpty());
  EXPECT_THAT(agents("user", "\"u-1\""), ElementsAre("adder", "logger")) << "a sub, not a row id";
  EXPECT_THAT(agents("search", "\"ADD\""), ElementsAre("adder"));
  EXPECT_THAT(agents("implementsProtocols", R"(["p_log"])"), ElementsAre("logger"));
  EXPECT_THAT(agents("hasImplementations", R"(["nothing"])"), IsEmpty());
  EXPECT_THAT(agents("hasStates", R"(["nothing"])"), IsEmpty());
  EXPECT_THAT(agents("actionDemands", R"([{"key":"add"},{"app":"app.adder"}])"), ElementsAre("adder"));
  EXPECT_THAT(agents("stateDemands", R"([{"key":"s"}])"), ElementsAre("adder", "logger"));
  EXPECT_THAT(agents("pinned", "true"), IsEmpty());
  EXPECT_THAT(agents("dependency", "\"1\""), IsEmpty());
  EXPECT_THAT(agents("blokDependency", "\"1\""), IsEmpty());
}

TEST_P(CatalogFields, KeepAgentsWithoutASupervisor) {
  write("update agent set supervisor = 'deployment:7' where declared_name = 'adder'");
  const auto with = [this](const std::string& rest) {
    return agents("requires", (R"([{"key":"@rekuest/supervisor",)" + rest + "}]").c_str());
  };
  EXPECT_THAT(with(R"("operator":"EQUALS","value":"deployment:7")"), ElementsAre("adder", "logger"));
  EXPECT_THAT(with(R"("operator":"EQUALS","value":"deployment:8")"), ElementsAre("logger"));
  EXPECT_THAT(with(R"("operator":"NOT_IN","value":["deployment:7"])"), ElementsAre("logger"));
  EXPECT_THAT(with(R"("operator":"EXISTS","value":false)"), ElementsAre("logger"));
  EXPECT_THROW(agents("requires", R"([{"key":"@lok/roles","operator":"EXISTS"}])"), base::Error);
}

TEST_P(CatalogFields, FindTheAgentsThatCalled) {
  // logger runs the root, adder its child, called by logger's identity.
  const Registrant logger = world_.registrant("logger", "app.logger");
  world_.database().write([&](sql::Writer& writer) {
    const std::int64_t caller = ensure_caller(writer, logger);
    const auto task = [&](const std::string& agent, sql::Value parent) {
      return writer.insert(
          "insert into task (organization_id, action_id, agent_id, caller_id, parent_id, root_id, "
          "created_at, updated_at)"
          " select g.organization_id, (select min(id) from action), g.id, $2, $3, $3, 1, 1 from agent g"
          " where g.declared_name = $1 returning id",
          {agent, caller, std::move(parent)});
    };
    const std::int64_t root = task("logger", {});
    EXPECT_EQ(task("adder", root), root + 1);
  });
  const std::string child = "\"" + std::to_string(world_.number("select max(id) from task")) + "\"";
  EXPECT_THAT(agents("callerOf", child.c_str()), ElementsAre("logger"));
}

TEST_P(CatalogFields, FilterImplementations) {
  const auto implementations = [this](const std::string& field, const char* value) {
    return filtered("implementation", "t.interface", "ImplementationFilter." + field, value);
  };
  EXPECT_THAT(implementations("active", "false"), ElementsAre("log"));
  EXPECT_THAT(implementations("search", "\"ADDER\""), ElementsAre("add"));
  EXPECT_THAT(implementations("parameters", R"([{"key":"mode","value":"fast"}])"), ElementsAre("add", "log"));
  EXPECT_THAT(implementations("parameters", R"([{"key":"n","value":"1"}])"), IsEmpty());
  EXPECT_THAT(implementations("actionDemand", R"({"key":"log"})"), ElementsAre("log"));
  EXPECT_THAT(implementations("actionHash", "\"none\""), IsEmpty());
  EXPECT_THAT(implementations("resolvableFor", "\"1\""), IsEmpty());
}

TEST_P(CatalogFields, FilterTasks) {
  write(
      "insert into task (organization_id, action_id, reference, created_at, updated_at)"
      " select organization_id, id, key, 1700000000000000, 1 from action");
  write("insert into task_object (task_id, object) select id, '@a/b:1' from task where reference = 'add'");
  const auto tasks = [this](const std::string& field, const char* value) {
    return filtered("task", "t.reference", "TaskFilter." + field, value);
  };
  EXPECT_THAT(tasks("actedOn", R"(["@a/b:1","@a/b:2"])"), ElementsAre("add"));
  EXPECT_THAT(tasks("state", R"(["QUEUED"])"), ElementsAre("add", "log"));
  EXPECT_THAT(tasks("rootIsnull", "false"), IsEmpty());
  EXPECT_THAT(tasks("clientId", "\"adder\""), IsEmpty());
  EXPECT_THAT(tasks("schedule", "\"1\""), IsEmpty());
  EXPECT_THAT(tasks("createdAfter", "\"2020-01-01\""), ElementsAre("add", "log"));
  EXPECT_THAT(tasks("createdBefore", "\"2020-01-01\""), IsEmpty());
}

TEST_P(CatalogFields, FindOneAction) {
  const Json add(world_.number("select id from action where key = 'add'"));
  const std::string id = std::to_string(*add.as_int64());
  const std::string hash = world_.text("select hash from action where key = 'add'");
  const std::string agent =
      std::to_string(world_.number("select id from agent where declared_name = 'adder'"));
  EXPECT_EQ(ask("action", R"({"id":")" + id + "\"}"), add);
  EXPECT_EQ(ask("action", R"({"hash":")" + hash + "\"}"), add);
  EXPECT_EQ(ask("action", R"({"matching":{"key":"add"}})"), add);
  EXPECT_EQ(ask("action", R"({"agent":")" + agent + R"(","interface":"add"})"), add);
  EXPECT_THROW(ask("action", R"({"agent":")" + agent + "\"}"), base::Error);
  EXPECT_THROW(ask("action", "{}"), base::Error);
  EXPECT_THROW(ask("action", R"({"id":"x"})"), base::Error);
  call_.organization += 1;
  EXPECT_THROW(ask("action", R"({"id":")" + id + "\"}"), base::Error) << "of another organization";
}

TEST_P(CatalogFields, PreferAnActionThatCanBeCalledAmongEqualOnes) {
  add("twin", "app.twin", "log");
  connect("twin");
  const std::string hash = world_.text("select hash from action where key = 'log'");
  EXPECT_EQ(ask("action", R"({"hash":")" + hash + "\"}"), Json(world_.number("select max(id) from action")));
}

TEST_P(CatalogFields, FindOneAgent) {
  EXPECT_EQ(ask("agent", R"({"app":"app.adder","version":"1.0.0"})"),
            Json(world_.number("select id from agent where declared_name = 'adder'")));
  EXPECT_THROW(ask("agent", R"({"app":"app.nobody"})"), base::Error);
  EXPECT_THROW(ask("agent", "{}"), base::Error);
  world_.register_agent(world_.registrant("second", "app.adder"), R"({"hash":"h"})");
  EXPECT_THROW(ask("agent", R"({"app":"app.adder"})"), base::Error) << "two of them";
}

TEST_P(CatalogFields, FindImplementationsAndStates) {
  const Json mine(world_.number("select id from implementation where interface = 'log'"));
  EXPECT_EQ(ask("myImplementationAt", R"({"interface":"log"})"), mine);
  EXPECT_THROW(ask("myImplementationAt", R"({"interface":"add"})"), base::Error) << "another agent's";
  const std::string agent =
      std::to_string(world_.number("select id from agent where declared_name = 'logger'"));
  EXPECT_EQ(ask("implementationAt", R"({"agent":")" + agent + R"(","demand":{"key":"log"}})"), mine);
  EXPECT_EQ(ask("stateFor", R"({"agent":")" + agent + R"(","demand":{"key":"s"}})"),
            Json(world_.number("select max(id) from state")));
  EXPECT_EQ(ask("myTasks", "{}"), Json::array());
  EXPECT_EQ(ask("resolvedImplementations", R"({"resolution":"1"})"), Json::array());
  EXPECT_EQ(ask("reusableTaskFor", R"({"actionHash":"h","args":{}})"), Json());
}

}  // namespace
}  // namespace rekuest
