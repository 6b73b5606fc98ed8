// What a point leads to: the way to the labels, what is read there, what is looked up by it.
#include <gmock/gmock.h>

#include "services/mikro/tables/table_fixture.h"

namespace mikro {
namespace {

using mikro_testing::id_variable;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPlans = R"(
  query ($system: ID!, $maxDepth: Int, $maxJoinDepth: Int! = 1) {
    it: attributePlans(system: $system, maxDepth: $maxDepth, maxJoinDepth: $maxJoinDepth) {
      edge { __typename name version output { name } }
      path { inverted transformation { kind } }
      sample { __typename consumes produces passthrough system { name } ... on ArraySample { store { id } }
        ... on MeshSample { store { id } } ... on NetworkSample { store { id } } }
      hops { index parent cardinality via { column { name } axis } table { name } sparseDataset { id }
        arrayDataset { name dataArrays { level } }
        lookup { kind store { key } keyColumns { axis column { name dtype } } attributes { name }
          sparseArray { id } keyAxis keyHeld valueAxes keyMap { scale offset } }
        joinPath { table { name } column { name } } } } })";

class AttributePlans : public Tables {
 protected:
  Json plans(const std::string& system, Json more = Json::object()) {
    more.set("system", system);
    return lab_.data(kPlans, more)["it"];
  }
  std::string refused_plans(const std::string& system, Json more = Json::object()) {
    more.set("system", system);
    return lab_.error(kPlans, more);
  }
  /// The ways to the labels, each plan's on a line: `mask -> cells: IDENTITY^-1`.
  std::string ways(const std::string& system, Json more = Json::object()) {
    std::string text;
    const Json found = plans(system, std::move(more));
    for (const Json& plan : found.items()) {
      text += plan["edge"]["name"].as_string() + ":";
      for (const Json& step : plan["path"].items()) {
        text += " " + step["transformation"]["kind"].as_string();
        if (step["inverted"].as_bool()) text += "^-1";
      }
      text += "\n";
    }
    return text;
  }
  std::string grid(const std::string& dataset) { return mikro_testing::grid_of(lab_, dataset); }
  std::string space_of_table(const std::string& table) {
    return lab_
        .data("query ($id: ID!) { it: tableDataset(id: $id) { coordinateSystem { id } } }",
              id_variable(table))["it"]["coordinateSystem"]["id"]
        .as_string();
  }
  std::string image(const std::string& name, Json more = Json::object()) {
    return mikro_testing::dataset(lab_, name, {"y SPACE", "x SPACE"}, {8, 8}, std::move(more));
  }
  static Json derived(const char* kind, const char* field, const std::string& source,
                      std::string_view transform) {
    Json entry = Json::object({{"kind", kind}, {field, source}});
    if (!transform.empty()) entry.set("transform", Json::parse(transform));
    return Json::object({{"derivedFrom", Json::array({entry})}});
  }
  std::string labels_of(const std::string& source, const std::string& name,
                        std::string_view transform = R"({"kind":"IDENTITY"})") {
    return image(name, derived("DATASET", "dataset", source, transform));
  }
  std::string labelled_by(const std::string& mask) {
    return objects(fmt::format(R"([{{"kind":"DATASET","dataset":"{}"}}])", mask));
  }
  /// A table `name` whose column refers to another one.
  std::string referring(const std::string& name, const std::string& target, std::string_view more = "") {
    const Json table =
        made({{"id", "BIGINT"}, {"of", "BIGINT"}},
             fmt::format(R"([{{"name":"id","axisType":"INDEX"{}}},)"
                         R"({{"name":"of","identifiedBy":[{{"kind":"TABLE","table":"{}"}}]}}])",
                         more, target));
    rename(table, name);
    return table["id"].as_string();
  }
};

INSTANTIATE_TEST_SUITE_P(Both, AttributePlans, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AttributePlans, SayHowTheLabelUnderAPointIsLookedUp) {
  const std::string mask = image("mask");
  labelled_by(mask);
  const Json found = plans(grid(mask));
  const Json array =
      lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { dataArrays { store { id } } } }",
                id_variable(mask))["it"]["dataArrays"]
          .items()[0];
  const std::string key =
      lab_.data("{ it: tableDatasets { store { key } } }")["it"].items()[0]["store"]["key"].as_string();
  EXPECT_EQ(
      found.dump(),
      R"([{"edge":{"__typename":"ByDimensionTransformation","name":"mask -> cells","version":1,)"
      R"("output":{"name":"cells"}},"path":[],"sample":{"__typename":"ArraySample","consumes":["y","x"],)"
      R"("produces":["object_id"],"passthrough":[],"system":{"name":"mask"},"store":)" +
          array["store"].dump() +
          R"(},"hops":[{"index":0,"parent":null,"cardinality":"ONE","via":null,"table":{"name":"cells"},)"
          R"("sparseDataset":null,"arrayDataset":null,"lookup":{"kind":"TABLE","store":{"key":")" +
          key +
          R"("},"keyColumns":[{"axis":"object_id","column":{"name":"object_id","dtype":"BIGINT"}}],)"
          R"("attributes":[{"name":"area"}],"sparseArray":null,"keyAxis":null,"keyHeld":null,"valueAxes":[],)"
          R"("keyMap":null},"joinPath":[]}]}])");
}

TEST_P(AttributePlans, AreFoundAlongFactsInBothDirections) {
  const std::string source = image("source");
  const std::string mask = labels_of(source, "mask");
  labelled_by(mask);
  EXPECT_EQ(ways(grid(source)), "mask -> cells: IDENTITY^-1\n");
  EXPECT_EQ(ways(grid(mask)), "mask -> cells:\n");
  const std::string sibling = labels_of(source, "other", R"({"kind":"TRANSLATION","translation":[1,2]})");
  EXPECT_EQ(ways(grid(sibling)), "mask -> cells: TRANSLATION IDENTITY^-1\n");
  const std::string crop =
      mikro_testing::lens(lab_, source, R"([{"axis":"y","start":2,"stop":6},{"axis":"x","start":1}])");
  EXPECT_EQ(ways(mikro_testing::space_of(lab_, crop)), "mask -> cells: TRANSLATION IDENTITY^-1\n");
  const auto within = [&](std::int64_t depth) {
    return ways(grid(sibling), Json::object({{"maxDepth", depth}}));
  };
  EXPECT_EQ(within(1), "");
  EXPECT_EQ(within(2), "mask -> cells: TRANSLATION IDENTITY^-1\n");
  labelled_by(sibling);
  EXPECT_EQ(within(0), "other -> cells:\n");
  // Nearest first, although it is the younger one.
  EXPECT_EQ(within(5), "other -> cells:\nmask -> cells: TRANSLATION IDENTITY^-1\n");
}

TEST_P(AttributePlans, AreNotFoundAcrossClaimsAndLostPositions) {
  const std::string source = image("source");
  const std::string same = R"({"kind":"IDENTITY"})";
  // Both are registered in one world.
  const std::string mask = image("mask");
  labelled_by(mask);
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  for (const std::string& one : {source, mask}) mikro_testing::edge(lab_, grid(one), stage, same);
  EXPECT_EQ(ways(grid(source)), "");
  EXPECT_EQ(ways(stage), "");
  // What was derived from a world lies there for a fact.
  const std::string seen = image("seen", derived("COORDINATE_SYSTEM", "coordinateSystem", stage, same));
  labelled_by(seen);
  EXPECT_EQ(ways(stage), "seen -> cells: IDENTITY^-1\n");
  EXPECT_EQ(ways(grid(source)), "");
  // Nothing corresponds, or only to some of what is there, or in one channel.
  labelled_by(labels_of(source, "lost", ""));
  const std::string channels =
      mikro_testing::dataset(lab_, "channels", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  labelled_by(labels_of(channels, "flat", R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY",
      "inputAxes":["y","x"],"outputAxes":["y","x"]}]})"));
  const std::string shifted =
      mikro_testing::dataset(lab_, "shifted", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  labelled_by(shifted);
  mikro_testing::edge(lab_, grid(channels), grid(shifted), same,
                      Json::object({{"selector", Json::parse(R"({"axis":"c","index":1})")}}));
  EXPECT_EQ(ways(grid(source)), "");
  EXPECT_EQ(ways(grid(channels)), "");
}

TEST_P(AttributePlans, LeaveOutWhatNobodyCouldExecute) {
  const std::string source = image("source");
  const std::string table = objects();
  const std::string rows = space_of_table(table);
  const auto key = [](const std::string& field, const char* to = "object_id") {
    return fmt::format(R"({{"kind":"BY_DIMENSION","parts":[{{"kind":"FIELD","inputAxes":["y","x"],)"
                       R"("outputAxes":["{}"],"field":{{"system":"{}"}}}}]}})",
                       to, field);
  };
  const auto named = [](const char* name) { return Json::object({{"name", name}}); };
  // A slice has positions of its own, which are those of nothing stored.
  const std::string slice =
      mikro_testing::space_of(lab_, mikro_testing::lens(lab_, source, R"([{"axis":"y","start":2}])"));
  mikro_testing::edge(lab_, slice, rows, key(slice), named("slice"));
  // Rows that only have a number are not looked up by it.
  const std::string counted = made({{"area", "DOUBLE"}}, R"([{"name":"area"}])")["id"].as_string();
  mikro_testing::edge(lab_, grid(source), space_of_table(counted), key(grid(source), "object"),
                      named("counted"));
  // A projection does not say how deep it looks.
  const std::string deep = mikro_testing::dataset(lab_, "deep", {"z SPACE", "y SPACE", "x SPACE"}, {4, 8, 8});
  labelled_by(deep);
  mikro_testing::edge(lab_, grid(source), grid(deep),
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["y","x"],)"
                      R"("outputAxes":["y","x"]}]})");
  mikro_testing::edge(lab_, grid(deep), rows, key(grid(source)), named("at one depth"));
  EXPECT_EQ(ways(slice), "at one depth: TRANSLATION BY_DIMENSION\n");
  EXPECT_EQ(ways(grid(source)), "at one depth: BY_DIMENSION\n");
  // There the depth is known.
  EXPECT_EQ(ways(grid(deep)), "deep -> cells:\nat one depth:\n");
}

TEST_P(AttributePlans, ReadAnotherArrayThanTheOneThatWasProbed) {
  const std::string movie =
      mikro_testing::dataset(lab_, "movie", {"t TIME", "y SPACE", "x SPACE"}, {5, 8, 8});
  const std::string mask = image("mask");
  const Json tracks = made({{"t", "BIGINT"}, {"cell", "BIGINT"}, {"speed", "DOUBLE"}},
                           R"([{"name":"t","axisType":"TIME"},{"name":"cell","axisType":"INDEX"},)"
                           R"({"name":"speed"}])");
  const auto key = [&](Json more) {
    mikro_testing::edge(
        lab_, grid(movie), tracks["coordinateSystem"]["id"].as_string(),
        fmt::format(R"({{"kind":"BY_DIMENSION","parts":[{{"kind":"FIELD","inputAxes":["y","x"],)"
                    R"("outputAxes":["cell"],"field":{{"system":"{}"}}}}]}})",
                    grid(mask)),
        std::move(more));
  };
  key(Json::object());
  // In one frame only: a plan is for all of them.
  key(Json::object({{"selector", Json::parse(R"({"axis":"t","index":1})")}}));
  const Json found = plans(grid(movie));
  ASSERT_EQ(found.items().size(), 1U);
  const Json sample = found.items()[0]["sample"];
  EXPECT_EQ(sample["system"]["name"].as_string(), "mask");
  EXPECT_EQ(sample["consumes"].dump() + sample["passthrough"].dump(), R"(["y","x"]["t"])");
  EXPECT_EQ(found.items()[0]["hops"].items()[0]["lookup"]["keyColumns"].dump(),
            R"([{"axis":"t","column":{"name":"t","dtype":"BIGINT"}},)"
            R"({"axis":"cell","column":{"name":"cell","dtype":"BIGINT"}}])");
}

TEST_P(AttributePlans, OfMoviesCompareTheFrame) {
  const std::string labels =
      mikro_testing::dataset(lab_, "labels", {"t TIME", "y SPACE", "x SPACE"}, {5, 8, 8});
  made({{"t", "BIGINT"}, {"cell", "BIGINT"}},
       fmt::format(R"([{{"name":"t","axisType":"TIME"}},{{"name":"cell","axisType":"INDEX",)"
                   R"("identifiedBy":[{{"kind":"DATASET","dataset":"{}"}}]}}])",
                   labels));
  const Json plan = plans(grid(labels)).items()[0];
  EXPECT_EQ(plan["sample"]["consumes"].dump() + plan["sample"]["passthrough"].dump(),
            R"(["t","y","x"]["t"])");
  EXPECT_EQ(plan["hops"].items()[0]["lookup"]["keyColumns"].dump(),
            R"([{"axis":"t","column":{"name":"t","dtype":"BIGINT"}},)"
            R"({"axis":"cell","column":{"name":"cell","dtype":"BIGINT"}}])");
}

TEST_P(AttributePlans, FollowReferencesFromTableToTable) {
  const std::string lineages = objects();
  rename(Json::object({{"id", lineages}}), "lineages");
  const std::string tracks = referring("tracks", lineages);
  const std::string mask = image("mask");
  referring("cells", tracks, fmt::format(R"(,"identifiedBy":[{{"kind":"DATASET","dataset":"{}"}}])", mask));
  const auto hops = [&](std::int64_t joins) {
    std::string text;
    const Json found = plans(grid(mask), Json::object({{"maxJoinDepth", joins}}));
    for (const Json& hop : found.items()[0]["hops"].items()) {
      text += hop["parent"].dump() + " " + hop["table"]["name"].as_string();
      for (const Json& key : hop["lookup"]["keyColumns"].items()) {
        text += " " + key["column"]["name"].as_string() + "=" + key["axis"].as_string();
      }
      for (const Json& step : hop["joinPath"].items()) {
        text += ", " + step["table"]["name"].as_string() + "." + step["column"]["name"].as_string();
      }
      text += "\n";
    }
    return text;
  };
  EXPECT_EQ(hops(0), "null cells id=id\n");
  EXPECT_EQ(hops(1), "null cells id=id\n0 tracks id=of, cells.of\n");
  const std::string all =
      "null cells id=id\n0 tracks id=of, cells.of\n1 lineages object_id=of, cells.of, tracks.of\n";
  EXPECT_EQ(hops(2), all);
  EXPECT_EQ(hops(4), all);
  // No client can make references that go round; whoever finds some ends all the same.
  lab_.database().write([&](sql::Writer& writer) {
    writer.execute(
        "update table_column set references_id = (select id from table_dataset where name = 'cells')"
        " where name = 'area'",
        {});
  });
  EXPECT_EQ(hops(4), all);
}

TEST_P(AttributePlans, ReachArraysThatHaveAPlaceForEachRow) {
  const std::string mask = image("mask");
  const std::string cells = labelled_by(mask);
  const auto traces = [&](const std::string& name, std::string_view parts) {
    return mikro_testing::dataset(
        lab_, name, {"cell INDEX", "t TIME", "c CHANNEL"}, {4, 10, 2},
        derived(
            "TABLE_DATASET", "tableDataset", cells,
            parts.empty() ? std::string() : fmt::format(R"({{"kind":"BY_DIMENSION","parts":[{}]}})", parts)));
  };
  traces("traces",
         R"({"kind":"TRANSLATION","inputAxes":["cell"],"outputAxes":["object_id"],"translation":[1]})");
  traces("unrelated", "");
  traces("by time", R"({"kind":"IDENTITY","inputAxes":["t"],"outputAxes":["object_id"]})");
  const Json found = plans(grid(mask));
  ASSERT_EQ(found.items()[0]["hops"].items().size(), 2U);
  EXPECT_EQ(
      found.items()[0]["hops"].items()[1].dump(),
      R"({"index":1,"parent":0,"cardinality":"ONE","via":{"column":{"name":"object_id"},"axis":"cell"},)"
      R"("table":null,"sparseDataset":null,"arrayDataset":{"name":"traces","dataArrays":[{"level":0}]},)"
      R"("lookup":{"kind":"ARRAY","store":null,"keyColumns":[],"attributes":[],"sparseArray":null,)"
      R"("keyAxis":"cell","keyHeld":"object_id","valueAxes":["t","c"],)"
      R"("keyMap":{"scale":1.0,"offset":-1.0}},"joinPath":[]})");
  EXPECT_EQ(plans(grid(mask), Json::object({{"maxJoinDepth", 0}})).items()[0]["hops"].items().size(), 1U);
  // Also where the table is reached by a reference.
  const std::string other = image("other");
  referring("spots", cells, fmt::format(R"(,"identifiedBy":[{{"kind":"DATASET","dataset":"{}"}}])", other));
  const auto hops = [&](std::int64_t joins) {
    return plans(grid(other), Json::object({{"maxJoinDepth", joins}})).items()[0]["hops"];
  };
  EXPECT_EQ(hops(1).items().size(), 2U);
  ASSERT_EQ(hops(2).items().size(), 3U);
  EXPECT_EQ(hops(2).items()[2]["joinPath"].dump(), R"([{"table":{"name":"spots"},"column":{"name":"of"}}])");
}

TEST_P(AttributePlans, AreOfWhatTheOrganizationHas) {
  const std::string mask = image("mask");
  labelled_by(mask);
  const std::string system = grid(mask);
  EXPECT_THAT(refused_plans("999"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused_plans("mask"), StartsWith("NOT_FOUND"));
  const auto with = [&](const char* argument, std::int64_t value) {
    return refused_plans(system, Json::object({{argument, value}}));
  };
  EXPECT_THAT(with("maxJoinDepth", 5), HasSubstr("from 0, the landing alone, to 4"));
  EXPECT_THAT(with("maxJoinDepth", -1), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(with("maxDepth", -1), StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(with("maxJoinDepth", 4), "");
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused_plans(system), StartsWith("NOT_FOUND"));
}

TEST_P(AttributePlans, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string source = image("source");
  const std::string system = grid(source);
  const std::string tracks = objects();
  const auto another = [&](int n) {
    const std::string mask = labels_of(source, fmt::format("mask {}", n));
    const std::string cells = referring(
        "cells", tracks, fmt::format(R"(,"identifiedBy":[{{"kind":"DATASET","dataset":"{}"}}])", mask));
    for (const char* name : {"traces", "spectra"}) {
      mikro_testing::dataset(
          lab_, name, {"cell INDEX", "t TIME"}, {4, 10},
          derived("TABLE_DATASET", "tableDataset", cells,
                  R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["cell"],)"
                  R"("outputAxes":["id"]}]})"));
    }
  };
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    const std::size_t found = plans(system, Json::object({{"maxJoinDepth", 4}})).items().size();
    return std::pair(found, lab_.round_trips() - before);
  };
  another(0);
  const auto one = cost();
  EXPECT_EQ(one.first, 1U);
  for (int n = 1; n < 6; ++n) another(n);
  const auto six = cost();
  EXPECT_EQ(six.first, 6U);
  EXPECT_EQ(six.second, one.second);
}

}  // namespace
}  // namespace mikro
