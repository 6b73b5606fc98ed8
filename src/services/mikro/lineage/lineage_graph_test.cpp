// The whole story that one piece of data is part of.
#include <gmock/gmock.h>

#include "services/mikro/lineage/lineage_fixture.h"

namespace mikro::lineage {
namespace {

using testing::StartsWith;

class LineageGraph : public Lineages {};

INSTANTIATE_TEST_SUITE_P(Both, LineageGraph, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(LineageGraph, HasAllThatHangsTogetherEitherWay) {
  const std::string cells = image("cells");
  const std::string crop = mikro_testing::lens(lab_, cells, R"([{"axis":"y","start":0,"stop":4}])");
  const std::string mask = image("mask", derived({from("LENS", "lens", crop)}));
  const std::string second = image("second");
  table("areas", derived({from_image(mask), from_image(second)}));
  const std::string far = image("far", derived({from_image(second)}));
  image("unrelated");
  const auto graph = [&](const std::string& system, const std::string& more = "") {
    const Json data = lab_.data(fmt::format(
        "{{ it: lineageGraph(coordinateSystem: {}{}) {{ root {{ id }} nodes {{ __typename ... on"
        " ArrayDataset {{ name }} ... on TableDataset {{ name }} }} edges {{ input {{ name }} output {{ name"
        " }} }} }} }}",
        system, more));
    std::string text;
    for (const Json& node : data["it"]["nodes"].items()) {
      text += fmt::format("{}:{} ", node["__typename"].as_string(), node["name"].as_string());
    }
    for (const Json& edge : data["it"]["edges"].items()) {
      text += fmt::format("{}>{} ", edge["input"]["name"].as_string(), edge["output"]["name"].as_string());
    }
    EXPECT_EQ(data["it"]["root"]["id"].as_string(), system);
    return text;
  };
  const std::string all =
      "ArrayDataset:cells ArrayDataset:mask ArrayDataset:second ArrayDataset:far TableDataset:areas "
      "mask>cells · y[0:4] areas>mask areas>second far>second ";
  EXPECT_EQ(graph(mikro_testing::grid_of(lab_, far)), all);
  EXPECT_EQ(graph(mikro_testing::space_of(lab_, crop)), all);
  EXPECT_EQ(graph(mikro_testing::grid_of(lab_, far), ", maxDepth: 1"),
            "ArrayDataset:second ArrayDataset:far far>second ");
  EXPECT_EQ(graph(mikro_testing::grid_of(lab_, far), ", maxDepth: 0"), "ArrayDataset:far ");
  EXPECT_EQ(graph(mikro_testing::world(lab_, "stage", {"y SPACE um"})), "");
  EXPECT_THAT(lab_.error("{ lineageGraph(coordinateSystem: 999) { root { id } } }"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error("{ lineageGraph(coordinateSystem: 1, maxDepth: -1) { root { id } } }"),
              StartsWith("VALIDATION_ERROR"));
}

TEST_P(LineageGraph, IsReadWithTheSameStatementsHoweverDeepItIs) {
  const auto chain = [&](const std::string& name, int length) {
    std::string last = drawing(name);
    const std::string first = last;
    for (int i = 1; i < length; ++i) {
      last = drawing(name, derived({from("ANNOTATION_COLLECTION", "annotationCollection", last)}));
    }
    return lab_
        .data(fmt::format("{{ it: annotationCollection(id: {}) {{ coordinateSystem {{ id }} }} }}",
                          first))["it"]["coordinateSystem"]["id"]
        .as_string();
  };
  const auto found = [&](const std::string& system, const std::string& more) {
    return lab_
        .data(fmt::format("{{ it: lineageGraph(coordinateSystem: {}{}) {{ nodes {{ __typename }} }} }}",
                          system, more))["it"]["nodes"]
        .items()
        .size();
  };
  const std::string shallow = chain("shallow", 2), deep = chain("deep", 60);
  const auto trips = [&](const std::string& system) {
    const auto before = lab_.database().stats().round_trips;
    found(system, "");
    return lab_.database().stats().round_trips - before;
  };
  EXPECT_EQ(trips(shallow), trips(deep));
  EXPECT_EQ(found(shallow, ""), 2U);
  EXPECT_EQ(found(deep, ""), 60U);
  EXPECT_EQ(found(deep, ", maxDepth: 50"), 51U);
  EXPECT_EQ(found(deep, ", maxDepth: 51"), 52U);
  EXPECT_EQ(found(deep, ", maxDepth: 2147483647"), 60U);
}

TEST_P(LineageGraph, OfMoreThanAnybodyCanLookAtIsRefused) {
  const std::string cells = image("cells");
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  // A chain of drawings below the image.
  const auto lengthen = [&](int from, int to) {
    const std::string numbers = fmt::format(
        "with recursive n(i) as (select {} union all select i + 1 from n where i < {})", from, to);
    execute(
        numbers +
        " insert into coordinate_system (id, organization_id, name, created_at, \"use\") select 100000 + i,"
        " organization_id, 'c', 0, 'COLLECTION' from n, array_dataset");
    execute(numbers +
            " insert into annotation_collection (organization_id, name, coordinate_system_id, created_at,"
            " space_axes, time_axes) select organization_id, 'c', 100000 + i, 0, 2, 0 from n, array_dataset");
    execute(
        numbers +
        " insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
        " input_axes, output_axes, invariance, role) select organization_id, 'UNMAPPABLE', 'MANUAL', 0,"
        " 100000 + i, case when i = 1 then intrinsic_system_id else 100000 + i - 1 end, '[]', '[]', 'NONE',"
        " 'DERIVATION' from n, array_dataset");
  };
  const std::string all =
      fmt::format("{{ it: lineageGraph(coordinateSystem: {}) {{ nodes {{ __typename }} }} }}", grid);
  lengthen(1, 4'999);
  EXPECT_EQ(lab_.data(all)["it"]["nodes"].items().size(), 5'000U);
  lengthen(5'000, 5'000);
  EXPECT_THAT(lab_.error(all), StartsWith("VALIDATION_ERROR More than 5000"));
  EXPECT_EQ(lab_.error(fmt::format(
                "{{ lineageGraph(coordinateSystem: {}, maxDepth: 50) {{ root {{ id }} }} }}", grid)),
            "");
}

TEST_P(LineageGraph, IsRefusedForTooManyEdgesThatLineagesCut) {
  const std::string cells = image("cells");
  const std::string mask = image("mask", derived({from_image(cells)}));
  const auto repeat = [&](int times) {
    execute(fmt::format(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) insert into"
        " transformation (organization_id, kind, validity, created_at, input_id, output_id, input_axes,"
        " output_axes, invariance, role) select e.organization_id, e.kind, e.validity, 0, e.input_id,"
        " e.output_id, '[]', '[]', 'NONE', 'DERIVATION' from n, (select * from transformation"
        " where role = 'DERIVATION' limit 1) e",
        times));
  };
  const std::string graph = fmt::format("{{ it: lineageGraph(coordinateSystem: {}) {{ edges {{ id }} }} }}",
                                        mikro_testing::grid_of(lab_, mask));
  const std::string lineage = fmt::format(
      "{{ it: lineage(start: {{kind: DATASET, id: {}}}) {{ truncated nodes {{ hasMoreUp"
      " hasMoreDown }} edges {{ key }} }} }}",
      cells);
  const std::string below = fmt::format(
      "{{ it: descendants(starts: {{kind: DATASET, id: {}}}) {{ more nodes {{ name }} }} }}", cells);
  repeat(19'999);
  EXPECT_EQ(lab_.data(graph)["it"]["edges"].items().size(), 20'000U);
  EXPECT_EQ(lab_.data(lineage)["it"]["edges"].items().size(), 20'000U);
  EXPECT_FALSE(lab_.data(lineage)["it"]["truncated"].as_bool());
  repeat(1);
  EXPECT_THAT(lab_.error(graph), StartsWith("VALIDATION_ERROR More than 20000 edges"));
  const Json cut = lab_.data(lineage)["it"];
  EXPECT_EQ(cut["edges"].items().size(), 20'000U);
  EXPECT_TRUE(cut["truncated"].as_bool());
  EXPECT_EQ(cut["nodes"].dump(),
            R"([{"hasMoreUp":false,"hasMoreDown":false},{"hasMoreUp":false,"hasMoreDown":false}])");
  EXPECT_EQ(lab_.data(below)["it"].dump(), R"([{"more":false,"nodes":[{"name":"mask"}]}])");
}

}  // namespace
}  // namespace mikro::lineage
