// Lenses over arrays: one for each selection, with a space and an edge of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::id_variable;
using mikro_testing::input;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kShow = R"(query ($id: ID!) { it: lens(id: $id) { __typename kind name label
  coordinateSystem { name axes { name type } } descriptors
  ... on ArrayLens { dataset { name } shape axisNames spec slices { axis start stop step }
    suggestedRenderAxes { x y z t intensity phasor vector }
    toParent { kind validity output { name } ... on TranslationTransformation { translation }
      ... on SequenceTransformation { steps { kind scale translation } } } } } })";
constexpr std::string_view kRemove = "mutation ($id: ID!) { it: deleteLens(input: {id: $id}) }";

class Lenses : public testing::TestWithParam<sql::Dialect> {
 protected:
  Json create(Json members) { return lab_.data(mikro_testing::kCreateLens, input(std::move(members)))["it"]; }
  std::string refusal(Json members) {
    return lab_.error(mikro_testing::kCreateLens, input(std::move(members)));
  }
  Json of(std::string_view slices) {
    return Json::object({{"dataset", stack_}, {"slices", Json::parse(slices)}});
  }
  std::string whole() {
    return lab_
        .data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } } }",
              id_variable(stack_))["it"]["fullLens"]["id"]
        .as_string();
  }
  std::string found(const std::string& filters) {
    return lab_.data("{ it: lenses(filters: " + filters + ") { label } }")["it"].dump();
  }

  mikro_testing::Lab lab_{GetParam()};
  std::string stack_ =
      mikro_testing::dataset(lab_, "im", {"t TIME", "c CHANNEL", "y SPACE", "x SPACE"}, {5, 3, 64, 64});
};

INSTANTIATE_TEST_SUITE_P(Both, Lenses, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Lenses, OwnTheSpaceThatTheirSlicesCutOut) {
  const Json made = create(of(R"([{"axis":"c","start":0,"stop":1,"step":null},{"axis":"y","start":-32}])"));
  EXPECT_EQ(
      lab_.data(kShow, id_variable(made["id"].as_string()))["it"].dump(),
      R"({"__typename":"ArrayLens","kind":"ARRAY","name":null,"label":"im · c[0:1], y[32:64]",)"
      R"("coordinateSystem":{"name":"im · c[0:1], y[32:64]","axes":[{"name":"t","type":"TIME"},)"
      R"({"name":"c","type":"CHANNEL"},{"name":"y","type":"SPACE"},{"name":"x","type":"SPACE"}]},)"
      R"("descriptors":{"@mikro/n_space_axes":2,"@mikro/n_time_axes":1,"@mikro/n_channel_axes":1,)"
      R"("@mikro/n_spectrum_axes":0,"@mikro/n_microtime_axes":0,"@mikro/n_channels":1,)"
      R"("@mikro/n_timepoints":5,"@mikro/dtype":"uint16"},"dataset":{"name":"im"},"shape":[5,1,32,64],)"
      R"("axisNames":["t","c","y","x"],"spec":["IMAGE","TIMESERIES"],"slices":[)"
      R"({"axis":"c","start":0,"stop":1,"step":1},{"axis":"y","start":32,"stop":64,"step":1}],)"
      R"("suggestedRenderAxes":{"x":"x","y":"y","z":null,"t":"t","intensity":"c","phasor":null,)"
      R"("vector":null},"toParent":{"kind":"TRANSLATION","validity":"VALIDATED","output":{"name":"im"},)"
      R"("translation":[0.0,0.0,32.0,0.0]}})");
  const Json stepped = create(of(R"([{"axis":"x","start":1,"step":3}])"));
  EXPECT_EQ(lab_.data(kShow, id_variable(stepped["id"].as_string()))["it"]["toParent"].dump(),
            R"({"kind":"SEQUENCE","validity":"VALIDATED","output":{"name":"im"},"steps":[)"
            R"({"kind":"SCALE","scale":[1.0,1.0,1.0,3.0],"translation":[]},)"
            R"({"kind":"TRANSLATION","scale":[],"translation":[0.0,0.0,0.0,1.0]}]})");
  EXPECT_EQ(lab_.data(kShow, id_variable(whole()))["it"]["toParent"].dump(), "null");
}

TEST_P(Lenses, AreTheSameForTheSameSelection) {
  const Json first = create(of(R"([{"axis":"y","start":0,"stop":10}])"));
  const std::int64_t spaces = mikro_testing::count(lab_, "coordinate_system");
  lab_.become("bob");
  EXPECT_EQ(create(of(R"([{"axis":"y","stop":-54},{"axis":"x"}])"))["id"], first["id"]);
  EXPECT_EQ(create(of("[]"))["id"].as_string(), whole());
  EXPECT_EQ(create(Json::object({{"dataset", stack_}}))["id"].as_string(), whole());
  EXPECT_EQ(create(of(R"([{"axis":"y","start":-64,"stop":999,"step":1}])"))["id"].as_string(), whole());
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), spaces);
  EXPECT_EQ(mikro_testing::count(lab_, "lens"), 2);
}

TEST_P(Lenses, OfALensAreStatedInItsPositions) {
  const Json outer =
      create(of(R"([{"axis":"y","start":10,"stop":50,"step":2},{"axis":"t","start":1,"stop":4}])"));
  const Json inner =
      create(Json::object({{"lens", outer["id"]}, {"slices", Json::parse(R"([{"axis":"y","start":2,"step":3},
                                                                     {"axis":"t","start":-1}])")}}));
  EXPECT_EQ(inner["slices"].dump(),
            R"([{"axis":"t","start":3,"stop":4,"step":1},{"axis":"y","start":14,"stop":45,"step":6}])");
  EXPECT_EQ(inner["shape"].dump(), "[1,3,6,64]");
  EXPECT_EQ(create(Json::object({{"lens", outer["id"]}}))["id"], outer["id"]);
  EXPECT_EQ(
      create(of(R"([{"axis":"t","start":3,"stop":4},{"axis":"y","start":14,"stop":45,"step":6}])"))["id"],
      inner["id"]);
}

TEST_P(Lenses, AskedForAtTheSameTimeAreOne) {
  const Json variables = input(of(R"([{"axis":"y","stop":5}])"));
  std::vector<std::string> ids(6);
  std::vector<std::thread> threads;
  for (std::string& id : ids) {
    threads.emplace_back(
        [&] { id = lab_.data(mikro_testing::kCreateLens, variables)["it"]["id"].as_string(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(ids.begin(), ids.end(), ids.front()), 6);
  EXPECT_EQ(mikro_testing::count(lab_, "lens"), 2);
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), 2);
  EXPECT_EQ(mikro_testing::count(lab_, "transformation"), 1);
}

TEST_P(Lenses, AreRefusedWithoutATrace) {
  const auto also = [&](const char* member, Json value) {
    Json members = of(R"([{"axis":"y","stop":5}])");
    members.set(member, std::move(value));
    return refusal(std::move(members));
  };
  EXPECT_THAT(refusal(Json::object()), HasSubstr("exactly one of `dataset` and `lens`"));
  EXPECT_THAT(also("lens", "1"), HasSubstr("exactly one"));
  EXPECT_THAT(also("annotation", "1"), HasSubstr("`slices`, `box` and `annotation`"));
  EXPECT_THAT(refusal(of(R"([{"axis":"z","stop":5}])")), HasSubstr("'z'"));
  EXPECT_THAT(refusal(of(R"([{"axis":"y","start":64}])")), HasSubstr("keeps none"));
  EXPECT_THAT(refusal(Json::object({{"dataset", "999"}})), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refusal(Json::object({{"lens", "999"}})), StartsWith("NOT_FOUND"));
  EXPECT_EQ(mikro_testing::count(lab_, "lens"), 1);
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), 1);
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refusal(of(R"([{"axis":"y","stop":5}])")), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error(kShow, id_variable("1")), StartsWith("NOT_FOUND"));
}

TEST_P(Lenses, KeepTheFirstNameTheyAreGiven) {
  const auto named = [&](const char* name) {
    Json members = of(R"([{"axis":"y","stop":5}])");
    members.set("name", name);
    return create(std::move(members));
  };
  const std::string id = create(of(R"([{"axis":"y","stop":5}])"))["id"].as_string();
  EXPECT_EQ(named("  ")["label"].as_string(), "im · y[0:5]");
  EXPECT_EQ(named("top")["label"].as_string(), "top");
  EXPECT_EQ(named("other")["label"].as_string(), "top");
  const auto rename = [&](const std::string& arguments) {
    return lab_.data("mutation { it: updateLens(input: {id: " + id + arguments + "}) { name label } }")["it"]
        .dump();
  };
  EXPECT_EQ(rename(", name: \"upper\""), R"({"name":"upper","label":"upper"})");
  EXPECT_EQ(rename(", name: null"), R"({"name":null,"label":"im · y[0:5]"})");
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(lab_.error("mutation { updateLens(input: {id: " + id + ", name: \"x\"}) { name } }"),
              StartsWith("NOT_FOUND"));
}

TEST_P(Lenses, AreDeletedWithTheirSpaceButNeverTheWholeOne) {
  const std::string id = mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":5}])");
  EXPECT_THAT(lab_.error(kRemove, id_variable(whole())), StartsWith("VALIDATION_ERROR"));
  lab_.become("bob");
  EXPECT_THAT(lab_.error(kRemove, id_variable(id)), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(kRemove, id_variable(id))["it"].as_string(), id);
  EXPECT_EQ(mikro_testing::count(lab_, "lens"), 1);
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), 1);
  EXPECT_EQ(mikro_testing::count(lab_, "transformation"), 0);
}

TEST_P(Lenses, StayAsLongAsSomethingIsDerivedFromThem) {
  const std::string crop = mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":5}])");
  const std::string child =
      mikro_testing::dataset(lab_, "mask", {"y SPACE", "x SPACE"}, {5, 8},
                             Json::parse(R"({"derivedFrom":[{"kind":"LENS","lens":")" + crop + R"("}]})"));
  EXPECT_THAT(lab_.error(kRemove, id_variable(crop)), HasSubstr("'mask' was derived from this lens"));
  lab_.data("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id_variable(child));
  EXPECT_EQ(lab_.data(kRemove, id_variable(crop))["it"].as_string(), crop);
}

class LensesOnPostgres : public Lenses {};
INSTANTIATE_TEST_SUITE_P(Alone, LensesOnPostgres, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(LensesOnPostgres, StayIfSomethingIsDerivedFromThemInTheSameMoment) {
  const std::string crop = mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":5}])");
  const std::string child = mikro_testing::dataset(lab_, "mask", {"y SPACE", "x SPACE"}, {5, 8});
  std::string refused;
  lab_.overlap(
      [&](sql::Writer& writer) {
        writer.execute(
            "insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
            " input_axes, output_axes, invariance, role)"
            " select d.organization_id, 'UNMAPPABLE', 'MANUAL', 0, d.intrinsic_system_id,"
            " l.coordinate_system_id, '[]', '[]', 'NONE', 'DERIVATION' from array_dataset d, lens l"
            " where d.id = $1 and l.id = $2",
            {std::stoll(child), std::stoll(crop)});
      },
      [&] { refused = lab_.error(kRemove, id_variable(crop)); });
  EXPECT_THAT(refused, HasSubstr("'mask' was derived from this lens"));
  EXPECT_EQ(mikro_testing::count(lab_, "transformation where role = 'DERIVATION'"), 1);
}

TEST_P(Lenses, AreCutByABoxInAnySpaceTheDatasetReaches) {
  const std::string stage = mikro_testing::world(lab_, "stage", {"t TIME s", "y SPACE um", "x SPACE um"});
  const std::string grid = mikro_testing::grid_of(lab_, stack_);
  mikro_testing::edge(lab_, grid, stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"AFFINE","inputAxes":["y","x"],
                          "outputAxes":["y","x"],"affine":[[0.5,0,10],[0,0.5,20]]}]})");
  const auto box = [&](const std::string& space, std::string_view windows) {
    return Json::object(
        {{"dataset", stack_},
         {"box", Json::object({{"coordinateSystem", space}, {"windows", Json::parse(windows)}})}});
  };
  EXPECT_EQ(
      create(box(stage, R"([{"axis":"y","min":12.0,"max":15.9},{"axis":"x","max":21}])"))["slices"].dump(),
      R"([{"axis":"y","start":4,"stop":13,"step":1},{"axis":"x","start":0,"stop":3,"step":1}])");
  EXPECT_EQ(create(box(grid, R"([{"axis":"t","min":2,"max":2}])"))["slices"].dump(),
            R"([{"axis":"t","start":2,"stop":3,"step":1}])");
  EXPECT_THAT(refusal(box(stage, R"([{"axis":"t","min":0}])")), HasSubstr("'t'"));
  EXPECT_THAT(refusal(box(stage, R"([{"axis":"y","min":100}])")), HasSubstr("misses"));
  EXPECT_THAT(refusal(box("999", R"([{"axis":"y","min":100}])")), StartsWith("NOT_FOUND"));
  const std::string far = mikro_testing::world(lab_, "far", {"y SPACE um", "x SPACE um"});
  EXPECT_THAT(refusal(box(far, R"([{"axis":"y","min":1}])")), HasSubstr("No path"));
}

TEST_P(Lenses, AreFound) {
  const std::string plane =
      mikro_testing::lens(lab_, stack_, R"([{"axis":"t","stop":1},{"axis":"c","stop":1}])");
  const std::string line =
      mikro_testing::lens(lab_, stack_, R"([{"axis":"t","stop":1},{"axis":"y","stop":1}])");
  EXPECT_EQ(found("{sliced: false}"), R"([{"label":"im"}])");
  EXPECT_EQ(found("{sliced: true, arraySpec: [IMAGE]}"), R"([{"label":"im · t[0:1], c[0:1]"}])");
  EXPECT_EQ(found("{arraySpec: [PROFILE, MULTICHANNEL, TRACE]}"), R"([{"label":"im · t[0:1], y[0:1]"}])");
  EXPECT_EQ(found("{kind: ARRAY, dataset: 999}"), "[]");
  EXPECT_EQ(found("{search: \"IM\", sliced: false, owner: \"ada\", dataset: " + stack_ + "}"),
            R"([{"label":"im"}])");
  EXPECT_EQ(found("{search: \"nothing\"}"), "[]");
  EXPECT_EQ(found("{notDerived: false}"), "[]");
  EXPECT_EQ(found("{requires: [{key: \"@mikro/n_channels\", operator: LTE, value: 1}, {key: \"@mikro/dtype\","
                  " operator: IN, value: [\"uint8\", \"uint16\"]}]}"),
            R"([{"label":"im · t[0:1], c[0:1]"}])");
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(found("{}"), "[]");
}

TEST_P(Lenses, AreOfferedWhereTheyCanBePlaced) {
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  const std::string line = mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":1}])");
  const std::string child = mikro_testing::dataset(
      lab_, "mask", {"t TIME", "c CHANNEL", "y SPACE", "x SPACE"}, {5, 3, 64, 64},
      Json::object({{"derivedFrom",
                     Json::parse(R"([{"kind":"DATASET","dataset":")" + stack_ +
                                 R"(","transform":{"kind":"IDENTITY"},"valueRelation":"CATEGORIZED"}])")}}));
  mikro_testing::dataset(lab_, "stranger", {"y SPACE", "x SPACE"}, {8, 8});
  const auto in_stage = [&](const std::string& more) {
    return found("{placeableIn: {space: " + stage + more + "}}");
  };
  EXPECT_EQ(in_stage(""), "[]");
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, stack_), stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["y","x"],
                          "outputAxes":["y","x"]}]})");
  EXPECT_EQ(in_stage(""), R"([{"label":"im"},{"label":"im · y[0:1]"},{"label":"mask"}])");
  EXPECT_EQ(in_stage(", derivedOnly: true"), R"([{"label":"mask"}])");
  EXPECT_EQ(in_stage(", asLayer: IMAGE"), R"([{"label":"im"},{"label":"mask"}])");
  EXPECT_EQ(in_stage(", asLayer: RGB"), R"([{"label":"im"},{"label":"mask"}])");
  EXPECT_EQ(in_stage(", asLayer: LABEL"), R"([{"label":"mask"}])");
  EXPECT_EQ(in_stage(", asLayer: PHASOR"), "[]");
  EXPECT_EQ(in_stage(", asLayer: MESH"), "[]");
  const auto datasets = [&](const std::string& filters) {
    return lab_.data("{ it: arrayDatasets(filters: " + filters + ") { name } }")["it"].dump();
  };
  EXPECT_EQ(datasets("{placeableIn: " + stage + "}"), R"([{"name":"im"},{"name":"mask"}])");
  EXPECT_EQ(datasets("{hasPhysicalSpace: true}"), R"([{"name":"im"}])");
  EXPECT_EQ(datasets("{hasPhysicalSpace: false}"), R"([{"name":"mask"},{"name":"stranger"}])");
  EXPECT_THAT(lab_.error("{ arrayDatasets(filters: {placeableIn: 999}) { id } }"), StartsWith("NOT_FOUND"));
  EXPECT_EQ(mikro_testing::grid_of(lab_, child).empty(), false);
}

TEST_P(Lenses, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string_view list =
      "{ lenses { label descriptors coordinateSystem { axes { name } } ... on ArrayLens { "
      "suggestedRenderAxes { x }"
      " toParent { id } derivedDatasets { name } dataset { name derivedDatasets { id } derivedResidents {"
      " __typename } } } } }";
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(list);
    return lab_.round_trips() - before;
  };
  mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":1}])");
  const std::uint64_t one = cost();
  for (int i = 2; i < 6; ++i) {
    mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":)" + std::to_string(i) + "}]");
    mikro_testing::dataset(lab_, "more", {"y SPACE", "x SPACE"}, {8, 8});
  }
  EXPECT_EQ(cost(), one);
}

TEST_P(Lenses, AreToldOfToWhoFollowsThem) {
  std::vector<std::string> all;
  std::vector<std::string> of_one;
  std::vector<std::string> datasets;
  const auto into = [](std::vector<std::string>& list) {
    return [&list](const Json& event) { list.push_back(event.dump()); };
  };
  const auto one = lab_.feed().follow("lenses/1", into(all));
  const auto two = lab_.feed().follow("lenses-ARRAY/1/" + stack_, into(of_one));
  const auto three = lab_.feed().follow("array-datasets/1", into(datasets));
  const std::string id = mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":1}])");
  mikro_testing::lens(lab_, stack_, R"([{"axis":"y","stop":1}])");
  lab_.data("mutation ($id: ID!) { updateLens(input: {id: $id, name: \"a\"}) { id } }", id_variable(id));
  lab_.data(kRemove, id_variable(id));
  EXPECT_THAT(of_one, testing::ElementsAre("{\"create\":" + id + "}", "{\"update\":" + id + "}",
                                           "{\"delete\":" + id + "}"));
  EXPECT_EQ(all, of_one);
  const std::string other = mikro_testing::dataset(lab_, "more", {"y SPACE", "x SPACE"}, {8, 8});
  EXPECT_EQ(all.size(), 4U);
  lab_.data("mutation ($id: ID!) { updateArrayDataset(input: {id: $id, name: \"b\"}) { id } }",
            id_variable(other));
  lab_.data("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id_variable(other));
  EXPECT_EQ(all.size(), 5U);
  EXPECT_EQ(of_one.size(), 3U);
  EXPECT_THAT(datasets, testing::ElementsAre("{\"create\":" + other + "}", "{\"update\":" + other + "}",
                                             "{\"delete\":" + other + "}"));
}

}  // namespace
}  // namespace mikro
