// Tables from their files: what columns say, what they identify, what is refused and leaves no trace.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/tables/table_fixture.h"

namespace mikro {
namespace {

using mikro_testing::count;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<ParquetField> kTracks{{"track", "BIGINT"}, {"t", "DOUBLE"},    {"y", "DOUBLE"},
                                        {"x", "DOUBLE"},     {"area", "DOUBLE"}, {"label", "VARCHAR"}};
constexpr std::string_view kTrackColumns =
    R"([{"name":"track","role":"TRACK_ID"},{"name":"t","axisType":"TIME","unit":"s"},)"
    R"({"name":"y","axisType":"SPACE","unit":"um"},{"name":"x","axisType":"SPACE","unit":"micrometer","longName":"across"},)"
    R"({"name":"area","dtype":"DOUBLE","unit":"um**2","description":"of the outline"},{"name":"label","role":"LABEL"}])";

INSTANTIATE_TEST_SUITE_P(Both, Tables, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Tables, AreTheirFilesColumnsWithWhatTheyMean) {
  const Json table = made(kTracks, kTrackColumns, Json::object({{"description", "of movie 3"}}));
  EXPECT_EQ(table["axisNames"].dump(), R"(["t","y","x"])");
  EXPECT_EQ(table["spec"].dump(), R"(["POINTS_2D","TIMED","TRACKED"])");
  EXPECT_EQ(table["description"].as_string(), "of movie 3");
  EXPECT_EQ(table["folder"].dump(), R"({"name":"Default"})");
  const auto& columns = table["columns"].items();
  ASSERT_EQ(columns.size(), 6U);
  EXPECT_EQ(
      columns[0].dump(),
      R"({"order":0,"name":"track","dtype":"BIGINT","role":"TRACK_ID","axisType":null,"unit":null,)"
      R"("longName":null,"description":null,"references":null,"nodeReferences":null,"table":{"name":"cells"}})");
  EXPECT_EQ(columns[3]["role"].as_string(), "COORDINATE");
  EXPECT_EQ(columns[4]["unit"].as_string(), "micrometer ** 2");
  EXPECT_EQ(columns[4]["description"].as_string(), "of the outline");
  EXPECT_EQ(columns[5]["dtype"].as_string(), "VARCHAR");
  EXPECT_EQ(table["coordinateSystem"]["axes"].dump(),
            R"([{"name":"t","type":"TIME","unit":"second","longName":null},)"
            R"({"name":"y","type":"SPACE","unit":"micrometer","longName":null},)"
            R"({"name":"x","type":"SPACE","unit":"micrometer","longName":"across"}])");
  EXPECT_EQ(table["fullLens"]["label"].as_string(), "cells");
  EXPECT_EQ(table["fullLens"]["spec"], table["spec"]);
  EXPECT_EQ(table["fullLens"]["coordinateSystem"]["id"], table["coordinateSystem"]["id"]);
  EXPECT_EQ(table["lenses"].dump() + table["derivedFrom"].dump(), "[][]");
  EXPECT_EQ(table["descriptors"].dump() + table["provenanceMetadata"].dump(), "{}{}");
  EXPECT_EQ(table["provenanceEntries"].dump(), R"([{"kind":"CREATE","user":{"sub":"ada"}}])");
  EXPECT_TRUE(table["store"]["sizeBytes"].as_int64().value() > 0);
  EXPECT_TRUE(lab_.is_sealed("parquet_store", table["store"]["id"].as_string()));
}

TEST_P(Tables, WithoutCoordinatesEnumerateTheirRows) {
  const Json table = made({{"a", "BIGINT"}, {"b", "VARCHAR"}}, R"([{"name":"a"},{"name":"b"}])");
  EXPECT_EQ(table["axisNames"].dump() + table["spec"].dump(), R"(["object"]["RECORDS"])");
  EXPECT_EQ(table["coordinateSystem"]["axes"].dump(),
            R"([{"name":"object","type":"INDEX","unit":null,"longName":null}])");
}

TEST_P(Tables, OfThousandsOfColumns) {
  std::vector<ParquetField> fields;
  Json columns = Json::array();
  for (int i = 0; i < 3001; ++i) fields.push_back({fmt::format("gene{}", i), "FLOAT"});
  for (const ParquetField& field : fields) columns.push_back(Json::object({{"name", field.name}}));
  EXPECT_THAT(refused(fields, columns.dump()), AllOf(HasSubstr("3000"), HasSubstr("3001")));
  fields.pop_back();
  columns = Json::array();
  for (const ParquetField& field : fields) columns.push_back(Json::object({{"name", field.name}}));
  const Json table = made(fields, columns.dump());
  EXPECT_EQ(table["columns"].items().size(), 3000U);
  EXPECT_EQ(table["columns"].items().back()["name"].as_string(), "gene2999");
}

TEST_P(Tables, AreRefusedWithTheColumnThatDoesNotFit) {
  const std::vector<ParquetField> fields{{"a", "BIGINT"}, {"b", "VARCHAR"}, {"c", "DOUBLE"}};
  const auto with = [&](std::string_view a, std::string_view c = R"({"name":"c"})") {
    return refused(fields, fmt::format(R"([{},{{"name":"b"}},{}])", a, c));
  };
  const auto says = [](const char* text) { return AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr(text)); };
  EXPECT_THAT(refused(fields, "[]"), says("leaves out 'a'"));
  EXPECT_THAT(refused(fields, R"([{"name":"a"},{"name":"b"}])"), says("leaves out 'c'"));
  EXPECT_THAT(refused(fields, R"([{"name":"b"},{"name":"a"},{"name":"c"}])"), says("another place"));
  EXPECT_THAT(refused(fields, R"([{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}])"),
              says("does not have"));
  EXPECT_THAT(refused(fields, R"([{"name":"a"},{"name":"a"},{"name":"c"}])"), says("'a' twice"));
  EXPECT_THAT(with(R"({"name":"a","dtype":"DOUBLE"})"), says("BIGINT"));
  EXPECT_THAT(with(R"({"name":"a","axisType":"CHANNEL"})"), says("CHANNEL"));
  EXPECT_THAT(with(R"({"name":"a","role":"COORDINATE"})"), says("`axisType`"));
  EXPECT_THAT(with(R"({"name":"a","role":"COORDINATE","axisType":"INDEX"})"), says("leave out its `role`"));
  EXPECT_THAT(with(R"({"name":"a","axisType":"INDEX","unit":"second"})"), says("takes no unit"));
  EXPECT_THAT(with(R"({"name":"a","role":"ID","unit":"second"})"), says("ID and a unit"));
  EXPECT_THAT(with(R"({"name":"a","unit":"furlong per nothing"})"), says("furlong per nothing"));
  EXPECT_THAT(with(R"({"name":"a","axisType":"TIME","unit":"micrometer"})"), says("[time]"));
  EXPECT_THAT(with(R"({"name":"a","axisType":"SPACE","unit":"um"})", R"({"name":"c","axisType":"SPACE"})"),
              says("all SPACE axes"));
  EXPECT_THAT(with(R"({"name":"a","role":"ID"})", R"({"name":"c","role":"ID"})"), says("one ID column"));
  EXPECT_THAT(refused({{"s", "VARCHAR"}}, R"([{"name":"s","axisType":"SPACE"}])"), says("no positions"));
  EXPECT_EQ(count(lab_, "table_dataset") + count(lab_, "coordinate_system") + count(lab_, "folder"), 0);
  EXPECT_EQ(count(lab_, "parquet_store where populated = 1"), 0);
}

TEST_P(Tables, ThatAreRefusedMayBeRepaired) {
  const std::string store = lab_.table({{"a", "BIGINT"}});
  EXPECT_THAT(lab_.error(kCreate, input(store, "[]")), StartsWith("VALIDATION_ERROR"));
  EXPECT_FALSE(lab_.is_sealed("parquet_store", store));
  // A store that was finished before is as good.
  lab_.data("mutation ($id: String!) { finishParquetUpload(input: {storeId: $id}) { id } }",
            Json::object({{"id", store}}));
  EXPECT_THAT(lab_.error(kCreate, input(store, "[]")), StartsWith("VALIDATION_ERROR"));
  EXPECT_TRUE(lab_.is_sealed("parquet_store", store));
  lab_.data(kCreate, input(store, R"([{"name":"a"}])"));
  EXPECT_THAT(lab_.error(kCreate, input("999", "[]")), StartsWith("NOT_FOUND"));
  const Json more = Json::object({{"sourceFiles", Json::array({Json::object({{"file", "1"}})})}});
  EXPECT_THAT(lab_.error(kCreate, input(store, R"([{"name":"a"}])", more)), StartsWith("NOT_FOUND"));
}

TEST_P(Tables, OfTwoColumnsOfOneNameAreRefused) {
  EXPECT_THAT(refused({{"a", "BIGINT"}, {"a", "BIGINT"}}, R"([{"name":"a"}])"), HasSubstr("two columns 'a'"));
  EXPECT_THAT(refused({{"a", "BIGINT"}, {"b", "BIGINT"}, {"a", "BIGINT"}}, R"([{"name":"a"},{"name":"b"}])"),
              HasSubstr("two columns 'a'"));
}

TEST_P(Tables, AreReadOutOfFilesAndWrittenToThem) {
  const auto file = [&](const char* name, const Json& export_of) {
    return lab_
        .data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
              Json::object({{"input", Json::object({{"file", lab_.upload("Bigfile", {{"", "bytes"}})},
                                                    {"fileName", name},
                                                    {"exportOf", export_of}})}}))["it"]["id"]
        .as_string();
  };
  const std::string raw = file("cells.csv", Json());
  const Json table = made({{"a", "BIGINT"}}, R"([{"name":"a"}])",
                          Json::object({{"sourceFiles", Json::array({Json::object({{"file", raw}})})}}));
  file("cells.xlsx", Json::array({Json::object({{"kind", "TABLE_DATASET"}, {"tableDataset", table["id"]}})}));
  EXPECT_EQ(lab_.data("{ it: tableDatasets { sourceFiles { file { name } container { __typename } }"
                      " exports { file { name } } } }")["it"]
                .dump(),
            R"([{"sourceFiles":[{"file":{"name":"cells.csv"},"container":{"__typename":"TableDataset"}}],)"
            R"("exports":[{"file":{"name":"cells.xlsx"}}]}])");
  EXPECT_EQ(found("{hasSourceFile: true}"), "cells ");
  EXPECT_EQ(found("{hasSourceFile: false}"), "");
  EXPECT_EQ(remove(table["id"].as_string()), "");
  EXPECT_EQ(mikro_testing::count(lab_, "file_link"), 0);
}

TEST_P(Tables, BelongToTheirOrganization) {
  const std::string mask = mikro_testing::dataset(lab_, "mask", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string store = lab_.table({{"n", "BIGINT"}});
  const std::string table = objects();
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(lab_.data("{ tableDatasets { id } tableDatasetsStats { count } lenses { id } }").dump(),
            R"({"tableDatasets":[],"tableDatasetsStats":{"count":0},"lenses":[]})");
  EXPECT_THAT(lab_.error(kCreate, input(store, R"([{"name":"n"}])")), StartsWith("NOT_FOUND"));
  const auto by = [&](const std::string& entry) {
    return refused({{"n", "BIGINT"}},
                   fmt::format(R"([{{"name":"n","axisType":"INDEX","identifiedBy":[{}]}}])", entry));
  };
  EXPECT_THAT(by(fmt::format(R"({{"kind":"DATASET","dataset":"{}"}})", mask)), StartsWith("NOT_FOUND"));
  EXPECT_THAT(by(fmt::format(R"({{"kind":"TABLE","table":"{}"}})", table)), StartsWith("NOT_FOUND"));
  const Json one = mikro_testing::id_variable(table);
  for (const char* document :
       {"query ($id: ID!) { tableDataset(id: $id) { id } }",
        "mutation ($id: ID!) { deleteTableDataset(input: {id: $id}) }",
        "mutation ($id: ID!) { updateTableDataset(input: {id: $id, name: \"mine\"}) { id } }",
        "mutation ($id: ID!) { createTableLens(input: {tableDataset: $id}) { id } }",
        "mutation ($id: ID!) { createCoordinateAnchor(input: {table: $id, anchor: {axisAnchors: []}}) { id } "
        "}"}) {
    EXPECT_THAT(lab_.error(document, one), StartsWith("NOT_FOUND")) << document;
  }
}

TEST_P(Tables, AreRenamedAndDescribedAndDeletedByWhoeverMadeThem) {
  const Json table = made(kTracks, kTrackColumns);
  const Json renamed = lab_.data(
      "mutation ($id: ID!) { it: updateTableDataset(input: {id: $id, description: \"seen\"}) { name "
      "description"
      " provenanceEntries(pagination: {limit: 1}) { kind effectiveChanges { field newValue } } } }",
      mikro_testing::id_variable(table["id"].as_string()));
  EXPECT_EQ(renamed["it"].dump(),
            R"({"name":"cells","description":"seen","provenanceEntries":[{"kind":"UPDATE",)"
            R"("effectiveChanges":[{"field":"description","newValue":"seen"}]}]})");
  lab_.become("bob");
  EXPECT_THAT(remove(table["id"].as_string()), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(remove(table["id"].as_string()), "");
  EXPECT_EQ(count(lab_, "table_dataset") + count(lab_, "table_column") + count(lab_, "coordinate_system") +
                count(lab_, "lens"),
            0);
  EXPECT_EQ(count(lab_, "parquet_store where orphaned_at is not null"), 1);
}

TEST_P(Tables, AreToldOfToWhoFollowsThem) {
  std::vector<std::string> all, in_folder;
  const auto follow = [&](const std::string& topic, std::vector<std::string>& heard) {
    return lab_.feed().follow(topic, [&heard](const Json& event) { heard.push_back(event.dump()); });
  };
  const Json folder = lab_.data("mutation { it: createFolder(input: {name: \"f\"}) { id } }");
  const std::string id = folder["it"]["id"].as_string();
  const auto first = follow("table-datasets/1", all);
  const auto second = follow("table-datasets/1/" + id, in_folder);
  const Json filed = made({{"a", "BIGINT"}}, R"([{"name":"a"}])", Json::object({{"folder", id}}));
  const std::string table = filed["id"].as_string();
  const std::string other = made({{"a", "BIGINT"}}, R"([{"name":"a"}])")["id"].as_string();
  rename(filed, "b");
  rename(filed, "b");
  EXPECT_EQ(remove(table), "");
  const std::vector<std::string> told{R"({"create":)" + table + "}", R"({"update":)" + table + "}",
                                      R"({"delete":)" + table + "}"};
  EXPECT_EQ(in_folder, told);
  EXPECT_EQ(all, (std::vector<std::string>{told[0], R"({"create":)" + other + "}", told[1], told[2]}));
}

TEST_P(Tables, KeepTheStoreThatAnotherTableReads) {
  const std::string store = lab_.table({{"a", "BIGINT"}});
  const Json first = lab_.data(kCreate, input(store, R"([{"name":"a"}])"))["it"];
  lab_.data(kCreate, input(store, R"([{"name":"a"}])"));
  EXPECT_EQ(remove(first["id"].as_string()), "");
  EXPECT_EQ(count(lab_, "parquet_store where orphaned_at is null"), 1);
}

TEST_P(Tables, AreDerivedFromDataAndPlacedByIt) {
  const std::string image = mikro_testing::dataset(lab_, "image", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string world = mikro_testing::world(lab_, "stage", {"y SPACE micrometer", "x SPACE micrometer"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, image), world,
                      R"({"kind":"SCALE","scale":[0.5,0.5]})");
  const Json from = Json::object(
      {{"derivedFrom", Json::array({Json::object({{"kind", "DATASET"},
                                                  {"dataset", image},
                                                  {"transform", Json::object({{"kind", "IDENTITY"}})}})})}});
  const Json points = made({{"y", "DOUBLE"}, {"x", "DOUBLE"}},
                           R"([{"name":"y","axisType":"SPACE"},{"name":"x","axisType":"SPACE"}])", from);
  rename(points, "points");
  EXPECT_EQ(points["derivedFrom"].dump(), R"([{"kind":"IDENTITY"}])");
  const Json loose =
      Json::object({{"derivedFrom", Json::array({Json::object({{"kind", "DATASET"}, {"dataset", image}})})}});
  rename(made({{"a", "BIGINT"}}, R"([{"name":"a"}])", loose), "measured");
  objects();
  EXPECT_EQ(found(fmt::format("{{dataset: {}}}", image)), "points measured ");
  const std::string other = mikro_testing::dataset(lab_, "other", {"y SPACE", "x SPACE"}, {4, 4});
  EXPECT_EQ(found(fmt::format("{{dataset: {}}}", other)), "");
  EXPECT_EQ(found(fmt::format("{{placeableIn: {}}}", world)), "points ");
  EXPECT_EQ(
      lab_.data("query ($id: ID!) { coordinateSystem(id: $id) { residents { __typename ... on TableDataset { "
                "name } } } }",
                mikro_testing::id_variable(points["coordinateSystem"]["id"].as_string()))["coordinateSystem"]
          .dump(),
      R"({"residents":[{"__typename":"TableDataset","name":"points"}]})");
  // An image may in turn be computed from a table.
  const Json rendered = Json::object(
      {{"derivedFrom",
        Json::array({Json::object({{"kind", "TABLE_DATASET"}, {"tableDataset", points["id"]}})})}});
  mikro_testing::dataset(lab_, "rendered", {"y SPACE", "x SPACE"}, {4, 4}, rendered);
}

TEST_P(Tables, AreFound) {
  rename(made(kTracks, kTrackColumns), "tracks");
  rename(
      made({{"t", "DOUBLE"}, {"v", "DOUBLE"}}, R"([{"name":"t","axisType":"TIME","unit":"s"},{"name":"v"}])"),
      "curve");
  const std::string plain = objects();
  lab_.data("mutation { createFolder(input: {name: \"f\"}) { id } }");
  const std::string folder =
      lab_.data("{ it: folders(filters: {isDefault: false}) { id } }")["it"].items()[0]["id"].as_string();
  const std::string put =
      fmt::format("(input: {{selfs: [{}], other: {}}}) {{ tableDatasets {{ name }} }}", plain, folder);
  EXPECT_EQ(lab_.data("mutation { it: putTableDatasetsInFolder" + put + " }")["it"].dump(),
            R"({"tableDatasets":[{"name":"cells"}]})");
  EXPECT_EQ(found(fmt::format("{{folder: {}}}", folder)), "cells ");
  EXPECT_EQ(found(fmt::format("{{folders: [{}]}}", folder)), "cells ");
  EXPECT_EQ(lab_.data("mutation { it: releaseTableDatasetsFromFolder" + put + " }")["it"].dump(),
            R"({"tableDatasets":[]})");
  EXPECT_EQ(found("{spec: [POINTS_2D, TRACKED]}"), "tracks ");
  EXPECT_EQ(found("{spec: [SERIES]}"), "curve ");
  EXPECT_EQ(found("{hasColumnRole: TRACK_ID}"), "tracks ");
  EXPECT_EQ(found("{search: \"CU\", owner: \"ada\"}"), "curve ");
  EXPECT_EQ(found("{owner: \"bob\"}"), "");
  EXPECT_THAT(
      lab_.error(
          "{ tableDatasets(filters: {requires: [{key: \"@mikro/n_channels\", operator: EXISTS}]}) { id } }"),
      StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(lab_.data("{ it: tableDatasets(ordering: [{name: DESC}]) { name } }")["it"].dump(),
            R"([{"name":"tracks"},{"name":"curve"},{"name":"cells"}])");
  EXPECT_EQ(lab_.data("{ it: tableDatasetsStats(filters: {search: \"c\"}) { count } }")["it"].dump(),
            R"({"count":3})");
}

TEST_P(Tables, CarryAnchorsAtTheirCoordinates) {
  const Json anchors = Json::object(
      {{"anchors", Json::array({Json::parse(
                       R"({"axisAnchors":[{"axis":"t","value":-5}],"label":{"label":"before"}})")})}});
  const Json table = made(kTracks, kTrackColumns, anchors);
  const std::string more = fmt::format(
      "mutation {{ it: createCoordinateAnchor(input: {{table: {}, anchor: {{axisAnchors: [{{axis: \"t\", "
      "value: 12}}],"
      " acquisitionWindow: {{start: \"2026-01-01T00:00:00Z\"}}}}}}) {{ coordinates table {{ name }} dataset "
      "{{ id }} }} }}",
      table["id"].as_string());
  EXPECT_EQ(lab_.data(more)["it"].dump(),
            R"({"coordinates":{"t":12},"table":{"name":"cells"},"dataset":null})");
  lab_.data(more);
  EXPECT_EQ(
      lab_.data("{ it: tableDatasets { anchors { coordinates channelLabel { label } } } }")["it"].dump(),
      R"([{"anchors":[{"coordinates":{"t":-5},"channelLabel":{"label":"before"}},)"
      R"({"coordinates":{"t":12},"channelLabel":null}]}])");
  const auto anchored = [&](const std::string& filter) {
    return lab_.data("{ it: coordinateAnchors(filters: " + filter + ") { id } }")["it"].items().size();
  };
  EXPECT_EQ(anchored(fmt::format("{{table: {{exact: {}}}}}", table["id"].as_string())), 2U);
  EXPECT_EQ(anchored("{table: {exact: 999}}"), 0U);
  const std::string lens = fmt::format(
      "mutation {{ it: createTableLens(input: {{tableDataset: {}, windows: [{{axis: \"t\", min: 0}}]}}) {{"
      " activeAnchors {{ coordinates }} }} }}",
      table["id"].as_string());
  EXPECT_EQ(lab_.data(lens)["it"].dump(), R"({"activeAnchors":[{"coordinates":{"t":12}}]})");
  EXPECT_EQ(remove(table["id"].as_string()), "");
  EXPECT_EQ(count(lab_, "coordinate_anchor"), 0);
}

TEST_P(Tables, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string_view list =
      "{ tableDatasets { name folder { name } store { key } columns { name references { name } } lenses { "
      "label spec"
      " activeAnchors { id } } referencedBy { name } derivedFrom { id } anchors { id } coordinateSystem { "
      "axes { name }"
      " } } }";
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(list);
    return lab_.round_trips() - before;
  };
  const std::string target = objects();
  const auto reference = [&] {
    made({{"n", "BIGINT"}},
         fmt::format(R"([{{"name":"n","identifiedBy":[{{"kind":"TABLE","table":"{}"}}]}}])", target));
  };
  reference();
  const std::uint64_t one = cost();
  for (int i = 0; i < 5; ++i) reference();
  EXPECT_EQ(cost(), one);
}

}  // namespace
}  // namespace mikro
