// Shared spaces: made, found again by what they are, changed, cleared and deleted.
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

constexpr std::string_view kShow =
    "query ($id: ID!) { it: coordinateSystem(id: $id) { name epoch reference referenceApp axes { order name "
    "type unit } transformVersion registrations { id } residents { __typename } placedSystems { name } } }";

class CoordinateSystems : public testing::TestWithParam<sql::Dialect> {
 protected:
  std::string refusal(Json members) {
    return lab_.error(mikro_testing::kCreateSpace, input(std::move(members)));
  }
  Json space(const mikro_testing::Axes& axes, Json more = Json::object()) {
    Json members = Json::object({{"name", "stage"}, {"axes", mikro_testing::axes_json(axes)}});
    for (const auto& [name, value] : more.members()) members.set(name, value);
    return members;
  }
  static Json reference(const char* text) { return Json::object({{"reference", text}}); }

  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, CoordinateSystems, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(CoordinateSystems, HaveAxesWithUnitsByTheirFullNames) {
  const std::string id =
      mikro_testing::world(lab_, "stage", {"t TIME s", "c CHANNEL a.u.", "y SPACE um", "x SPACE micrometer"},
                           Json::object({{"epoch", "2024-05-01T12:00:00+02:00"}}));
  EXPECT_EQ(
      lab_.data(kShow, id_variable(id))["it"].dump(),
      R"({"name":"stage","epoch":"2024-05-01T10:00:00+00:00","reference":null,"referenceApp":null,"axes":[)"
      R"({"order":0,"name":"t","type":"TIME","unit":"second"},)"
      R"({"order":1,"name":"c","type":"CHANNEL","unit":"a.u."},)"
      R"({"order":2,"name":"y","type":"SPACE","unit":"micrometer"},)"
      R"({"order":3,"name":"x","type":"SPACE","unit":"micrometer"}],"transformVersion":0,)"
      R"("registrations":[],"residents":[],"placedSystems":[]})");
}

TEST_P(CoordinateSystems, WithAxesThatMakeNoSenseAreRefused) {
  EXPECT_THAT(refusal(space({})), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refusal(space({"y SPACE um", "y SPACE um"})), HasSubstr("y"));
  EXPECT_THAT(refusal(space({"t TIME s", "u TIME s"})), HasSubstr("TIME"));
  EXPECT_THAT(refusal(space({"t TIME um"})), HasSubstr("t"));
  EXPECT_THAT(refusal(space({"x SPACE furlongs_per_dog"})), HasSubstr("x"));
  EXPECT_THAT(refusal(space({"x SPACE um"}, Json::object({{"epoch", "2024-05-01T12:00:00Z"}}))),
              HasSubstr("TIME axis"));
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), 0);
}

TEST_P(CoordinateSystems, AreFoundAgainByTheirReference) {
  const std::string id = mikro_testing::world(lab_, "MNI", {"y SPACE millimeter", "x SPACE millimeter"},
                                              reference("nifti:mni152"));
  const auto again = [&](const char* name) {
    return mikro_testing::world(lab_, name, {"y SPACE mm", "x SPACE mm"}, reference("nifti:mni152"));
  };
  EXPECT_EQ(again("another name"), id);
  lab_.become("bob");
  EXPECT_EQ(again("whatever"), id);
  EXPECT_EQ(lab_.data(kShow, id_variable(id))["it"]["name"].as_string(), "MNI");
  EXPECT_EQ(
      lab_.data("{ it: coordinateSystems(filters: {reference: \"nifti:mni152\"}) { id } }")["it"].dump(),
      R"([{"id":")" + id + R"("}])");
  EXPECT_THAT(refusal(space({"y SPACE um", "x SPACE um"}, reference("nifti:mni152"))),
              HasSubstr("nifti:mni152"));
  EXPECT_THAT(refusal(space({"t TIME s"}, reference("nifti:mni152"))), StartsWith("VALIDATION_ERROR"));
  lab_.become("eve", "elsewhere");
  EXPECT_NE(again("theirs"), id);
}

TEST_P(CoordinateSystems, OfAPlainKeyBelongToTheCallingApp) {
  const std::string id = mikro_testing::world(lab_, "stage", {"x SPACE um"}, reference("stage"));
  EXPECT_EQ(mikro_testing::world(lab_, "stage", {"x SPACE um"}, reference("stage")), id);
  EXPECT_EQ(lab_.data(kShow, id_variable(id))["it"]["referenceApp"].as_string(), "analysis");
  EXPECT_THAT(refusal(space({"x SPACE um"}, reference(""))), HasSubstr("reference"));
}

TEST_P(CoordinateSystems, AskedForAtTheSameTimeAreOne) {
  const Json variables = input(space({"x SPACE um"}, reference("lab:stage")));
  std::vector<std::string> ids(6);
  std::vector<std::thread> threads;
  for (std::string& id : ids) {
    threads.emplace_back(
        [&] { id = lab_.data(mikro_testing::kCreateSpace, variables)["it"]["id"].as_string(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(ids.begin(), ids.end(), ids.front()), 6);
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system"), 1);
  EXPECT_EQ(mikro_testing::count(lab_, "axis"), 1);
}

TEST_P(CoordinateSystems, AreMadeWithWhatIsRegisteredThere) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  const Json registration =
      Json::object({{"dataset", cells},
                    {"transform", Json::parse(R"({"kind":"SCALE","scale":[0.2,0.2],"affine":null})")},
                    {"name", "pixel size"}});
  const std::string id = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"},
                                              Json::object({{"registrations", Json::array({registration})}}));
  EXPECT_EQ(
      lab_.data("query ($id: ID!) { it: coordinateSystem(id: $id) { placedSystems { name } registrations {"
                " __typename name validity valueRelation invariance inputAxes outputAxes input { id }"
                " ... on ScaleTransformation { scale } } } }",
                id_variable(id))["it"]
          .dump(),
      R"({"placedSystems":[{"name":"cells"}],"registrations":[{"__typename":"ScaleTransformation",)"
      R"("name":"pixel size","validity":"MANUAL","valueRelation":null,"invariance":"SIMILARITY",)"
      R"("inputAxes":["y","x"],"outputAxes":["y","x"],"input":{"id":")" +
          mikro_testing::grid_of(lab_, cells) + R"("},"scale":[0.2,0.2]}]})");

  const auto refused = [&](std::string_view registrations) {
    return refusal(
        space({"y SPACE um", "x SPACE um"}, Json::object({{"registrations", Json::parse(registrations)}})));
  };
  EXPECT_THAT(refused(R"([{"dataset":"999","transform":{"kind":"IDENTITY"}}])"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused(R"([{"transform":{"kind":"IDENTITY"}}])"), HasSubstr("exactly one of `dataset`"));
  EXPECT_THAT(refused(R"([{"dataset":")" + cells + R"("}])"), HasSubstr("`transform`"));
  EXPECT_THAT(refused(R"([{"dataset":")" + cells + R"(","transform":{"kind":"SCALE","scale":[1]}}])"),
              HasSubstr("scale"));
  EXPECT_THAT(refused(R"([{"meshCollection":"1","transform":{"kind":"IDENTITY"}}])"),
              StartsWith("NOT_IMPLEMENTED"));
  EXPECT_EQ(mikro_testing::count(lab_, "coordinate_system where \"use\" = 'SHARED'"), 1);
}

TEST_P(CoordinateSystems, AreRenamedAndTheirClocksAreSet) {
  const std::string_view update =
      "mutation ($input: UpdateCoordinateSystemInput!) { it: updateCoordinateSystem(input: $input) { name "
      "epoch "
      "reference provenanceEntries(pagination: {limit: 1}) { kind effectiveChanges { field } } } }";
  const std::string id = mikro_testing::world(lab_, "stage", {"t TIME s", "x SPACE um"});
  EXPECT_EQ(
      lab_.data(update, input(Json::object({{"id", id},
                                            {"name", "well A1"},
                                            {"epoch", "2024-05-01T12:00:00Z"},
                                            {"reference", "lab:a1"}})))["it"]
          .dump(),
      R"({"name":"well A1","epoch":"2024-05-01T12:00:00+00:00","reference":"lab:a1","provenanceEntries":[)"
      R"({"kind":"UPDATE","effectiveChanges":[{"field":"name"},{"field":"epoch"},{"field":"reference"}]}]})");
  // Two clocks that are related begin at the same time.
  const std::string other = mikro_testing::world(lab_, "other", {"t TIME s", "x SPACE um"});
  mikro_testing::edge(lab_, id, other, R"({"kind":"IDENTITY"})");
  const auto refused = [&](const std::string& space, Json members) {
    members.set("id", space);
    return lab_.error(update, input(std::move(members)));
  };
  EXPECT_THAT(refused(other, Json::object({{"epoch", "2025-01-01T00:00:00Z"}})), HasSubstr("epoch"));
  EXPECT_THAT(refused(other, Json::object({{"reference", "lab:a1"}})), StartsWith("CONFLICT"));
  EXPECT_THAT(refused(other, Json::object({{"name", ""}})), HasSubstr("name"));
  EXPECT_EQ(refused(other, Json::object({{"epoch", "2024-05-01T12:00:00Z"}})), "");
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  EXPECT_THAT(refused(mikro_testing::grid_of(lab_, cells), Json::object({{"name", "mine"}})),
              HasSubstr("space of a dataset"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused(other, Json::object({{"name", "mine"}})), StartsWith("NOT_FOUND"));
}

TEST_P(CoordinateSystems, AreClearedByWhoMadeThemAndDeletedWhenUnused) {
  const std::string_view clear = "mutation ($id: ID!) { it: clearCoordinateSystem(input: {id: $id}) }";
  const std::string_view remove = "mutation ($id: ID!) { it: deleteCoordinateSystem(input: {id: $id}) }";
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  const std::string atlas = mikro_testing::world(lab_, "atlas", {"y SPACE um", "x SPACE um"});
  const std::string first = mikro_testing::edge(lab_, grid, stage, R"({"kind":"IDENTITY"})");
  const std::string second = mikro_testing::edge(lab_, grid, stage, R"({"kind":"SCALE","scale":[2,2]})");
  const std::string out = mikro_testing::edge(lab_, stage, atlas, R"({"kind":"IDENTITY"})");
  mikro_testing::edge(lab_, atlas, stage, R"({"kind":"UNMAPPABLE"})");
  EXPECT_THAT(lab_.error(remove, id_variable(stage)), StartsWith("CONFLICT"));
  lab_.become("bob");
  EXPECT_THAT(lab_.error(clear, id_variable(stage)), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(clear, id_variable(stage))["it"].dump(), Json::array({first, second}).dump());
  EXPECT_EQ(lab_.data("{ it: transformations(filters: {kind: IDENTITY}) { id } }")["it"].dump(),
            R"([{"id":")" + out + R"("}])");
  EXPECT_THAT(lab_.error(remove, id_variable(grid)), HasSubstr("space of a dataset"));
  EXPECT_THAT(lab_.error(remove, id_variable(stage)), HasSubstr("2 transformations"));
  const std::string lonely = mikro_testing::world(lab_, "lonely", {"x SPACE um"});
  EXPECT_EQ(lab_.data(remove, id_variable(lonely))["it"].as_string(), lonely);
  EXPECT_THAT(lab_.error(kShow, id_variable(lonely)), StartsWith("NOT_FOUND"));
}

TEST_P(CoordinateSystems, ThatNothingUsesAreSweptByTheirMakers) {
  const std::string_view sweep = "mutation { it: deleteOrphanedCoordinateSystems }";
  const std::string mine = mikro_testing::world(lab_, "mine", {"x SPACE um"});
  const std::string used = mikro_testing::world(lab_, "used", {"x SPACE um"});
  const std::string far = mikro_testing::world(lab_, "far", {"x SPACE um"});
  mikro_testing::edge(lab_, used, far, R"({"kind":"IDENTITY"})");
  mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  lab_.become("bob");
  const std::string bobs = mikro_testing::world(lab_, "bobs", {"x SPACE um"});
  EXPECT_EQ(lab_.data(sweep)["it"].dump(), Json::array({bobs}).dump());
  lab_.become("eve", "elsewhere", {"admin"});
  EXPECT_EQ(lab_.data(sweep)["it"].dump(), "[]");
  lab_.become("root", "lab", {"admin"});
  EXPECT_EQ(lab_.data(sweep)["it"].dump(), Json::array({mine}).dump());
}

TEST_P(CoordinateSystems, ForgetARegistrationByItsSource) {
  const std::string_view forget =
      "mutation ($input: DeleteRegistrationInput!) { it: deleteRegistration(input: $input) }";
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  const std::string first = mikro_testing::edge(lab_, grid, stage, R"({"kind":"IDENTITY"})");
  const std::string second = mikro_testing::edge(lab_, grid, stage, R"({"kind":"SCALE","scale":[2,2]})");
  mikro_testing::edge(lab_, grid, stage, R"({"kind":"UNMAPPABLE","reason":"no"})");
  const Json variables = input(Json::object({{"dataset", cells}, {"world", stage}}));
  lab_.become("bob");
  EXPECT_THAT(lab_.error(forget, variables), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(forget, variables)["it"].dump(), Json::array({first, second}).dump());
  EXPECT_EQ(lab_.data(forget, variables)["it"].dump(), "[]");
  EXPECT_EQ(mikro_testing::count(lab_, "transformation"), 1);
  EXPECT_THAT(lab_.error(forget, input(Json::object({{"world", stage}}))), HasSubstr("exactly one"));
}

TEST_P(CoordinateSystems, SayWhoLivesThere) {
  const std::string cells = mikro_testing::dataset(
      lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8},
      Json::object({{"scales", Json::array({Json::object({{"level", 1}, {"array", lab_.array({4, 4})}})})}}));
  const std::string crop = mikro_testing::lens(lab_, cells, R"([{"axis":"x","start":2}])");
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage, R"({"kind":"IDENTITY"})");
  EXPECT_EQ(lab_.data("{ it: coordinateSystems { name residents { __typename ... on ArrayDataset { name }"
                      " ... on DataArray { level } ... on ArrayLens { label } } } }")["it"]
                .dump(),
            R"([{"name":"cells","residents":[{"__typename":"ArrayDataset","name":"cells"},)"
            R"({"__typename":"DataArray","level":0}]},)"
            R"({"name":"cells/1","residents":[{"__typename":"DataArray","level":1}]},)"
            R"({"name":"cells · x[2:8]","residents":[{"__typename":"ArrayLens","label":"cells · x[2:8]"}]},)"
            R"({"name":"stage","residents":[]}])");
  const auto names = [&](const std::string& filters) {
    return lab_.data("{ it: coordinateSystems(filters: " + filters + ") { name } }")["it"].dump();
  };
  EXPECT_EQ(names("{uninhabited: true}"), R"([{"name":"stage"}])");
  EXPECT_EQ(names("{uninhabited: false, search: \"CELLS/\"}"), R"([{"name":"cells/1"}])");
  EXPECT_EQ(names("{dataset: " + cells + "}"),
            R"([{"name":"cells"},{"name":"cells/1"},{"name":"cells · x[2:8]"}])");
  EXPECT_EQ(names("{dataset: 999}"), "[]");
  EXPECT_EQ(names("{owner: \"ada\", name: {exact: \"stage\"}, requires: []}"), R"([{"name":"stage"}])");
  EXPECT_THAT(
      lab_.error("{ coordinateSystems(filters: {requires: [{key: \"a\", operator: EXISTS, value: true}]})"
                 " { id } }"),
      HasSubstr("'a'"));
}

TEST_P(CoordinateSystems, CountHowOftenTheWayToPixelsWasWritten) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string crop = mikro_testing::lens(lab_, cells, R"([{"axis":"x","start":2}])");
  const std::string derived = mikro_testing::dataset(
      lab_, "mask", {"y SPACE", "x SPACE"}, {8, 6},
      Json::object({{"derivedFrom",
                     Json::array({Json::object({{"kind", "LENS"},
                                                {"lens", crop},
                                                {"transform", Json::parse(R"({"kind":"IDENTITY"})")}})})}}));
  const auto version = [&](const std::string& space) {
    return lab_
        .data("query ($id: ID!) { it: coordinateSystem(id: $id) { transformVersion } }",
              id_variable(space))["it"]["transformVersion"]
        .as_int64()
        .value();
  };
  EXPECT_EQ(version(mikro_testing::grid_of(lab_, cells)), 0);
  EXPECT_EQ(version(mikro_testing::grid_of(lab_, derived)), 0);
  const std::string space = mikro_testing::space_of(lab_, crop);
  EXPECT_EQ(version(space), 1);
  const std::string edge =
      lab_.data("query ($id: ID!) { it: lens(id: $id) { ... on ArrayLens { toParent { id } } } }",
                id_variable(crop))["it"]["toParent"]["id"]
          .as_string();
  lab_.data("mutation ($id: ID!) { updateTransformation(input: {id: $id, name: \"shift\"}) { id } }",
            id_variable(edge));
  EXPECT_EQ(version(space), 2);
}

TEST_P(CoordinateSystems, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string_view list =
      "{ coordinateSystems { axes { name } transformVersion residents { __typename } registrations { id }"
      " placedSystems { name axes { unit } } inView(region: {min: [0], max: [5]}) { system { name } source {"
      " ... on ArrayDataset { name } } path { inverted transformation { id } } } } }";
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(list);
    return lab_.round_trips() - before;
  };
  const auto add = [&] {
    const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {8, 8});
    const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
    mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage, R"({"kind":"IDENTITY"})");
  };
  add();
  const std::uint64_t one = cost();
  for (int i = 0; i < 4; ++i) add();
  EXPECT_EQ(cost(), one);
}

}  // namespace
}  // namespace mikro
