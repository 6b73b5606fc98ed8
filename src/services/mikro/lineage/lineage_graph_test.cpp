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
