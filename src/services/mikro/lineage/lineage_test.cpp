// Where data came from and what became of it, asked of what was made as users make it.
#include <gmock/gmock.h>

#include "services/mikro/lineage/lineage_fixture.h"

namespace mikro::lineage {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Lineage : public Lineages {};

INSTANTIATE_TEST_SUITE_P(Both, Lineage, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Lineage, GoesFromAFileOverItsSeriesAndMasksToTablesAndExports) {
  const std::string raw = file("raw.czi");
  const std::string cells = image("cells", read_from(raw, "1"));
  image("beads", read_from(raw, "2"));
  const std::string crop = mikro_testing::lens(lab_, cells, R"([{"axis":"y","start":0,"stop":4,"step":2}])");
  const std::string mask =
      image("mask", derived({from("LENS", "lens", crop, R"({"valueRelation":"CATEGORIZED"})")}));
  const std::string areas = table("areas", derived({from_image(mask)}));
  const std::string tiff = file("mask.tiff", {written_from(mask)});
  EXPECT_EQ(told("FILE", raw),
            "raw.czi@0 cells@1 beads@1 mask@2 areas@3 mask.tiff@3 cells>mask mask>areas raw.czi>cells "
            "raw.czi>beads mask>mask.tiff");
  EXPECT_EQ(told("TABLE_DATASET", areas, ", up: 9"),
            "areas@0 mask@-1v cells@-2 raw.czi@-3v cells>mask mask>areas raw.czi>cells");
  EXPECT_EQ(told("FILE", tiff, ", up: 1"), "mask.tiff@0 mask@-1^v mask>mask.tiff");
}

TEST_P(Lineage, SaysOfEachStepWhatItWas) {
  const std::string raw = file("raw.czi");
  const std::string cells = image("cells", read_from(raw));
  const std::string crop = mikro_testing::lens(lab_, cells, R"([{"axis":"y","start":0,"stop":4}])");
  const std::string other = image("other");
  const std::string mask =
      image("mask", derived({from("LENS", "lens", crop,
                                  R"({"transform":{"kind":"IDENTITY"},"valueRelation":"CATEGORIZED"})"),
                             from_image(other)}));
  const std::string tiff = file("mask.tiff", {written_from(mask)});
  execute(
      fmt::format("update array_dataset set created_through_id = {} where id = {}", task("segmented"), mask));
  execute(
      fmt::format("update file_link set created_through_id = {} where file_id = {}", task("linked"), raw));
  execute(fmt::format("update file set created_through_id = {} where id = {}", task("saved"), tiff));
  const Json lineage = walk("DATASET", mask, ", up: 2");
  const auto whole = [&](const std::string& dataset) {
    return lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } derivedFrom { id } } }",
                     mikro_testing::id_variable(dataset))["it"];
  };
  const auto edge = [&](std::size_t at, const std::string& key) {
    Json one = lineage["edges"].items().at(at);
    EXPECT_EQ(one["key"].as_string(), key);
    one.erase("key");
    return one.dump();
  };
  const Json made_by = whole(mask)["derivedFrom"];
  EXPECT_EQ(
      edge(0, "DERIVATION:" + made_by.items()[0]["id"].as_string()),
      fmt::format(R"({{"kind":"DERIVATION","source":"DATASET:{}","target":"DATASET:{}",)"
                  R"("taskId":"segmented","transformationKind":"IDENTITY","valueRelation":"CATEGORIZED",)"
                  R"("annotationId":null,"primary":true,"sourceLens":"{}"}})",
                  cells, mask, crop));
  EXPECT_EQ(edge(1, "DERIVATION:" + made_by.items()[1]["id"].as_string()),
            fmt::format(R"({{"kind":"DERIVATION","source":"DATASET:{}","target":"DATASET:{}",)"
                        R"("taskId":"segmented","transformationKind":"UNMAPPABLE","valueRelation":null,)"
                        R"("annotationId":null,"primary":false,"sourceLens":{}}})",
                        other, mask, whole(other)["fullLens"]["id"].dump()));
  const auto link = [&](const std::string& list, const std::string& dataset) {
    return lab_
        .data(fmt::format("{{ it: arrayDataset(id: {}) {{ {} {{ id }} }} }}", dataset, list))["it"][list]
        .items()[0]["id"]
        .as_string();
  };
  EXPECT_EQ(edge(2, "INGEST:" + link("sourceFiles", cells)),
            fmt::format(R"({{"kind":"INGEST","source":"FILE:{}","target":"DATASET:{}","taskId":"linked",)"
                        R"("transformationKind":null,"valueRelation":null,"annotationId":null,)"
                        R"("primary":false,"sourceLens":null}})",
                        raw, cells));
  EXPECT_EQ(edge(3, "EXPORT:" + link("exports", mask)),
            fmt::format(R"({{"kind":"EXPORT","source":"DATASET:{}","target":"FILE:{}","taskId":"saved",)"
                        R"("transformationKind":null,"valueRelation":null,"annotationId":null,)"
                        R"("primary":false,"sourceLens":{}}})",
                        mask, tiff, whole(mask)["fullLens"]["id"].dump()));
}

TEST_P(Lineage, SaysOfEachNodeHowItIsLaidOutAndLookedAt) {
  const std::string cells = image("cells");
  const std::string first = mikro_testing::lens(lab_, cells, R"([{"axis":"x","start":0,"stop":1}])");
  std::string last;
  for (int i = 0; i < 14; ++i) {
    last =
        mikro_testing::lens(lab_, cells, fmt::format(R"([{{"axis":"y","start":{},"stop":8}}])", i % 7 + 1));
    if (i < 7) continue;
    last = mikro_testing::lens(
        lab_, cells,
        fmt::format(R"([{{"axis":"y","start":0,"stop":3,"step":2}},{{"axis":"x","start":{},"stop":8}}])",
                    i - 6));
  }
  const std::string areas = table("areas", derived({from("LENS", "lens", last)}));
  execute(fmt::format("update lens set name = 'edge' where id = {}", first));
  const Json lineage = walk("TABLE_DATASET", areas);
  Json node = lineage["nodes"].items()[1];
  const std::vector<Json> lenses = node["lenses"].items();
  EXPECT_EQ(node["lensCount"].as_int64(), 16);
  ASSERT_EQ(lenses.size(), 12U);
  EXPECT_EQ(lenses[0]["label"].as_string(), "Whole");
  EXPECT_EQ(lenses[0]["whole"].dump() + lenses[0]["shape"].dump() + lenses[0]["slices"].dump(),
            "true[8,8][]");
  EXPECT_EQ(lenses[1].dump(),
            fmt::format(R"({{"id":"{}","label":"y[0:3:2], x[7:8]","whole":false,"shape":[2,1],"slices":)"
                        R"([{{"axis":"y","start":0,"stop":3,"step":2}},{{"axis":"x","start":7,"stop":8,)"
                        R"("step":1}}]}})",
                        last));
  EXPECT_EQ(lenses[2]["label"].as_string(), "edge");
  EXPECT_EQ(lenses[3]["label"].as_string(), "y[1:8]");
  EXPECT_EQ(
      node["axes"].dump(),
      R"([{"name":"y","type":"SPACE","size":8,"chunk":8},{"name":"x","type":"SPACE","size":8,"chunk":8}])");
  EXPECT_EQ(node["levels"].dump() + node["dtype"].dump(), R"(1"uint16")");
  EXPECT_EQ(node["key"].as_string() + node["kind"].as_string() + node["id"].as_string(),
            fmt::format("DATASET:{0}DATASET{0}", cells));
  EXPECT_THAT(node["createdAt"].as_string(), StartsWith("20"));
  const Json root = lineage["nodes"].items()[0];
  EXPECT_EQ(root["axes"].dump() + root["levels"].dump() + root["dtype"].dump(), "[]0null");
  EXPECT_EQ(root["lenses"].items()[0]["shape"].dump() + root["lenses"].items()[0]["slices"].dump(), "null[]");
  EXPECT_EQ(root["lensCount"].as_int64(), 1);
}

TEST_P(Lineage, NamesTheShapeThatDataWasComputedWithin) {
  const std::string cells = image("cells");
  const std::string rois = drawing("rois", derived({from_image(cells)}));
  const std::string cell = shape(rois);
  const std::string cut = image("cut", derived({from("ANNOTATION", "annotation", cell)}));
  const Json lineage = walk("DATASET", cut, ", up: 3");
  ASSERT_EQ(story(lineage), "cut@0 rois@-1 cells@-2 cells>rois rois>cut");
  EXPECT_EQ(lineage["edges"].items()[0]["annotationId"].dump(), "null");
  EXPECT_EQ(lineage["edges"].items()[1]["annotationId"].as_string(), cell);
  EXPECT_EQ(lineage["nodes"].items()[1]["key"].as_string(), "ANNOTATION_COLLECTION:" + rois);
}

TEST_P(Lineage, SaysWhatItLeavesOutAndWhy) {
  const std::string cells = image("cells");
  for (const char* name : {"a", "b", "c"}) {
    const std::string mask = image(name, derived({from_image(cells)}));
    image(fmt::format("{}{}", name, name), derived({from_image(mask)}));
  }
  EXPECT_EQ(told("DATASET", cells, ", down: 1"), "cells@0 a@1v b@1v c@1v cells>a cells>b cells>c");
  EXPECT_EQ(told("DATASET", cells, ", fanout: 2"), "cells@0v a@1 b@1 aa@2 bb@2 cells>a a>aa cells>b b>bb");
  EXPECT_EQ(told("DATASET", cells, ", limit: 5"),
            "cells@0 a@1 b@1v c@1v aa@2 cells>a a>aa cells>b cells>c ...");
  EXPECT_EQ(told("DATASET", cells, ", limit: 7").find("..."), std::string::npos);
  EXPECT_EQ(told("DATASET", cells, ", limit: 1, up: 0"), "cells@0v ...");
  EXPECT_EQ(told("DATASET", cells, ", up: 0, down: 0"), "cells@0v");
}

TEST_P(Lineage, HasEachNodeOnceInDiamondsAndCycles) {
  const std::string cells = image("cells");
  const std::string left = image("left", derived({from_image(cells)}));
  const std::string right = image("right", derived({from_image(cells)}));
  const std::string both = image("both", derived({from_image(left), from_image(right), from_image(cells)}));
  EXPECT_EQ(told("DATASET", cells),
            "cells@0 left@1 right@1 both@1 cells>left cells>right left>both right>both cells>both");
  EXPECT_EQ(told("DATASET", left), "left@0 cells@-1v both@1^ cells>left left>both cells>both");
  // Written to a file that is read again as the same.
  const std::string tiff = file("both.tiff", {written_from(both)});
  lab_.data(fmt::format(
      "mutation {{ linkFile(input: {{dataset: {}, sourceFiles: [{{file: {}}}]}}) {{ id }} }}", cells, tiff));
  EXPECT_EQ(told("FILE", tiff, ", up: 50, down: 50"),
            "both.tiff@0 both@-1 cells@1 left@-2 right@-2 cells>left cells>right left>both right>both "
            "cells>both both>both.tiff both.tiff>cells");
}

TEST_P(Lineage, DoesNotCountPlacesInWorldsAndKeysOfTables) {
  const std::string cells = image("cells"), mask = image("mask");
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  for (const std::string& one : {cells, mask}) {
    mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, one), stage, R"({"kind":"IDENTITY"})");
  }
  image("placed", derived({from("COORDINATE_SYSTEM", "coordinateSystem", stage)}));
  EXPECT_EQ(told("DATASET", cells, ", up: 9"), "cells@0");
  const std::string areas = made(
      "createTableDataset", "CreateTableDatasetInput",
      Json::object({{"name", "areas"},
                    {"data", lab_.table({{"object_id", "BIGINT"}, {"area", "DOUBLE"}})},
                    {"columns",
                     Json::parse(fmt::format(R"([{{"name":"object_id","axisType":"INDEX","identifiedBy":)"
                                             R"([{{"kind":"DATASET","dataset":"{}"}}]}},{{"name":"area"}}])",
                                             mask))}}));
  std::size_t keys = 0;
  lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    keys = reader.query("select 1 from transformation where role = 'KEY'", {}).size();
  });
  ASSERT_EQ(keys, 1U);
  EXPECT_EQ(told("DATASET", mask, ", up: 9"), "mask@0");
  EXPECT_EQ(told("TABLE_DATASET", areas, ", up: 9"), "areas@0");
  EXPECT_EQ(lab_.data("{ it: roots { name } }")["it"].dump(),
            R"([{"name":"areas"},{"name":"placed"},{"name":"mask"},{"name":"cells"}])");
}

TEST_P(Lineage, TakesAnySpaceOfADatasetForTheDataset) {
  const std::string cells = image(
      "cells",
      Json::object({{"scales", Json::array({Json::object({{"level", 1}, {"array", lab_.array({4, 4})}})})}}));
  const std::string level =
      lab_.data(fmt::format("{{ it: arrayDataset(id: {}) {{ dataArrays {{ coordinateSystem {{ id }} }} }} }}",
                            cells))["it"]["dataArrays"]
          .items()[1]["coordinateSystem"]["id"]
          .as_string();
  const std::string mask = image("mask", derived({from("COORDINATE_SYSTEM", "coordinateSystem", level)}));
  const Json lineage = walk("DATASET", mask);
  ASSERT_EQ(story(lineage), "mask@0 cells@-1 cells>mask");
  const Json parent = lineage["nodes"].items()[1];
  EXPECT_EQ(parent["levels"].as_int64(), 2);
  EXPECT_EQ(parent["axes"].items()[0]["size"].as_int64(), 8);
  EXPECT_EQ(lineage["edges"].items()[0]["sourceLens"], parent["lenses"].items()[0]["id"]);
  EXPECT_EQ(told("DATASET", cells), "cells@0 mask@1 cells>mask");
  EXPECT_EQ(lab_.data("{ it: roots { name } }")["it"].dump(), R"([{"name":"cells"}])");
}

TEST_P(Lineage, StaysWithinTheOrganization) {
  const std::string cells = image("cells");
  const std::string mask = image("mask", derived({from_image(cells)}));
  const std::string raw = file("raw.czi");
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused("DATASET", cells), StartsWith("NOT_FOUND"));
  EXPECT_EQ(below({{"DATASET", cells}, {"FILE", raw}}), "");
  const std::string hers = image("hers");
  const std::string her_file = file("her.czi");
  // Rows that no mutation makes, but a mistake might.
  execute(fmt::format(
      "insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
      " input_axes, output_axes, invariance, role) select d.organization_id, 'IDENTITY', 'MANUAL', 0,"
      " h.intrinsic_system_id, d.intrinsic_system_id, '[]', '[]', 'ISOMETRY', 'DERIVATION'"
      " from array_dataset d, array_dataset h where d.id = {} and h.id = {}",
      mask, hers));
  execute(fmt::format(
      "insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
      " input_axes, output_axes, invariance, role) select d.organization_id, 'IDENTITY', 'MANUAL', 0,"
      " d.intrinsic_system_id, h.intrinsic_system_id, '[]', '[]', 'ISOMETRY', 'DERIVATION'"
      " from array_dataset d, array_dataset h where d.id = {} and h.id = {}",
      cells, hers));
  for (const char* direction : {"SOURCE", "RENDITION"}) {
    execute(
        fmt::format("insert into file_link (organization_id, file_id, direction, dataset_id, created_at,"
                    " identity) select organization_id, {}, '{}', id, 0, '{}' from array_dataset"
                    " where id = {}",
                    her_file, direction, direction, mask));
    execute(
        fmt::format("insert into file_link (organization_id, file_id, direction, dataset_id, created_at,"
                    " identity) select organization_id, {}, '{}', {}, 0, '{}2' from file where id = {}",
                    raw, direction, hers, direction, raw));
  }
  lab_.become("ada");
  EXPECT_EQ(told("DATASET", cells, ", up: 9, down: 9"), "cells@0 mask@1 cells>mask");
  EXPECT_EQ(told("FILE", raw, ", up: 9, down: 9"), "raw.czi@0");
  EXPECT_EQ(below({{"DATASET", cells}, {"FILE", raw}, {"DATASET", hers}, {"FILE", her_file}}),
            fmt::format("DATASET:{}: mask@1<root; FILE:{}:; ", cells, raw));
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  EXPECT_EQ(lab_.data(fmt::format("{{ it: lineageGraph(coordinateSystem: {}) {{ nodes {{ ... on ArrayDataset"
                                  " {{ name }} }} edges {{ kind }} }} }}",
                                  grid))["it"]
                .dump(),
            R"({"nodes":[{"name":"cells"},{"name":"mask"}],"edges":[{"kind":"UNMAPPABLE"}]})");
}

TEST_P(Lineage, OfWhatIsNotThereIsRefused) {
  const std::string cells = image("cells");
  EXPECT_THAT(refused("DATASET", "999"), StartsWith("NOT_FOUND No dataset"));
  EXPECT_THAT(refused("TABLE_DATASET", cells), StartsWith("NOT_FOUND No table"));
  EXPECT_THAT(refused("DATASET", "x"), StartsWith("NOT_FOUND"));
  for (const char* kind : {"SPARSE_DATASET", "MESH_COLLECTION", "NETWORK_COLLECTION", "FIXTURE"}) {
    EXPECT_THAT(refused(kind, "1"), StartsWith("NOT_FOUND"));
    EXPECT_EQ(below({{kind, "1"}}), "");
  }
}

TEST_P(Lineage, HasLimitsThatItNames) {
  const std::string cells = image("cells");
  const auto expect_refused = [&](const std::string& argument, const std::string& allowed) {
    EXPECT_THAT(refused("DATASET", cells, ", " + argument),
                testing::AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr(allowed)));
  };
  expect_refused("up: -1", "0 to 50");
  expect_refused("up: 51", "0 to 50");
  expect_refused("down: 51", "0 to 50");
  expect_refused("limit: 0", "1 to 2000");
  expect_refused("limit: 2001", "1 to 2000");
  expect_refused("fanout: 0", "1 to 500");
  expect_refused("fanout: 501", "1 to 500");
  EXPECT_EQ(told("DATASET", cells, ", up: 50, down: 50, limit: 2000, fanout: 500"), "cells@0");
  const auto descendants = [&](const std::string& arguments) {
    return lab_.error("{ it: descendants(" + arguments + ") { root } }");
  };
  const std::string one = fmt::format("{{kind: DATASET, id: {}}}", cells);
  EXPECT_THAT(descendants("starts: [" + one + "], down: 51"), HasSubstr("0 to 50"));
  EXPECT_THAT(descendants("starts: [" + one + "], limit: 0"), HasSubstr("1 to 2000"));
  EXPECT_THAT(descendants("starts: [" + one + "], fanout: -3"), HasSubstr("1 to 500"));
  std::string many;
  for (int i = 0; i < 200; ++i) many += one + " ";
  EXPECT_EQ(descendants("starts: [" + many + "]"), "");
  EXPECT_THAT(descendants("starts: [" + many + one + "]"), HasSubstr("200 at most"));
  EXPECT_EQ(descendants("starts: []"), "");
}

TEST_P(Lineage, OfManyRootsReadsAsATreeBelowEach) {
  const std::string raw = file("raw.czi");
  const std::string cells = image("cells", read_from(raw));
  const std::string other = image("other");
  const std::string mask = image("mask", derived({from_image(cells), from_image(other)}));
  table("areas", derived({from_image(mask)}));
  const std::string lonely = table("lonely");
  EXPECT_EQ(
      below({{"DATASET", other}, {"FILE", raw}, {"TABLE_DATASET", lonely}, {"FILE", raw}, {"FILE", "77"}}),
      fmt::format("DATASET:{}: mask@1<root areas@2<mask; FILE:{}: cells@1<root mask@2<cells "
                  "areas@3<mask; TABLE_DATASET:{}:; ",
                  other, raw, lonely));
  EXPECT_EQ(below({{"FILE", raw}}, ", down: 2"),
            fmt::format("FILE:{}: cells@1<root mask@2<cells ...; ", raw));
  EXPECT_EQ(below({{"FILE", raw}, {"DATASET", other}}, ", limit: 3"),
            fmt::format("FILE:{}: cells@1<root mask@2<cells ...; DATASET:{}: mask@1<root ...; ", raw, other));
  image("second", derived({from_image(cells)}));
  EXPECT_EQ(below({{"DATASET", cells}}, ", fanout: 1"),
            fmt::format("DATASET:{}: mask@1<root areas@2<mask ...; ", cells));
}

TEST_P(Lineage, IsReadWithStatementsThatGrowWithItsDepthAlone) {
  const auto trips = [&](const auto& ask) {
    const sql::Stats before = lab_.database().stats();
    ask();
    const sql::Stats after = lab_.database().stats();
    return std::pair(after.round_trips - before.round_trips, after.statements - before.statements);
  };
  const auto grow = [&](const std::string& name, int width) {
    const std::string raw = file(name);
    for (int i = 0; i < width; ++i) {
      const std::string cells = image(fmt::format("{}{}", name, i), read_from(raw, std::to_string(i)));
      table("t", derived({from_image(cells)}));
    }
    return raw;
  };
  const std::string small = grow("small", 1), large = grow("large", 12);
  const auto of = [&](const std::string& raw) {
    return trips([&] { walk("FILE", raw, ", up: 3, down: 3"); });
  };
  EXPECT_EQ(of(small), of(large));
  const auto under = [&](const std::string& raw) { return trips([&] { below({{"FILE", raw}}); }); };
  EXPECT_EQ(under(small), under(large));
  EXPECT_EQ(under(large), trips([&] { below({{"FILE", small}, {"FILE", large}}); }));
  const auto roots = [&](const char* limit) {
    return trips([&] { lab_.data(fmt::format("{{ roots(pagination: {{limit: {}}}) {{ key }} }}", limit)); });
  };
  EXPECT_EQ(roots("1"), roots("50"));
}

}  // namespace
}  // namespace mikro::lineage
