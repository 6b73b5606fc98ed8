// What is known of positions along an array's axes: pinned once, replaced by the same fact, contradicted
// never in silence.
#include "services/mikro/anchors/anchor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kCreate = R"(
  mutation ($input: CreateCoordinateAnchorInput!) { made: createCoordinateAnchor(input: $input) {
    id coordinates dataset { name } channelLabel { label } omeMetadata { metadata }
    valueHistogram { histogram bins min max p1 p99 } acquisitionWindow { start end }
    microscope { state { temperature stage { x y } devices { label settings { name quantity flag } } } }
    lightGraph { graph {
      elements { __typename id label kind ports { id role channel } ... on LaserElement { nominalWavelength }
                 ... on BeamSplitterElement { rFraction tFraction band { min max } } }
      edges { id sourceElementId medium lossDb } } }
    phasorHistograms { axis harmonic bins gMin counts profile } phasorCalibrations { harmonic phaseOffset } } })";

class Anchors : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  Anchors() : Drawing(GetParam()) {}

  Json flim() {
    return Json::array(
        {axis("c", "CHANNEL"), axis("h", "MICROTIME"), axis("y", "SPACE"), axis("x", "SPACE")});
  }
  /// Of 3 x 4 x 8 x 8 positions.
  std::string flim_dataset(const char* anchors = "[]") {
    return lab_
        .data(
            "mutation ($input: CreateArrayDatasetInput!) { made: createArrayDataset(input: $input) { id } }",
            input({{"name", "flim"},
                   {"data", lab_.array({3, 4, 8, 8})},
                   {"scales", Json::array()},
                   {"axes", flim()},
                   {"anchors", Json::parse(anchors)}}))["made"]["id"]
        .as_string();
  }
  static Json anchor(const std::string& dataset, const char* said) {
    return input({{"dataset", dataset}, {"anchor", Json::parse(said)}});
  }
  Json put(const std::string& dataset, const char* said) {
    return lab_.data(kCreate, anchor(dataset, said))["made"];
  }
  std::string error(const std::string& dataset, const char* said) {
    return lab_.error(kCreate, anchor(dataset, said));
  }
  Json of(const std::string& dataset, const char* selection) {
    return lab_.data(fmt::format("query ($id: ID!) {{ it: arrayDataset(id: $id) {{ {} }} }}", selection),
                     Json::object({{"id", dataset}}))["it"];
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Anchors, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Anchors, PinEveryKindOfFactToOnePlace) {
  const std::string dataset = flim_dataset();
  const Json first = put(dataset, R"({"axisAnchors": [{"axis": "x", "value": 7}, {"axis": "c", "value": 1}],
    "label": {"label": "DAPI"}, "omeMetadata": {"metadataString": "{\"Name\": [1.50]}"},
    "valueHistogram": {"histogram": [1, 2], "bins": [0, 1, 2], "min": 0, "p99": 1.5},
    "acquisitionWindow": {"start": "2026-01-02T03:04:05Z"},
    "microscope": {"temperature": "310 kelvin", "stage": {"x": "1.5 mm"},
                   "devices": [{"label": "wheel", "settings": [{"name": "open", "flag": false},
                                                               {"name": "voltage", "quantity": "5 mV"}]}]},
    "phasorHistogram": {"axis": "h", "counts": [1, 2, 3, 4], "profile": [9, 8, 7, 6]},
    "phasorCalibration": {"axis": "h", "harmonic": 2, "phaseOffset": 0.25}})");
  Json rest = first;
  rest.erase("id");
  EXPECT_EQ(
      rest.dump(),
      R"({"coordinates":{"c":1,"x":7},"dataset":{"name":"flim"},"channelLabel":{"label":"DAPI"},)"
      R"("omeMetadata":{"metadata":{"Name":[1.50]}},"valueHistogram":{"histogram":[1.0,2.0],"bins":[0.0,1.0,2.0],)"
      R"("min":0.0,"max":null,"p1":null,"p99":1.5},"acquisitionWindow":{"start":"2026-01-02T03:04:05+00:00",)"
      R"("end":"2026-01-02T03:04:05+00:00"},"microscope":{"state":{"temperature":"310 kelvin","stage":)"
      R"({"x":"1.5 mm","y":null},"devices":[{"label":"wheel","settings":[{"name":"open","quantity":null,)"
      R"("flag":false},{"name":"voltage","quantity":"5 mV","flag":null}]}]}},"lightGraph":null,)"
      R"("phasorHistograms":[{"axis":"h","harmonic":1,"bins":2,"gMin":-1.0,"counts":[1.0,2.0,3.0,4.0],)"
      R"("profile":[9.0,8.0,7.0,6.0]}],"phasorCalibrations":[{"harmonic":2,"phaseOffset":0.25}]})");

  const Json again = put(dataset, R"({"axisAnchors": [{"axis": "c", "value": 1}, {"axis": "x", "value": 7}],
    "label": {"label": "Hoechst"}, "phasorHistogram": {"axis": "h", "counts": [5]},
    "phasorCalibration": {"axis": "h", "harmonic": 3}})");
  EXPECT_EQ(again["id"], first["id"]);
  EXPECT_EQ(again["channelLabel"]["label"].as_string(), "Hoechst");
  EXPECT_EQ(again["valueHistogram"]["bins"].dump(), "[0.0,1.0,2.0]");
  EXPECT_EQ(again["phasorHistograms"].items().size(), 1U);
  EXPECT_EQ(again["phasorHistograms"].items()[0]["bins"].as_int64(), 1);
  EXPECT_EQ(again["phasorCalibrations"].items().size(), 2U);
  EXPECT_EQ(put(dataset, R"({"axisAnchors": []})")["coordinates"].dump(), "{}");
  EXPECT_EQ(count("coordinate_anchor"), 2);
  EXPECT_EQ(
      lab_.data("query ($id: ID!) { coordinateAnchors(filters: {dataset: {exact: $id}}) { coordinates } }",
                Json::object({{"id", dataset}}))
          .dump(),
      R"({"coordinateAnchors":[{"coordinates":{"c":1,"x":7}},{"coordinates":{}}]})");
}

TEST_P(Anchors, ThatDoNotFitAreRefused) {
  const std::string dataset = flim_dataset();
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [{"axis": "q", "value": 0}]})"), HasSubstr("[c, h, y, x]"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [{"axis": "c", "value": 3}]})"), HasSubstr("0 to 2"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [{"axis": "c", "value": -1}]})"), HasSubstr("0 to 2"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [{"axis": "c", "value": 1}, {"axis": "c", "value": 1}]})"),
              HasSubstr("twice"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "label": {"label": ""}})"), HasSubstr("label"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "omeMetadata": {"metadataString": "<OME/>"}})"),
              HasSubstr("metadataString"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "valueHistogram": {"histogram": [1], "bins": []}})"),
              HasSubstr("bins"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "acquisitionWindow": {"start": "2026-01-02T00:00:00Z",
                                 "end": "2026-01-01T00:00:00Z"}})"),
              HasSubstr("ends before"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "phasorHistogram": {"axis": "x", "counts": [1]}})"),
              HasSubstr("MICROTIME"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "phasorHistogram": {"axis": "h", "counts": [1, 2]}})"),
              HasSubstr("counts"));
  EXPECT_THAT(
      error(dataset,
            R"({"axisAnchors": [], "phasorHistogram": {"axis": "h", "counts": [1], "profile": [1]}})"),
      HasSubstr("profile"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "phasorCalibration": {"axis": "h", "harmonic": 0}})"),
              HasSubstr("Harmonics"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "microscope": {"temperature": "5 mm"}})"),
              HasSubstr("temperature"));
  EXPECT_THAT(error(dataset, R"({"axisAnchors": [], "microscope": {"devices": [{"label": "wheel", "settings":
                                 [{"name": "both", "number": 1, "text": "one"}]}]}})"),
              HasSubstr("exactly one"));
  EXPECT_THAT(error("999", R"({"axisAnchors": []})"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error("mutation { createCoordinateAnchor(input: {anchor: {axisAnchors: []}}) { id } }"),
              HasSubstr("exactly one"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(error(dataset, R"({"axisAnchors": []})"), StartsWith("NOT_FOUND"));
  EXPECT_EQ(lab_.data("{ coordinateAnchors { id } }").dump(), R"({"coordinateAnchors":[]})");
  EXPECT_EQ(count("coordinate_anchor"), 0);
}

// Names that cannot be compressed: PostgreSQL would take more of others.
TEST_P(Anchors, OfPlacesLongerThanAnIndexTakesAreRefused) {
  constexpr std::size_t kAxes = 13;
  std::mt19937 random(7);
  Json axes = Json::array();
  Json places = Json::array();
  for (std::size_t i = 0; i < kAxes; ++i) {
    std::string name;
    while (name.size() < 200) name += static_cast<char>('a' + random() % 26);
    axes.push_back(axis(name.c_str(), "SPACE"));
    places.push_back(Json::object({{"axis", name}, {"value", 0}}));
  }
  const std::string dataset = lab_.data(
                                      "mutation ($input: CreateArrayDatasetInput!) { made: "
                                      "createArrayDataset(input: $input) { id } }",
                                      input({{"name", "long"},
                                             {"data", lab_.array(std::vector<std::int64_t>(kAxes, 1))},
                                             {"scales", Json::array()},
                                             {"axes", axes}}))["made"]["id"]
                                  .as_string();
  const auto at = [&](const Json& anchors) {
    return input({{"dataset", dataset}, {"anchor", Json::object({{"axisAnchors", anchors}})}});
  };
  EXPECT_THAT(
      lab_.error(kCreate, at(places)),
      testing::AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("may take 2500"), HasSubstr("shorter")));
  EXPECT_EQ(count("coordinate_anchor"), 0);
  Json fewer = Json::array();
  for (std::size_t i = 0; i + 1 < kAxes; ++i) fewer.push_back(places.items()[i]);
  lab_.data(kCreate, at(fewer));
  EXPECT_EQ(count("coordinate_anchor"), 1);
}

TEST_P(Anchors, KeepLightPathsWhoseEdgesMeetTheirPorts) {
  const std::string dataset = flim_dataset();
  const std::string path = R"({"elements": [
      {"id": "laser", "label": "488", "kind": "LASER", "nominalWavelength": "488 nm",
       "ports": [{"id": "o", "name": "out", "role": "OUTPUT"}]},
      {"id": "split", "label": "dichroic", "kind": "BEAM_SPLITTER", "rFraction": 0.25, "bandMin": "400 nm",
       "bandMax": "500 nm", "ports": [{"id": "i", "name": "in", "role": "INPUT"}]},
      {"label": "sample", "kind": "SAMPLE"}],
    "edges": [{"id": "e", "sourceElementId": "laser", "sourcePortId": "o", "targetElementId": "split",
               "targetPortId": "i"}]})";
  const auto said = [](const std::string& graph) {
    return R"({"axisAnchors": [], "lightGraph": )" + graph + "}";
  };
  Json graph = put(dataset, said(path).c_str())["lightGraph"]["graph"];
  EXPECT_EQ(graph["edges"].dump(), R"([{"id":"e","sourceElementId":"laser","medium":"AIR","lossDb":0}])");
  const auto& elements = graph["elements"].items();
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].dump(),
            R"({"__typename":"LaserElement","id":"laser","label":"488","kind":"LASER","ports":)"
            R"([{"id":"o","role":"OUTPUT","channel":"FREE_SPACE"}],"nominalWavelength":"488 nm"})");
  EXPECT_EQ(elements[1]["tFraction"].as_double(), 0.75);
  EXPECT_EQ(elements[1]["band"].dump(), R"({"min":"400 nm","max":"500 nm"})");
  EXPECT_EQ(elements[2]["__typename"].as_string(), "SampleElement");
  EXPECT_EQ(elements[2]["id"].as_string().size(), 36U);

  const auto with = [&](const char* from, const char* to) {
    std::string changed = path;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    return error(dataset, said(changed).c_str());
  };
  EXPECT_THAT(with(R"("nominalWavelength": "488 nm",)", ""), HasSubstr("nominalWavelength"));
  EXPECT_THAT(with("488 nm", "488 s"), HasSubstr("nominalWavelength"));
  EXPECT_THAT(with(R"("rFraction": 0.25)", R"("focalLength": "1 mm")"), HasSubstr("focalLength"));
  EXPECT_THAT(with(R"("id": "split")", R"("id": "laser")"), HasSubstr("'laser'"));
  EXPECT_THAT(with(R"("sourcePortId": "o")", R"("sourcePortId": "i")"), HasSubstr("OUTPUT"));
  EXPECT_THAT(with(R"("role": "INPUT")", R"("role": "OUTPUT")"), HasSubstr("INPUT"));
  EXPECT_THAT(with(R"("bandMin": "400 nm",)", ""), HasSubstr("bandMin"));
}

TEST_P(Anchors, TellWhenTheirDatasetWasAcquired) {
  const std::string dataset = flim_dataset(R"([
    {"axisAnchors": [{"axis": "c", "value": 0}], "acquisitionWindow": {"start": "2026-01-01T10:00:00Z"}},
    {"axisAnchors": [{"axis": "c", "value": 1}], "acquisitionWindow": {"start": "2026-01-01T11:00:00Z",
                                                                       "end": "2026-01-01T12:00:00Z"}}])");
  const char* times = "acquisitionStart acquisitionEnd derivationConflicts { field anchors }";
  EXPECT_EQ(of(dataset, times).dump(),
            R"({"acquisitionStart":"2026-01-01T10:00:00+00:00","acquisitionEnd":"2026-01-01T12:00:00+00:00",)"
            R"("derivationConflicts":[]})");
  const auto conflicting = [&](const char* is) {
    return lab_
        .data(fmt::format("{{ it: arrayDatasets(filters: {{hasDerivationConflicts: {}}}) {{ id }} }}",
                          is))["it"]
        .items()
        .size();
  };
  EXPECT_EQ(conflicting("true"), 0U);

  // All of it is said to begin after a part of it.
  const Json all = put(dataset, R"({"axisAnchors": [], "acquisitionWindow": {"start": "2026-01-01T10:30:00Z",
                                                                            "end": "2026-01-01T13:00:00Z"}})");
  const Json torn = of(dataset, times);
  EXPECT_TRUE(torn["acquisitionStart"].is_null());
  EXPECT_EQ(torn["acquisitionEnd"].as_string(), "2026-01-01T13:00:00+00:00");
  EXPECT_EQ(torn["derivationConflicts"].items().size(), 1U);
  EXPECT_EQ(torn["derivationConflicts"].items()[0]["field"].as_string(), "acquisition_start");
  EXPECT_EQ(torn["derivationConflicts"].items()[0]["anchors"].items()[0], all["id"]);
  EXPECT_EQ(conflicting("true"), 1U);
  EXPECT_EQ(conflicting("false"), 0U);

  put(dataset, R"({"axisAnchors": [], "acquisitionWindow": {"start": "2026-01-01T09:00:00Z",
                                                           "end": "2026-01-01T13:00:00Z"}})");
  EXPECT_EQ(of(dataset, times).dump(),
            R"({"acquisitionStart":"2026-01-01T09:00:00+00:00","acquisitionEnd":"2026-01-01T13:00:00+00:00",)"
            R"("derivationConflicts":[]})");
}

TEST_P(Anchors, OfANewDatasetAreCheckedBeforeItIsWritten) {
  const std::string store = lab_.array({3, 4, 8, 8});
  EXPECT_THAT(
      lab_.error("mutation ($input: CreateArrayDatasetInput!) { createArrayDataset(input: $input) { id } }",
                 input({{"name", "flim"},
                        {"data", store},
                        {"scales", Json::array()},
                        {"axes", flim()},
                        {"anchors", Json::parse(R"([{"axisAnchors": [{"axis": "c", "value": 9}]}])")}})),
      HasSubstr("0 to 2"));
  EXPECT_EQ(count("array_dataset") + count("coordinate_anchor"), 0);
  EXPECT_FALSE(lab_.is_sealed("zarr_store", store));
}

TEST_P(Anchors, AreActiveWhereALensKeepsTheirPlace) {
  const std::string dataset = flim_dataset(R"([
    {"axisAnchors": [], "label": {"label": "all"}},
    {"axisAnchors": [{"axis": "c", "value": 0}], "label": {"label": "c0"}},
    {"axisAnchors": [{"axis": "c", "value": 2}, {"axis": "h", "value": 1}], "label": {"label": "c2h1"}}])");
  const auto active = [&](const char* slices) {
    execute(fmt::format("update lens set slices = '{}'", slices));
    return of(dataset, "fullLens { activeAnchors { channelLabel { label } } }")["fullLens"]["activeAnchors"]
        .dump();
  };
  EXPECT_EQ(active("[]"), R"([{"channelLabel":{"label":"all"}},{"channelLabel":{"label":"c0"}},)"
                          R"({"channelLabel":{"label":"c2h1"}}])");
  EXPECT_EQ(active(R"([{"axis":"c","start":0,"stop":1,"step":1}])"),
            R"([{"channelLabel":{"label":"all"}},{"channelLabel":{"label":"c0"}}])");
  EXPECT_EQ(
      active(R"([{"axis":"c","start":0,"stop":3,"step":2},{"axis":"h","start":1,"stop":2,"step":1}])"),
      R"([{"channelLabel":{"label":"all"}},{"channelLabel":{"label":"c0"}},{"channelLabel":{"label":"c2h1"}}])");
  EXPECT_EQ(active(R"([{"axis":"c","start":1,"stop":3,"step":2}])"), R"([{"channelLabel":{"label":"all"}}])");
  EXPECT_EQ(
      active(R"([{"axis":"c","start":2,"stop":-1,"step":-2}])"),
      R"([{"channelLabel":{"label":"all"}},{"channelLabel":{"label":"c0"}},{"channelLabel":{"label":"c2h1"}}])");
}

TEST_P(Anchors, ComeFromPhasorsToo) {
  const std::string dataset = flim_dataset();
  const Json id = Json::object({{"id", dataset}});
  EXPECT_EQ(
      lab_.data("mutation ($id: ID!) { it: createPhasorHistogram(input: {dataset: $id, axis: \"h\", counts: "
                "[1],"
                " harmonic: 2, axisAnchors: [{axis: \"c\", value: 1}]}) { axis harmonic bins calibrated } }",
                id)["it"]
          .dump(),
      R"({"axis":"h","harmonic":2,"bins":1,"calibrated":false})");
  EXPECT_EQ(lab_.data("mutation ($id: ID!) { it: createPhasorCalibration(input: {dataset: $id, axis: \"h\","
                      " modulationFactor: 0.5, reference: \"fluorescein\"}) { harmonic modulationFactor "
                      "reference } }",
                      id)["it"]
                .dump(),
            R"({"harmonic":1,"modulationFactor":0.5,"reference":"fluorescein"})");
  EXPECT_EQ(of(dataset, "anchors { coordinates phasorHistograms { harmonic } }").dump(),
            R"({"anchors":[{"coordinates":{"c":1},"phasorHistograms":[{"harmonic":2}]},)"
            R"({"coordinates":{},"phasorHistograms":[]}]})");
}

TEST_P(Anchors, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(
        "{ arrayDatasets { anchors { coordinates channelLabel { label } acquisitionWindow { start }"
        " phasorHistograms { axis } microscope { state { temperature } } } fullLens { activeAnchors { id } } "
        "} }");
    return lab_.round_trips() - before;
  };
  const char* two = R"([{"axisAnchors": [], "label": {"label": "all"}},
                        {"axisAnchors": [{"axis": "c", "value": 0}], "label": {"label": "c0"}}])";
  flim_dataset(two);
  const std::uint64_t one = cost();
  for (int i = 0; i < 4; ++i) flim_dataset(two);
  EXPECT_EQ(cost(), one);
}

TEST_P(Anchors, HaveAFormlessCousinForFiles) {
  const Json file =
      lab_.data("mutation ($input: FromFileLike!) { made: fromFileLike(input: $input) { id } }",
                input({{"file", lab_.upload("Bigfile", {{"", "bytes"}})}, {"fileName", "a.czi"}}))["made"];
  const Json id = Json::object({{"id", file["id"]}});
  EXPECT_EQ(lab_.data("{ files(filters: {hasMetadata: true}) { name } }").dump(), R"({"files":[]})");
  EXPECT_EQ(
      lab_.data("mutation ($id: ID!) { it: attachUnstructuredMeta(input: {file: $id, name: \"czi\", meta:"
                " {a: [1, null]}}) { name meta schema { name } } }",
                id)["it"]
          .dump(),
      R"({"name":"czi","meta":{"a":[1,null]},"schema":null})");
  EXPECT_EQ(lab_.data("{ files(filters: {hasMetadata: true}) { name } }").dump(),
            R"({"files":[{"name":"a.czi"}]})");
  EXPECT_THAT(
      lab_.error("mutation ($id: ID!) { attachUnstructuredMeta(input: {file: $id, name: \"czi\", meta: 1,"
                 " schema: 5}) { id } }",
                 id),
      StartsWith("NOT_FOUND"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(
      lab_.error("mutation ($id: ID!) { attachUnstructuredMeta(input: {file: $id, name: \"czi\", meta: 1})"
                 " { id } }",
                 id),
      StartsWith("NOT_FOUND"));
}

}  // namespace
}  // namespace mikro
