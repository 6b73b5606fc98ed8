#include "services/mikro/space/axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using testing::axes;
using ::testing::HasSubstr;
using testing::refusal;

std::string refused(std::vector<Axis> given, AxesOf of) {
  return refusal([&] { checked_axes(std::move(given), of); });
}

TEST(Axes, GivesUnitsTheirFullNames) {
  const std::vector<Axis> checked = checked_axes(
      {{"t", AxisType::kTime, "ms"}, {"c", AxisType::kChannel, "arb"}, {"x", AxisType::kSpace, "um"}},
      AxesOf::kPhysical);
  EXPECT_EQ(checked[0].unit, "millisecond");
  EXPECT_EQ(checked[1].unit, "a.u.");
  EXPECT_EQ(checked[2].unit, "micrometer");
}

TEST(Axes, RefusesNamesThatAreEmptyDoubledOrTooLong) {
  EXPECT_THAT(refused({{"", AxisType::kSpace, {}}}, AxesOf::kGrid), HasSubstr("no name"));
  EXPECT_THAT(refused(axes("yxy"), AxesOf::kGrid), HasSubstr("two axes named 'y'"));
  EXPECT_THAT(refused({{std::string(201, 'x'), AxisType::kSpace, {}}}, AxesOf::kGrid),
              HasSubstr("200 bytes"));
  EXPECT_THAT(refused({{std::string("a\0b", 3), AxisType::kSpace, {}}}, AxesOf::kGrid),
              HasSubstr("zero byte"));
}

TEST(Axes, RefusesNoAxesTooManyAndTwoClocks) {
  EXPECT_THAT(refused({}, AxesOf::kGrid), HasSubstr("at least one axis"));
  std::vector<Axis> many;
  for (std::size_t i = 0; i <= kMostAxes; ++i)
    many.push_back({"a" + std::to_string(i), AxisType::kSpace, {}});
  EXPECT_THAT(refused(many, AxesOf::kGrid), HasSubstr("at most 64"));
  many.pop_back();
  EXPECT_EQ(refused(many, AxesOf::kGrid), "");
  EXPECT_THAT(refused({{"t", AxisType::kTime, {}}, {"tau", AxisType::kTime, {}}}, AxesOf::kGrid),
              HasSubstr("'t' and 'tau' are both TIME axes"));
}

TEST(Axes, HaveAUnitInAPhysicalSpaceAndNoneOnAGrid) {
  EXPECT_THAT(refused(axes("x", "micrometer"), AxesOf::kGrid), HasSubstr("'x' (SPACE) takes no unit"));
  EXPECT_THAT(refused(axes("x"), AxesOf::kPhysical), HasSubstr("'x' has no unit"));
  EXPECT_EQ(refused(axes("x"), AxesOf::kDrawing), "");
  EXPECT_EQ(refused(axes("x", "micrometer"), AxesOf::kDrawing), "");
}

TEST(Axes, AreMeasuredInTheDimensionOfTheirType) {
  EXPECT_THAT(refused({{"x", AxisType::kSpace, "second"}}, AxesOf::kPhysical),
              HasSubstr("'x' is a SPACE axis and takes a unit of [length], but 'second' measures [time]"));
  EXPECT_THAT(refused({{"m", AxisType::kMicrotime, "nm"}}, AxesOf::kPhysical), HasSubstr("[time]"));
  EXPECT_THAT(refused({{"l", AxisType::kSpectrum, "Hz"}}, AxesOf::kPhysical), HasSubstr("[length]"));
  EXPECT_THAT(refused({{"x", AxisType::kSpace, "um**2"}}, AxesOf::kPhysical), HasSubstr("[length] ** 2"));
  EXPECT_THAT(refused({{"x", AxisType::kSpace, "smoots"}}, AxesOf::kPhysical),
              HasSubstr("'smoots' of axis 'x'"));
  EXPECT_THAT(refused({{"i", AxisType::kIndex, "um"}}, AxesOf::kPhysical), HasSubstr("INDEX"));
  EXPECT_EQ(
      refused(
          {{"x", AxisType::kSpace, "a.u."}, {"c", AxisType::kChannel, "mV"}, {"i", AxisType::kIndex, "a.u."}},
          AxesOf::kPhysical),
      "");
}

TEST(Axes, HaveAValueOnlyInADrawingSpaceAndNeverItsUnit) {
  EXPECT_THAT(refused({{"v", AxisType::kValue, {}}}, AxesOf::kGrid), HasSubstr("annotation collection"));
  EXPECT_THAT(refused({{"v", AxisType::kValue, "mV"}}, AxesOf::kDrawing), HasSubstr("takes no unit"));
  EXPECT_EQ(refused({{"v", AxisType::kValue, {}}}, AxesOf::kDrawing), "");
}

TEST(Axes, OfATableHaveUnitsInAllSpatialColumnsOrInNone) {
  std::vector<Axis> table{
      {"t", AxisType::kTime, {}}, {"x", AxisType::kSpace, "um"}, {"y", AxisType::kSpace, {}}};
  EXPECT_THAT(refused(table, AxesOf::kTable), HasSubstr("'x' has a unit and axis 'y' has none"));
  table[2].unit = "nm";
  EXPECT_EQ(refused(table, AxesOf::kTable), "");
  EXPECT_THAT(refused({{"i", AxisType::kIndex, "um"}}, AxesOf::kTable), HasSubstr("takes no unit"));
}

TEST(Axes, MatchTheStoreInNumberAndName) {
  const std::vector<Axis> given = axes("cyx");
  const auto check = [&](std::size_t rank, std::vector<std::optional<std::string>> names) {
    return refusal([&] { check_axes_match_store(given, rank, names); });
  };
  EXPECT_EQ(check(3, {}), "");
  EXPECT_EQ(check(3, {"c", std::nullopt, "x"}), "");
  EXPECT_THAT(check(4, {}), HasSubstr("3 axes [c, y, x] were given, but the stored array has 4"));
  EXPECT_THAT(check(3, {"c", std::nullopt, "z"}), HasSubstr("[c, null, z]"));
}

TEST(RenderAxes, BindByNameIfTheSpatialNamesAreExactlyXyz) {
  const RenderAxes named =
      render_axes(std::vector<Axis>{{"X", AxisType::kSpace, {}}, {"y", AxisType::kSpace, {}}});
  EXPECT_EQ(named.x, 0U);
  EXPECT_EQ(named.y, 1U);
  EXPECT_EQ(named.z, std::nullopt);
  const RenderAxes volume = render_axes(axes("tcxyz"));
  EXPECT_EQ(volume.x, 2U);
  EXPECT_EQ(volume.z, 4U);
  EXPECT_EQ(volume.t, 0U);
  EXPECT_EQ(volume.intensity, 1U);
}

TEST(RenderAxes, BindByPositionOtherwise) {
  const RenderAxes placed = render_axes(axes("xyq"));
  EXPECT_EQ(placed.x, 2U);
  EXPECT_EQ(placed.y, 1U);
  EXPECT_EQ(placed.z, 0U);
  EXPECT_EQ(render_axes(axes("xx")).x, 1U);
  EXPECT_EQ(render_axes(axes("tx")).x, 1U);
  EXPECT_EQ(render_axes(axes("t")).x, std::nullopt);
}

}  // namespace
}  // namespace mikro::space
