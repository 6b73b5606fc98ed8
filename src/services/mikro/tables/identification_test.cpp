// What columns say that their values are: who is keyed by whom, what is refused.
#include <gmock/gmock.h>

#include "services/mikro/tables/table_fixture.h"

namespace mikro {
namespace {

using mikro_testing::count;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Identified : public Tables {};

INSTANTIATE_TEST_SUITE_P(Both, Identified, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Identified, TablesAreKeyedByTheImagesThatLabelTheirRows) {
  const std::string mask = mikro_testing::dataset(lab_, "mask", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string table =
      objects(fmt::format(R"([{{"kind":"DATASET","dataset":"{}","validity":"VALIDATED"}}])", mask));
  const Json edges = lab_.data(R"({ it: transformations { name kind validity input { name } output { name }
    ... on ByDimensionTransformation { parts { kind inputAxes outputAxes field { dereference spatial values field { name } } } } } })")
                         ["it"];
  EXPECT_EQ(
      edges.dump(),
      R"([{"name":"mask -> cells","kind":"BY_DIMENSION","validity":"VALIDATED","input":{"name":"mask"},)"
      R"("output":{"name":"cells"},"parts":[{"kind":"FIELD","inputAxes":["y","x"],"outputAxes":["object_id"],)"
      R"("field":{"dereference":true,"spatial":false,"values":"SCALAR","field":{"name":"mask"}}}]}])");
  // A second mask may key the same rows.
  const std::string other = mikro_testing::dataset(lab_, "other", {"y SPACE", "x SPACE"}, {8, 8});
  objects(fmt::format(R"([{{"kind":"DATASET","dataset":"{}"}},{{"kind":"DATASET","dataset":"{}"}}])", mask,
                      other));
  EXPECT_EQ(count(lab_, "transformation where role = 'KEY'"), 3);
  EXPECT_EQ(remove(table), "");
  EXPECT_EQ(count(lab_, "transformation where role = 'KEY'"), 2);
  // Of several columns the one that says so.
  made({{"cell", "BIGINT"}, {"gene", "BIGINT"}},
       fmt::format(
           R"([{{"name":"cell","axisType":"INDEX","identifiedBy":[{{"kind":"DATASET","dataset":"{}"}}]}},)"
           R"({{"name":"gene","axisType":"INDEX"}}])",
           mask));
  EXPECT_THAT(lab_.data("{ it: transformations(ordering: [{id: DESC}], pagination: {limit: 1}) {"
                        " ... on ByDimensionTransformation { parts { outputAxes } } } }")["it"]
                  .dump(),
              HasSubstr(R"("outputAxes":["cell"])"));
  // Nothing is placed by ids.
  EXPECT_EQ(lab_.data("query ($id: ID!) { coordinateSystem(id: $id) { placedSystems { id } } }",
                      mikro_testing::id_variable(
                          mikro_testing::grid_of(lab_, mask)))["coordinateSystem"]["placedSystems"]
                .dump(),
            "[]");
}

TEST_P(Identified, TablesReferToOneAnotherByTheirIndexColumn) {
  const std::string target = objects();
  const Json contacts = made(
      {{"cell", "BIGINT"}, {"strength", "DOUBLE"}},
      fmt::format(
          R"([{{"name":"cell","identifiedBy":[{{"kind":"TABLE","table":"{}"}}]}},{{"name":"strength"}}])",
          target));
  EXPECT_EQ(contacts["columns"].items()[0]["references"]["id"].as_string(), target);
  EXPECT_EQ(contacts["spec"].dump(), R"(["RECORDS","KEYED"])");
  EXPECT_EQ(lab_.data("query ($id: ID!) { tableDataset(id: $id) { referencedBy { name table { id } } } }",
                      mikro_testing::id_variable(target))["tableDataset"]["referencedBy"]
                .dump(),
            R"([{"name":"cell","table":{"id":")" + contacts["id"].as_string() + R"("}}])");
  EXPECT_THAT(remove(target), AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("'cell'")));
  EXPECT_EQ(remove(contacts["id"].as_string()), "");
  EXPECT_EQ(remove(target), "");
}

TEST_P(Identified, TablesAreIdentifiedByWhatTheirKindReads) {
  const std::string mask = mikro_testing::dataset(lab_, "mask", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string target = objects();
  const std::string plain = made({{"a", "BIGINT"}}, R"([{"name":"a"}])")["id"].as_string();
  const auto by = [&](const std::string& entries, std::string_view axis = R"("axisType":"INDEX",)") {
    return refused({{"n", "DOUBLE"}},
                   fmt::format(R"([{{"name":"n",{}"identifiedBy":[{}]}}])", axis, entries));
  };
  const auto says = [](const char* text) { return AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr(text)); };
  const std::string by_mask = fmt::format(R"({{"kind":"DATASET","dataset":"{}"}})", mask);
  const std::string by_table = fmt::format(R"({{"kind":"TABLE","table":"{}"}})", target);
  EXPECT_THAT(by(R"({"kind":"DATASET"})"), says("requires `dataset`"));
  EXPECT_THAT(by(fmt::format(R"({{"kind":"DATASET","table":"{}"}})", target)), says("leave out `table`"));
  EXPECT_THAT(by(R"({"kind":"DATASET","dataset":"999"})"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(by(R"({"kind":"TABLE","table":"999"})"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(by(by_mask, ""), says("no INDEX axis"));
  EXPECT_THAT(by(by_mask, R"("axisType":"SPACE",)"), says("no INDEX axis"));
  EXPECT_THAT(by(by_mask + "," + by_mask), says("twice"));
  EXPECT_THAT(by(by_table + "," + by_table), says("two tables"));
  EXPECT_THAT(by(by_table, R"("axisType":"SPACE",)"), says("positions"));
  EXPECT_THAT(by(fmt::format(R"({{"kind":"TABLE","table":"{}","name":"edge"}})", target)), says("`name`"));
  EXPECT_THAT(by(fmt::format(R"({{"kind":"TABLE","table":"{}"}})", plain)), says("0 INDEX columns"));
  EXPECT_THAT(by(R"({"kind":"MESH_COLLECTION","meshCollection":"1"})"), StartsWith("NOT_IMPLEMENTED"));
  EXPECT_THAT(by(R"({"kind":"NETWORK_COLLECTION_NODES","networkCollection":"1"})"),
              StartsWith("NOT_IMPLEMENTED"));
  EXPECT_EQ(count(lab_, "table_dataset"), 2);
}

}  // namespace
}  // namespace mikro
