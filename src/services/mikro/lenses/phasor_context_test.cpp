// How lenses say what their phasors need.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using testing::HasSubstr;

class PhasorContexts : public testing::TestWithParam<sql::Dialect> {
 protected:
  void anchor(std::string_view anchor) {
    lab_.data(
        "mutation ($input: CreateCoordinateAnchorInput!) { createCoordinateAnchor(input: $input) { id } }",
        mikro_testing::input(Json::object({{"dataset", flim_}, {"anchor", Json::parse(anchor)}})));
  }
  /// The id of a lens of the whole, or of slices of it.
  std::string lens(std::string_view slices = "[]") { return mikro_testing::lens(lab_, flim_, slices); }
  Json phasor(const std::string& lens, const std::string& arguments = "") {
    return lab_.data("query ($id: ID!) { it: lens(id: $id) { ... on ArrayLens { phasor" + arguments +
                         " { axis axisType bins harmonic binWidth window laserFrequency"
                         " calibration { phaseOffset } phasorHistogram { total } } } } }",
                     mikro_testing::id_variable(lens))["it"]["phasor"];
  }
  std::string said(const std::string& lens, std::string_view field, const std::string& arguments = "") {
    return phasor(lens, arguments)[field].dump();
  }
  void scale(const std::string& space, std::string_view unit, double step) {
    const std::string axis = fmt::format("tau MICROTIME {}", unit);
    const std::string world = mikro_testing::world(lab_, "scanner", {axis, "y SPACE um"});
    mikro_testing::edge(lab_, space, world,
                        R"({"kind":"BY_DIMENSION","parts":[{"kind":"SCALE","inputAxes":["tau"],
                            "outputAxes":["tau"],"scale":[)" +
                            std::to_string(step) + "]}]}");
  }

  mikro_testing::Lab lab_{GetParam()};
  std::string flim_ = mikro_testing::dataset(
      lab_, "flim", {"c CHANNEL", "tau MICROTIME", "l SPECTRUM", "y SPACE", "x SPACE"}, {2, 256, 8, 4, 4});
};

INSTANTIATE_TEST_SUITE_P(Both, PhasorContexts, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(PhasorContexts, AreInBinsUntilASpaceCountsThem) {
  const std::string whole = lens();
  EXPECT_EQ(phasor(whole).dump(),
            R"({"axis":"tau","axisType":"MICROTIME","bins":256,"harmonic":1,"binWidth":null,"window":null,)"
            R"("laserFrequency":null,"calibration":null,"phasorHistogram":null})");
  EXPECT_EQ(phasor(whole, "(axis: \"l\", harmonic: 2)").dump(),
            R"({"axis":"l","axisType":"SPECTRUM","bins":8,"harmonic":2,"binWidth":null,"window":null,)"
            R"("laserFrequency":null,"calibration":null,"phasorHistogram":null})");
  EXPECT_TRUE(phasor(whole, "(axis: \"x\")").is_null());
  EXPECT_TRUE(phasor(whole, "(axis: \"nothing\")").is_null());
  EXPECT_THAT(
      lab_.error("query ($id: ID!) { lens(id: $id) { ... on ArrayLens { phasor(harmonic: 0) { axis } } } }",
                 mikro_testing::id_variable(whole)),
      HasSubstr("`harmonic` is 0"));
  scale(mikro_testing::grid_of(lab_, flim_), "ns", 0.05);
  EXPECT_EQ(said(whole, "binWidth"), R"("0.05 nanosecond")");
  EXPECT_EQ(said(whole, "window"), R"("12.8 nanosecond")");
  EXPECT_EQ(said(whole, "binWidth", "(axis: \"l\")"), "null");
}

TEST_P(PhasorContexts, OfACropRunOverWhatItKeeps) {
  const std::string crop = lens(R"([{"axis":"tau","start":16,"stop":80,"step":2}])");
  scale(mikro_testing::grid_of(lab_, flim_), "ps", 50);
  EXPECT_EQ(said(crop, "bins"), "32");
  EXPECT_EQ(said(crop, "binWidth"), R"("100 picosecond")");
  EXPECT_EQ(said(crop, "window"), R"("3200 picosecond")");
}

TEST_P(PhasorContexts, KnowWhatHoldsForAllOfTheLens) {
  anchor(R"({"axisAnchors":[],
             "lightGraph":{"elements":[{"id":"lamp","label":"lamp","kind":"LAMP"},
                                       {"id":"l","label":"pulsed","kind":"LASER","nominalWavelength":"485 nm","repetitionRate":"80 MHz"}],
                           "edges":[]},
             "phasorCalibration":{"axis":"tau","phaseOffset":0.5}})");
  anchor(R"({"axisAnchors":[{"axis":"c","value":1}],
             "phasorCalibration":{"axis":"tau","phaseOffset":0.75},
             "phasorHistogram":{"axis":"tau","harmonic":2,"counts":[1],"total":9}})");
  const std::string whole = lens();
  const std::string first = lens(R"([{"axis":"c","start":0,"stop":1}])");
  const std::string second = lens(R"([{"axis":"c","start":1,"stop":2}])");
  EXPECT_EQ(said(whole, "laserFrequency"), R"("80 MHz")");
  EXPECT_EQ(said(second, "laserFrequency"), R"("80 MHz")");
  EXPECT_EQ(said(whole, "laserFrequency", "(axis: \"l\")"), "null");
  EXPECT_EQ(said(whole, "calibration"), R"({"phaseOffset":0.5})");
  EXPECT_EQ(said(first, "calibration"), R"({"phaseOffset":0.5})");
  EXPECT_EQ(said(second, "calibration"), R"({"phaseOffset":0.75})");
  EXPECT_EQ(said(second, "calibration", "(axis: \"l\")"), "null");
  EXPECT_EQ(said(second, "calibration", "(harmonic: 2)"), "null");
  EXPECT_EQ(said(second, "phasorHistogram", "(harmonic: 2)"), R"({"total":9})");
  EXPECT_EQ(said(whole, "phasorHistogram", "(harmonic: 2)"), "null")
      << "it says nothing of the other channel";
}

TEST_P(PhasorContexts, AreReadForAllLensesAtOnce) {
  scale(mikro_testing::grid_of(lab_, flim_), "ns", 0.05);
  anchor(R"({"axisAnchors":[],"phasorCalibration":{"axis":"tau","phaseOffset":0.5}})");
  const auto statements = [&] {
    const std::uint64_t before = lab_.database().stats().statements;
    lab_.data("{ lenses { ... on ArrayLens { phasor { binWidth calibration { id } } } } }");
    return lab_.database().stats().statements - before;
  };
  lens();
  const std::uint64_t one = statements();
  for (const char* slices : {R"([{"axis":"c","stop":1}])", R"([{"axis":"y","stop":2}])"}) lens(slices);
  EXPECT_EQ(statements(), one);
}

}  // namespace
}  // namespace mikro
