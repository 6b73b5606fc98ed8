// Dependencies: which agents a task is given, and what is called on them.
#include "services/rekuest/dependencies.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "entity/model.h"
#include "services/rekuest/dependency_fields.h"
#include "services/rekuest/due.h"
#include "services/rekuest/resolution.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;
using rekuest_testing::parsed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Needs a wheel itself, of which it may have none.
constexpr const char* kCamera = R"({
  "name": "camera", "hash": "h1",
  "implementations": [
    {"interface": "snap", "definition": {"key": "snap", "version": "1", "name": "Snap", "kind": "FUNCTION",
      "args": [{"key": "ms", "kind": "INT"}]},
     "dependencies": [{"key": "wheel", "app": "wheels", "optional": true, "auto_resolvable": true,
                       "action_dependencies": [{"key": "turn"}]}]},
    {"interface": "warm", "definition": {"key": "warm", "version": "1", "name": "Warm", "kind": "FUNCTION"}}],
  "states": [{"interface": "sensor", "definition": {"name": "Sensor", "ports": [{"key": "gain", "kind": "INT"}]}}]})";

constexpr const char* kWheel = R"({
  "name": "wheel", "hash": "h1",
  "implementations": [
    {"interface": "turn", "definition": {"key": "turn", "version": "1", "name": "Turn", "kind": "FUNCTION"}}]})";

std::string camera_dependency(const std::string& more = R"("auto_resolvable": true)") {
  return R"({"key": "camera", "app": "cameras", "action_dependencies": [
      {"key": "snap", "demand": {"app": "cameras", "arg_matches": [{"at": 0, "key": "ms", "kind": "INT"}]}},
      {"key": "flash", "optional": true}],
     "state_dependencies": [{"key": "sensor"}], )" +
         more + "}";
}

class DependenciesTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  Registered start(const std::string& client, const std::string& app, const std::string& declaration) {
    return world_.connect(world_.request(world_.identity(client, "u-1", "lab", app), "s1", declaration));
  }
  Registered camera(const std::string& client) { return start(client, "cameras", kCamera); }
  Registered wheel(const std::string& client) { return start(client, "wheels", kWheel); }

  /// The workflow `flow` with these dependencies.
  void declare(const std::string& dependencies) {
    ++declarations_;
    flows_ = start("flows", "flows",
                   fmt::format(R"({{"name": "flows", "hash": "{}", "implementations": [
                       {{"interface": "flow", "execution": "WORKFLOW", "code_hash": "c1", "dependencies": [{}],
                         "definition": {{"key": "flow", "version": "1", "name": "Flow", "kind": "FUNCTION"}}}}]}})",
                               declarations_, dependencies));
    flow_ = world_.number("select id from implementation where interface = 'flow'");
  }
  std::int64_t assign(const std::string& more = "") { return world_.task(me_, flows_, "flow", more); }
  std::string refused(const std::string& more = "") {
    try {
      assign(more);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  }
  Json kept(std::int64_t task) {
    return Json::parse(world_.text("select dependencies from task where id = $1", {task}));
  }
  /// The agents that serve the camera of a new task.
  std::vector<std::int64_t> cameras(const std::string& more = "") {
    const std::int64_t task = assign(more);
    const Json all = kept(task);
    world_.database().write([&](sql::Writer& writer) { writer.execute("update task set is_done = 1"); });
    return all["camera"].items().empty() ? std::vector<std::int64_t>() : mapped_agents(all, "camera");
  }
  std::int64_t implementation(const Registered& agent, const std::string& interface) {
    return world_.number("select id from implementation where agent_id = $1 and interface = $2",
                         {agent.agent.agent, interface});
  }
  static std::string choose(const std::string& key, const Registered& agent, const std::string& more = "") {
    return fmt::format(R"(,"dependencies":[{{"key":"{}","mappedAgents":[{{"key":"a","agent":"{}"{}}}]}}])",
                       key, agent.agent.agent, more);
  }
  Json call(std::int64_t parent, const std::string& key, const std::string& dependency,
            const std::string& method) {
    return Json::parse(fmt::format(
        R"({{"type":"ASSIGN_REQUEST","id":"{0}","reference":"{0}","parent":"{1}","call_key":"{0}",)"
        R"("dependency":"{2}","method":"{3}","args":{{"ms":1}}}})",
        key, parent, dependency, method));
  }
  Json ask_root(const std::string& field, const std::string& arguments) {
    Json answer;
    call_.organization = me_->rows.organization;
    call_.now = world_.now;
    world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call_.reader = &reader;
      answer = registry_.answers.at("Query." + field)(call_, Json::parse(arguments));
    });
    return answer;
  }
  /// `Task.resolvedDependencies`.
  Json shown(std::int64_t task) {
    const entity::Model model(rekuest_testing::schema());
    const entity::Table& table = *model.table("task");
    entity::RowSet set{
        &table,
        world_.rows("select id, implementation_id, dependencies from task where id = $1", {task}),
        std::vector<int>(table.columns.size(), -1),
        {}};
    set.position[0] = 0;
    set.position[table.ordinal(*table.column_of_field("implementation"))] = 1;
    set.position[table.ordinal(*table.column_of_field("dependencies"))] = 2;
    const std::vector<entity::Row> rows{entity::Row(set, 0)};
    Json value;
    world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call_.reader = &reader;
      value = registry_.computed_values.at("Task.resolvedDependencies")(call_, rows, Json()).at(0);
    });
    return value;
  }
  static entity::Registry registry() {
    entity::Registry registry;
    add_dependency_fields(registry);
    return registry;
  }
  std::vector<Json> ask(const Json& request) { return parsed(world_.report(flows_, {request}).told); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity("me");
  entity::Registry registry_ = registry();
  entity::Call call_;
  int declarations_ = 0;
  Registered flows_;
  std::int64_t flow_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, DependenciesTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(DependenciesTest, GivesATaskEveryAgentOfTheAppAndWhatTheyNeed) {
  const Registered one = camera("one"), two = camera("two"), turning = wheel("wheel");
  start("other", "others", kCamera);
  declare(camera_dependency());

  const std::string below = fmt::format(
      R"({{"wheel":[{{"agent":"{}","actions":{{"turn":{{"implementation":"{}","dependencies":{{}}}}}}}}]}})",
      turning.agent.agent, implementation(turning, "turn"));
  const auto served_by = [&](const Registered& agent) {
    return fmt::format(R"({{"agent":"{}","actions":{{"snap":{{"implementation":"{}","dependencies":{}}}}}}})",
                       agent.agent.agent, implementation(agent, "snap"), below);
  };
  EXPECT_EQ(kept(assign()).dump(), fmt::format(R"({{"camera":[{},{}]}})", served_by(one), served_by(two)));
}

TEST_P(DependenciesTest, CountsOnlyAgentsThatAreThereAndOfferEverything) {
  const Registered one = camera("one"), two = camera("two");
  std::string blind = kCamera;
  blind.replace(blind.find("\"1\""), 3, "\"2\"");
  blind.replace(blind.find("\"ms\""), 4, "\"us\"");
  start("blind", "cameras", blind);
  std::string stateless = kCamera;
  stateless.replace(stateless.find("\"sensor\""), 8, "\"sonar\"");
  start("stateless", "cameras", stateless);
  declare(camera_dependency());
  EXPECT_THAT(cameras(), ElementsAre(one.agent.agent, two.agent.agent));
  world_.disconnect(one);
  EXPECT_THAT(cameras(), ElementsAre(two.agent.agent));
  world_.disconnect(two);
  EXPECT_THAT(refused(), HasSubstr("The dependency 'camera' is not met"));
  EXPECT_THAT(refused(), HasSubstr("start the app cameras"));
  EXPECT_EQ(world_.number("select count(*) from task where is_done = 0"), 0);
}

TEST_P(DependenciesTest, KeepsToTheNumberOfAgentsThatIsDeclared) {
  const Registered one = camera("one"), two = camera("two");
  declare(camera_dependency(R"("auto_resolvable": true, "max_viable_instances": 1)"));
  EXPECT_THAT(cameras(), ElementsAre(one.agent.agent));
  world_.task(me_, one, "warm");
  EXPECT_THAT(cameras(), ElementsAre(two.agent.agent)) << "the least busy";
  declare(camera_dependency(R"("auto_resolvable": true, "min_viable_instances": 3)"));
  EXPECT_THAT(refused(), HasSubstr("needs 3 connected agents"));
  declare(camera_dependency(R"("auto_resolvable": true, "optional": true, "min_viable_instances": 3)"));
  EXPECT_THAT(cameras(), IsEmpty());
}

TEST_P(DependenciesTest, TakesTheVersionThatIsAskedFor) {
  camera("one");
  declare(camera_dependency(R"("auto_resolvable": true, "version": "2.0.0")"));
  EXPECT_THAT(refused(), HasSubstr("camera"));
  declare(camera_dependency(R"("auto_resolvable": true, "version": "1.0.0")"));
  EXPECT_THAT(cameras(), SizeIs(1));
}

TEST_P(DependenciesTest, LetsTheCallerChoose) {
  const Registered one = camera("one"), two = camera("two"), turning = wheel("wheel");
  declare(camera_dependency(R"("description": "by hand")"));
  EXPECT_THAT(refused(), HasSubstr("name its agents in `dependencies`"));
  EXPECT_THAT(cameras(choose("camera", two)), ElementsAre(two.agent.agent));
  EXPECT_THAT(refused(choose("camera", turning)), HasSubstr("offers nothing for its 'snap'"));
  EXPECT_THAT(refused(choose("kamera", two)), HasSubstr("name its agents")) << "the first that is unmet";
  EXPECT_THAT(refused(R"(,"dependencies":[{"key":"camera","mappedAgents":[],"autoResolve":true}])"),
              HasSubstr("not resolved automatically"));
  world_.disconnect(two);
  EXPECT_THAT(refused(choose("camera", two)), HasSubstr("camera"));
  declare(camera_dependency(R"("optional": true)"));
  EXPECT_THAT(cameras(), IsEmpty());
  EXPECT_THAT(refused(choose("kamera", one)), HasSubstr("does not declare it"));
}

TEST_P(DependenciesTest, LetsTheCallerChooseBelow) {
  const Registered one = camera("one");
  wheel("first");
  const Registered second = wheel("second");
  declare(camera_dependency());
  const auto below = [&](const char* key) {
    return choose(
        "camera", one,
        fmt::format(R"(,"dependencies":[{{"key":"{}","mappedAgents":[{{"key":"w","agent":"{}"}}]}}])", key,
                    second.agent.agent));
  };
  const Json tree = kept(assign(below("wheel")));
  const Json& snap = tree["camera"].items().at(0)["actions"]["snap"];
  EXPECT_THAT(mapped_agents(snap["dependencies"], "wheel"), ElementsAre(second.agent.agent));
  EXPECT_THAT(refused(below("whale")), HasSubstr("declares 'whale'"));
}

TEST_P(DependenciesTest, GivesNoAgentToTwoThatExcludeEachOther) {
  const Registered one = camera("one");
  const std::string left =
      camera_dependency(R"("auto_resolvable": true, "mutually_exclusive_keys": ["right"])");
  std::string right = camera_dependency(R"("auto_resolvable": true)");
  right.replace(right.find("\"camera\""), 8, "\"right\"");
  declare(left + "," + right);
  EXPECT_THAT(refused(), HasSubstr("'right'"));
  EXPECT_THAT(refused(choose("right", one)), HasSubstr("excludes this one"));
  const Registered two = camera("two");
  EXPECT_THAT(refused(), HasSubstr("'right'")) << "the first takes all there are";
  declare(camera_dependency(
              R"("auto_resolvable": true, "max_viable_instances": 1, "mutually_exclusive_keys": ["right"])") +
          "," + right);
  EXPECT_THAT(mapped_agents(kept(assign()), "right"), ElementsAre(two.agent.agent));
}

TEST_P(DependenciesTest, RefusesWhatNeedsItself) {
  declare(
      R"({"key": "again", "app": "flows", "auto_resolvable": true, "action_dependencies": [{"key": "flow"}]})");
  EXPECT_THAT(refused(), HasSubstr("would run what needs it"));
}

TEST_P(DependenciesTest, AreLookedForWhenTheTimeHasCome) {
  declare(camera_dependency());
  const std::string later = R"(,"notBefore":"2023-11-14T22:13:25Z")";  // in five seconds
  const std::int64_t task = assign(later);
  EXPECT_EQ(kept(task).dump(), "{}");
  Outcome out;
  const auto sweep = [&](std::int64_t seconds) {
    world_.now += seconds * 1'000'000;
    out = {};
    world_.database().write([&](sql::Writer& writer) { handle_due(writer, world_.now, out); });
  };
  sweep(6);
  EXPECT_THAT(out.messages, IsEmpty()) << "no camera yet";
  flows_ = start("flows", "flows", "{}");
  const Registered one = camera("one");
  sweep(11);
  EXPECT_THAT(out.messages, SizeIs(1));
  EXPECT_THAT(mapped_agents(kept(task), "camera"), ElementsAre(one.agent.agent));

  declare(camera_dependency(R"("description": "by hand")"));
  EXPECT_THAT(refused(R"(,"notBefore":"2033-11-14T22:13:25Z")"), HasSubstr("name its agents"))
      << "waiting is no use";
}

// --- resolutions ------------------------------------------------------------

TEST_P(DependenciesTest, AreKeptToBeAssignedWith) {
  const Registered one = camera("one"), turning = wheel("wheel");
  declare(camera_dependency());
  std::int64_t resolution = 0;
  world_.database().write([&](sql::Writer& writer) {
    const Dependencies bound = resolve_dependencies(writer, me_->rows.organization, world_.now, flow_, {});
    resolution = store_resolution(writer, {me_->rows.organization, me_->rows.user, world_.now, flow_}, bound);
  });
  const Registered two = camera("two");
  wheel("another");
  const std::string with = fmt::format(R"(,"resolution":"{}")", resolution);

  const Json tree = kept(assign(with));
  EXPECT_THAT(mapped_agents(tree, "camera"), ElementsAre(one.agent.agent));
  EXPECT_THAT(mapped_agents(tree["camera"].items().at(0)["actions"]["snap"]["dependencies"], "wheel"),
              ElementsAre(turning.agent.agent));
  EXPECT_THAT(cameras(with + choose("camera", two)), ElementsAre(two.agent.agent))
      << "what is named beside it wins";
  // By itself it names the implementation.
  const Assigned assigned = world_.assign(me_, fmt::format(R"({{"args":{{}}{}}})", with));
  EXPECT_EQ(parsed(assigned.outcome.messages.at(0))["resolution"], Json(std::to_string(resolution)));
  EXPECT_EQ(world_.number("select resolution_id from task where id = $1", {assigned.task}), resolution);

  EXPECT_THROW(assign(R"(,"resolution":"4711")"), base::Error);
  EXPECT_THROW(world_.task(me_, one, "snap", with), base::Error) << "of another implementation";
}

TEST_P(DependenciesTest, AreKeptWithATaskThatWaitsForItsTimeThoughNobodyServesThem) {
  declare(camera_dependency(R"("optional": true, "auto_resolvable": true)"));
  std::int64_t resolution = 0;
  world_.database().write([&](sql::Writer& writer) {
    resolution = store_resolution(writer, {me_->rows.organization, me_->rows.user, world_.now, flow_}, {});
  });
  const std::string later =
      fmt::format(R"(,"resolution":"{}","notBefore":"2033-11-14T22:13:25Z")", resolution);
  EXPECT_EQ(world_.number("select resolution_id from task where id = $1", {assign(later)}), resolution);
  EXPECT_THROW(world_.task(me_, camera("one"), "warm", later), base::Error) << "of another implementation";
}

// --- as clients see them ----------------------------------------------------

TEST_P(DependenciesTest, AreShownAsFarAsTheyAreStillThere) {
  const Registered one = camera("one"), two = camera("two");
  declare(camera_dependency());
  const std::int64_t task = assign();
  world_.disconnect(two);
  world_.database().write(
      [&](sql::Writer& writer) { writer.execute("delete from agent where id = $1", {two.agent.agent}); });
  EXPECT_EQ(
      shown(task).dump(),
      fmt::format(
          R"([{{"key":"camera","dependency":{},"unmet":null,"mapped_agents":[{{"agent":{},"agent_id":"{}",)"
          R"("mapped_implementations":[{{"key":"snap","implementation":{},"resolved_dependencies":)"
          R"([{{"key":"wheel","dependency":{},"unmet":null,"mapped_agents":[]}}]}}]}}]}}])",
          world_.number("select id from dependency where key = 'camera'"), one.agent.agent, one.agent.agent,
          implementation(one, "snap"),
          world_.number("select id from dependency where key = 'wheel' and implementation_id = $1",
                        {implementation(one, "snap")})));
  declare(R"({"key": "kamera"})");
  EXPECT_TRUE(shown(task).items().at(0)["dependency"].is_null()) << "it is not declared any more";
}

TEST_P(DependenciesTest, SayBeforehandWhetherTheyWouldBeMet) {
  declare(camera_dependency());
  const auto tree = [&](const std::string& more = "") {
    return ask_root("dependencyTree", fmt::format(R"({{"input":{{"implementation":"{}"{}}}}})", flow_, more));
  };
  EXPECT_EQ(tree()["satisfied"], Json(false));
  EXPECT_THAT(tree()["dependencies"].items().at(0)["unmet"].as_string(), HasSubstr("start the app cameras"));
  const Registered one = camera("one");
  EXPECT_EQ(tree()["satisfied"], Json(true));
  EXPECT_EQ(tree()["dependencies"].items().at(0)["mapped_agents"].items().at(0)["agent"],
            Json(one.agent.agent));
  EXPECT_EQ(tree(choose("kamera", one))["satisfied"], Json(false));
  EXPECT_THROW(ask_root("dependencyTree", R"({"input":{"implementation":"4711"}})"), base::Error);
}

// --- guards -----------------------------------------------------------------

class Guards : public DependenciesTest {
 protected:
  void SetUp() override {
    declare(camera_dependency());
    task_ = assign(R"(,"policy":"AUTO")");
    world_.report(one_,
                  {numbered("SESSION_INIT", 1, R"(,"session_id":"s1","states":{"sensor":{"gain":1}})")});
  }
  Json guard(const std::string& more = "", const char* state = "sensor") {
    return ask(Json::parse(fmt::format(
                   R"({{"type":"STATE_REVISION_REQUEST","id":"r","parent":"{}","dependency":"camera","state":"{}"{}}})",
                   task_, state, more)))
        .at(0);
  }
  Json since(const Json& revision, const std::string& paths = "[]") {
    return guard(fmt::format(R"(,"since":{},"paths":{})", revision.dump(), paths));
  }
  void patch(const char* path, const std::string& task) {
    ++patches_;
    world_.report(
        one_,
        {numbered("STATE_PATCH", patches_ + 1,
                  fmt::format(R"(,"state_name":"sensor","session_id":"s1","op":"replace","path":"{}",)"
                              R"("value":{},"old_value":0,"global_rev":{},"ts":1700000000.5,"task_id":{})",
                              path, patches_, patches_, task))});
  }

  Registered one_ = camera("one");
  std::int64_t task_ = 0;
  std::int64_t patches_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, Guards, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Guards, TellWhatOthersChanged) {
  patch("/gain", "null");
  const Json first = guard();
  ASSERT_TRUE(first["revision"].is_object()) << first.dump();
  EXPECT_EQ(first["request"], Json("r"));
  EXPECT_EQ(since(first["revision"])["changed"], Json(false));
  EXPECT_TRUE(since(first["revision"])["revision"].is_null());

  const std::string child = ask(call(task_, "c1", "camera", "snap")).at(0)["task"].as_string();
  patch("/gain", '"' + child + '"');
  EXPECT_EQ(since(first["revision"])["changed"], Json(false)) << "its own call did that";

  patch("/gain", "null");
  const Json changed = since(first["revision"]);
  EXPECT_EQ(changed["changed"], Json(true));
  EXPECT_THAT(changed["detail"].as_string(), HasSubstr("/gain"));
  EXPECT_EQ(since(guard()["revision"])["changed"], Json(false));
}

TEST_P(Guards, WatchPathsAndWhatIsAboveAndBelow) {
  const Json revision = guard()["revision"];
  patch("/lens/focus", "null");
  const auto changed = [&](const char* path) {
    return since(revision, fmt::format(R"(["/other","{}"])", path))["changed"];
  };
  EXPECT_EQ(changed("/lens/focus"), Json(true));
  EXPECT_EQ(changed("/lens"), Json(true));
  EXPECT_EQ(changed("lens/focus/z"), Json(true));
  EXPECT_EQ(changed("/len"), Json(false));
  EXPECT_EQ(changed("/lens/foc"), Json(false));
}

TEST_P(Guards, TellThatAnAgentWasRestarted) {
  const Json revision = guard()["revision"];
  world_.disconnect(one_);
  const Registered again =
      world_.connect(world_.request(world_.identity("one", "u-1", "lab", "cameras"), "s2", kCamera));
  world_.report(again,
                {numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{"sensor":{"gain":1}})", "s2")});
  const Json changed = since(revision);
  EXPECT_EQ(changed["changed"], Json(true));
  EXPECT_THAT(changed["detail"].as_string(), HasSubstr("restarted"));
}

TEST_P(Guards, SayWhatCannotBeWatched) {
  EXPECT_THAT(guard("", "lens")["error"].as_string(),
              HasSubstr("no dependency 'camera' with a state 'lens'"));
  EXPECT_THAT(guard(R"(,"since":{"x":1})")["error"].as_string(), HasSubstr("no revision"));
  const Json foreign = Json::parse(fmt::format(
      R"({{"type":"STATE_REVISION_REQUEST","id":"r","parent":"{}","dependency":"camera","state":"sensor"}})",
      task_));
  EXPECT_THAT(parsed(world_.report(one_, {foreign}).told).at(0)["error"].as_string(),
              HasSubstr("Only the agent that runs"));
}

// --- calls ------------------------------------------------------------------

TEST_P(DependenciesTest, AreCalledByTheTaskThatHasThem) {
  const Registered one = camera("one"), two = camera("two");
  wheel("wheel");
  declare(camera_dependency());
  const std::int64_t task = assign(R"(,"policy":"AUTO")");
  const std::vector<Json> frames = ask(call(task, "c1", "camera", "snap"));
  ASSERT_THAT(frames, SizeIs(2)) << frames.at(0).dump();
  EXPECT_EQ(frames[1]["type"], Json("ASSIGN"));
  EXPECT_EQ(frames[1]["interface"], Json("snap"));
  const std::int64_t child = std::stoll(frames[0]["task"].as_string());
  EXPECT_EQ(world_.number("select agent_id from task where id = $1", {child}), one.agent.agent);
  EXPECT_EQ(world_.text("select dependency || '.' || dependency_method from task where id = $1", {child}),
            "camera.snap");
  EXPECT_THAT(mapped_agents(kept(child), "wheel"), SizeIs(1)) << "it gets what was bound for it";

  const std::int64_t next = std::stoll(ask(call(task, "c2", "camera", "snap")).at(0)["task"].as_string());
  EXPECT_EQ(world_.number("select agent_id from task where id = $1", {next}), two.agent.agent)
      << "the least busy";
}

TEST_P(DependenciesTest, SayWhyTheyCannotBeCalled) {
  const Registered one = camera("one");
  declare(camera_dependency());
  const std::int64_t task = assign(R"(,"policy":"AUTO")");
  const auto error = [&](const std::string& key, const char* dependency, const char* method) {
    return ask(call(task, key, dependency, method)).at(0)["error"].as_string();
  };
  EXPECT_THAT(error("c1", "kamera", "snap"), HasSubstr("no dependency 'kamera'"));
  EXPECT_THAT(error("c2", "camera", "flash"), HasSubstr("offers 'flash'"));
  Json half = call(task, "c3", "camera", "snap");
  half.set("method", nullptr);
  EXPECT_THAT(ask(half).at(0)["error"].as_string(), HasSubstr("belong together"));
  world_.disconnect(one);
  EXPECT_THAT(error("c4", "camera", "snap"), HasSubstr("is connected"));
}

TEST_P(DependenciesTest, AreFoundAgainByTheirCall) {
  camera("one");
  declare(camera_dependency());
  const std::int64_t task = assign(R"(,"policy":"AUTO")");
  const Json first = ask(call(task, "c1", "camera", "snap")).at(0);
  EXPECT_EQ(ask(call(task, "c1", "camera", "snap")).at(0)["task"], first["task"]);
  EXPECT_THAT(ask(call(task, "c1", "camera", "warm")).at(0)["error"].as_string(),
              StartsWith("Nondeterministic workflow"));
}

}  // namespace
}  // namespace rekuest
