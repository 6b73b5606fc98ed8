// What the official client composes out of a coordinate graph, which it asks for with the document below:
// `path_to`, `matrix_to` and `transform_points_to` of its CoordinateSystem, which walk and multiply what is
// here.
//
// The numbers are the client's. They were made once by handing the answer of this very test to the client:
//
//   graph = GetCoordinateGraphQuery(**answer).coordinate_graph
//   by_name = {s.name: s for s in graph.systems}
//   by_name["image/1"].axis_map_to(by_name["atlas"], graph=graph).matrix.tolist()
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "services/mikro/space/placement.h"
#include "services/mikro/spaces/space_graph.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;

constexpr std::string_view kDocument = R"(
fragment Axis on Axis { id order name type unit longName __typename }
fragment TransformationPart on TransformationPart {
  kind inputAxes outputAxes scale translation affine
  field { unit min max values spatial dereference field { id __typename } __typename } __typename }
fragment CoordinateSystem on CoordinateSystem {
  id name epoch reference referenceApp axes { ...Axis __typename } __typename }
fragment Transformation on Transformation {
  id kind name version input { ...CoordinateSystem __typename } output { ...CoordinateSystem __typename }
  ... on ScaleTransformation { scale }
  ... on TranslationTransformation { translation }
  ... on AffineTransformation { affine }
  ... on RotationTransformation { affine }
  ... on MapAxisTransformation { inputAxes outputAxes }
  ... on SequenceTransformation { steps { kind scale translation affine reason } }
  ... on ByDimensionTransformation { inputAxes outputAxes parts { ...TransformationPart } }
  __typename }
query GetCoordinateGraph($coordinateSystem: ID!, $maxDepth: Int) {
  coordinateGraph(coordinateSystem: $coordinateSystem, maxDepth: $maxDepth) {
    root { ...CoordinateSystem __typename }
    systems { ...CoordinateSystem __typename }
    transformations { ...Transformation __typename }
    __typename } })";

class ClientPaths : public testing::TestWithParam<sql::Dialect> {
 protected:
  void SetUp() override {
    const std::string image = mikro_testing::dataset(
        lab_, "image", {"c CHANNEL", "y SPACE", "x SPACE"}, {2, 33, 36},
        Json::object(
            {{"scales", Json::array({Json::object({{"level", 1}, {"array", lab_.array({2, 17, 9})}})})}}));
    grid_ = mikro_testing::grid_of(lab_, image);
    crop_ = mikro_testing::space_of(
        lab_, mikro_testing::lens(
                  lab_, image,
                  R"([{"axis":"c","start":1},{"axis":"y","start":8,"step":3},{"axis":"x","stop":5}])"));
    const std::string stage = mikro_testing::world(lab_, "stage", {"t TIME s", "y SPACE um", "x SPACE um"});
    mikro_testing::edge(lab_, grid_, stage,
                        R"({"kind":"BY_DIMENSION","parts":[{"kind":"AFFINE","inputAxes":["y","x"],
                            "outputAxes":["y","x"],"affine":[[0.1,0.02,5.3],[-0.03,0.3,7.7]]}]})");
    const std::string atlas = mikro_testing::world(lab_, "atlas", {"y SPACE nm", "x SPACE nm"});
    mikro_testing::edge(lab_, stage, atlas,
                        R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["y","x"],
                            "outputAxes":["y","x"]}]})");
    const std::string turned = mikro_testing::world(lab_, "turned", {"x SPACE nm", "y SPACE nm"});
    mikro_testing::edge(lab_, atlas, turned,
                        R"({"kind":"MAP_AXIS","inputAxes":["y","x"],"outputAxes":["y","x"]})");
    answer_ = lab_.data(kDocument, Json::object({{"coordinateSystem", grid_}}));
    // For whoever makes the numbers below again.
    if (const char* file = std::getenv("ARKITEKTD_WRITE_GRAPH")) std::ofstream(file) << answer_.dump();
  }
  std::string id_of(const std::string& name) {
    for (const Json& system : answer_["coordinateGraph"]["systems"].items()) {
      if (system["name"].as_string() == name) return system["id"].as_string();
    }
    ADD_FAILURE() << "no system " << name;
    return "0";
  }
  // As the client walks: whatever edge, in both directions where there is a way back.
  std::string composed(const std::string& from, const std::string& to) {
    Json rows = Json::array();
    lab_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      const std::int64_t source = std::stoll(id_of(from));
      const space::Graph graph = load_around(reader, 1, {{source}});
      space::Crossing crossing;
      crossing.registrations = space::Registrations::kBothWays;
      const auto path = space::find_path(graph, source, std::stoll(id_of(to)), crossing);
      ASSERT_TRUE(path.has_value());
      const space::Placement placement = space::compose(graph.space(source)->axes, graph.hops(*path));
      for (std::size_t row = 0; row < placement.output_axes.size(); ++row) {
        Json list = Json::array({placement.output_axes[row]});
        for (std::size_t i = 0; i < placement.matrix.columns(); ++i)
          list.push_back(placement.matrix.at(row, i));
        rows.push_back(list);
      }
    });
    return rows.dump();
  }

  mikro_testing::Lab lab_{GetParam()};
  std::string grid_, crop_;
  Json answer_;
};

INSTANTIATE_TEST_SUITE_P(Both, ClientPaths, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(ClientPaths, FindEveryNumberExactly) {
  Json edges = Json::array();
  for (const Json& edge : answer_["coordinateGraph"]["transformations"].items()) {
    Json numbers = Json::object({{"kind", edge["kind"]}});
    for (const char* field : {"scale", "translation", "affine", "steps", "parts", "inputAxes"}) {
      if (edge.find(field) != nullptr) numbers.set(field, edge[field]);
    }
    edges.push_back(numbers);
  }
  EXPECT_EQ(
      edges.dump(),
      R"([{"kind":"SEQUENCE","steps":[{"kind":"SCALE","scale":[1.0,1.9411764705882353,4.0],"translation":[],)"
      R"("affine":[],"reason":null},{"kind":"TRANSLATION","scale":[],"translation":[0.0,0.47058823529411764,1.5],)"
      R"("affine":[],"reason":null}]},{"kind":"SEQUENCE","steps":[{"kind":"SCALE","scale":[1.0,3.0,1.0],)"
      R"("translation":[],"affine":[],"reason":null},{"kind":"TRANSLATION","scale":[],)"
      R"("translation":[1.0,8.0,0.0],"affine":[],"reason":null}]},{"kind":"BY_DIMENSION","parts":[)"
      R"({"kind":"AFFINE","inputAxes":["y","x"],"outputAxes":["y","x"],"scale":[],"translation":[],)"
      R"("affine":[[0.1,0.02,5.3],[-0.03,0.3,7.7]],"field":null,"__typename":"TransformationPart"}],)"
      R"("inputAxes":["y","x"]},{"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["y","x"],)"
      R"("outputAxes":["y","x"],"scale":[],"translation":[],"affine":[],"field":null,)"
      R"("__typename":"TransformationPart"}],"inputAxes":["y","x"]},{"kind":"MAP_AXIS",)"
      R"("inputAxes":["y","x"]}])");
}

TEST_P(ClientPaths, AreComposedAsTheClientComposesThem) {
  const std::string crop = "image · c[1:2], y[8:33:3], x[0:5]";
  EXPECT_EQ(
      composed("image/1", "image"),
      R"([["c",1.0,0.0,0.0,0.0],["y",0.0,1.9411764705882353,0.0,0.47058823529411764],["x",0.0,0.0,4.0,1.5]])");
  EXPECT_EQ(composed(crop, "image"),
            R"([["c",1.0,0.0,0.0,1.0],["y",0.0,3.0,0.0,8.0],["x",0.0,0.0,1.0,0.0]])");
  EXPECT_EQ(
      composed(crop, "image/1"),
      R"([["c",1.0,0.0,0.0,1.0],["y",0.0,1.5454545454545454,0.0,3.878787878787879],["x",0.0,0.0,0.25,-0.375]])");
  EXPECT_EQ(
      composed("image/1", crop),
      R"([["c",1.0,0.0,0.0,-1.0],["y",0.0,0.6470588235294117,0.0,-2.5098039215686274],["x",0.0,0.0,4.0,1.5]])");
  EXPECT_EQ(composed(crop, "stage"), R"([["y",0.0,0.30000000000000004,0.02,6.1],["x",0.0,-0.09,0.3,7.46]])");
  EXPECT_EQ(composed("image/1", "atlas"),
            R"([["y",0.0,194.1176470588235,79.99999999999999,5377.058823529411],)"
            R"(["x",0.0,-58.23529411764705,1199.9999999999998,8135.882352941177]])");
  EXPECT_EQ(composed("image", "turned"),
            R"([["x",0.0,-29.999999999999996,299.99999999999994,7699.999999999999],)"
            R"(["y",0.0,100.0,19.999999999999996,5299.999999999999]])");
  EXPECT_EQ(composed("turned", "atlas"), R"([["y",0.0,1.0,0.0],["x",1.0,0.0,0.0]])");
}

}  // namespace
}  // namespace mikro
