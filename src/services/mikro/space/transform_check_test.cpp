#include "services/mikro/space/transform_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace testing;

/// Checks `transform` between two systems of these axes; answers the refusal.
std::string refused(
    Transform transform, const std::vector<Axis>& input, const std::vector<Axis>& output,
    const FieldLookup& lookup = [](SpaceId) { return std::nullopt; }) {
  return refusal([&] {
    checked(std::move(transform), {"image", input, std::nullopt}, {"stage", output, std::nullopt}, lookup);
  });
}

TEST(CheckIdentity, WantsTheSameNamesInTheSameOrderAndUnitsThatConvert) {
  EXPECT_EQ(refused(identity(), axes("cyx"), axes("cyx")), "");
  EXPECT_EQ(refused(identity(), axes("yx", "micrometer"), axes("yx", "nanometer")), "");
  EXPECT_EQ(refused(identity(), axes("yx"), axes("yx", "nanometer")), "");
  EXPECT_THAT(refused(identity(), axes("yx"), axes("xy")),
              AllOf(HasSubstr("axis 0 is 'y'"), HasSubstr("[x, y]")));
  EXPECT_THAT(refused(identity(), axes("yx"), axes("zyx")),
              HasSubstr("2 input axes [y, x] and 3 output axes [z, y, x]"));
  EXPECT_THAT(
      refused(identity(), {{"x", AxisType::kSpace, "micrometer"}}, {{"x", AxisType::kSpace, "second"}}),
      HasSubstr("'x' is counted in micrometer and 'x' in second"));
  EXPECT_EQ(refused(identity(), axes("i"), axes("i")), "");
}

TEST(CheckScale, WantsOneFactorPerAxisThatIsFiniteAndNotZero) {
  EXPECT_EQ(refused(scale({2, -3}), axes("yx"), axes("yx")), "");
  EXPECT_THAT(refused(scale({2}), axes("yx"), axes("yx")),
              HasSubstr("`scale` has 1 numbers for the 2 axes [y, x]"));
  EXPECT_THAT(refused(scale({2, 0}), axes("yx"), axes("yx")), HasSubstr("the factor of axis 'x' is 0"));
  EXPECT_THAT(refused(scale({2, -0.0}), axes("yx"), axes("yx")), HasSubstr("the factor of axis 'x' is 0"));
  EXPECT_THAT(refused(scale({std::nan(""), 1}), axes("yx"), axes("yx")),
              HasSubstr("`scale` is nan for axis 'y'"));
  EXPECT_THAT(refused(scale({1, HUGE_VAL}), axes("yx"), axes("yx")),
              HasSubstr("`scale` is inf for axis 'x'"));
  EXPECT_THAT(refused(scale({1, 1}), axes("ix"), axes("ix")), HasSubstr("'i' is an INDEX axis"));
  EXPECT_THAT(refused(scale({1, 1}), axes("yx"), axes("yz")), HasSubstr("axis 1 is 'x'"));
}

TEST(CheckTranslation, WantsOneFiniteOffsetPerAxis) {
  EXPECT_EQ(refused(translation({0, 3}), axes("yx"), axes("yx")), "");
  EXPECT_THAT(refused(translation({0, 3, 4}), axes("yx"), axes("yx")),
              HasSubstr("`translation` has 3 numbers"));
  EXPECT_THAT(refused(translation({0, -HUGE_VAL}), axes("yx"), axes("yx")),
              HasSubstr("`translation` is -inf"));
  EXPECT_THAT(refused(translation({0, 1}), axes("ix"), axes("ix")), HasSubstr("INDEX"));
}

TEST(CheckAffine, WantsARowPerOutputAndAColumnPerInputBesideTheTranslation) {
  EXPECT_EQ(refused(affine({{1, 0, 5}, {0, 1, 6}, {0, 0, 7}}), axes("yx"), axes("yxz")), "");
  EXPECT_THAT(refused(affine({{1, 0, 5}}), axes("yx"), axes("yx")),
              HasSubstr("1 rows for the 2 output axes [y, x]"));
  EXPECT_THAT(refused(affine({{1, 0}, {0, 1}}), axes("yx"), axes("yx")),
              HasSubstr("row 'y' of `affine` has 2 numbers"));
  EXPECT_THAT(refused(affine({{1, 0, 0}, {0, 1}}), axes("yx"), axes("yx")),
              HasSubstr("row 'x' of `affine` has 2 numbers"));
  EXPECT_THAT(refused(affine({{1, 0, 0}, {0, 0, 0}}), axes("yx"), axes("yx")),
              HasSubstr("row 'x' of `affine` is all zeros"));
  EXPECT_THAT(refused(affine({{1, 0, std::nan("")}, {0, 1, 0}}), axes("yx"), axes("yx")),
              HasSubstr("`affine` is nan"));
  EXPECT_THAT(refused(affine({}), axes("yx"), axes("yx")), HasSubstr("0 rows"));
}

TEST(CheckAffine, RefusesASingularSquareMatrixByTheStatedTolerance) {
  EXPECT_THAT(refused(affine({{1, 2, 0}, {2, 4, 9}}), axes("yx"), axes("yx")),
              HasSubstr("the matrix over [y, x] is singular"));
  EXPECT_THAT(refused(affine({{1, 0, 0}, {0, 1e-12, 0}}), axes("yx"), axes("yx")), HasSubstr("singular"));
  EXPECT_EQ(refused(affine({{1, 0, 0}, {0, 2e-12, 0}}), axes("yx"), axes("yx")), "");
  EXPECT_THAT(refused(affine({{1, 0}}), axes("i"), axes("x")), HasSubstr("INDEX"));
  EXPECT_THAT(refused(affine({{1, 0}}), axes("x"), axes("i")), HasSubstr("INDEX"));
}

TEST(CheckRotation, WantsASquareMatrixWithOrWithoutTranslation) {
  EXPECT_EQ(refused(affine({{0, -1}, {1, 0}}, Kind::kRotation), axes("yx"), axes("yx")), "");
  EXPECT_EQ(refused(affine({{0, -1, 0}, {1, 0, 0}}, Kind::kRotation), axes("yx"), axes("yx")), "");
  EXPECT_THAT(refused(affine({{0, -1}, {1, 0, 0}}, Kind::kRotation), axes("yx"), axes("yx")),
              HasSubstr("row 'x'"));
  EXPECT_THAT(refused(affine({{0, -1}}, Kind::kRotation), axes("yx"), axes("y")), HasSubstr("one by one"));
  EXPECT_THAT(refused(affine({{1, 1}, {1, 1}}, Kind::kRotation), axes("yx"), axes("yx")),
              HasSubstr("singular"));
}

TEST(CheckMapAxis, NamesEveryAxisOnceAndKeepsItsType) {
  EXPECT_EQ(refused(map_axis({"y", "x"}, {"x", "y"}), axes("yx"), axes("xy")), "");
  EXPECT_EQ(refused(map_axis({"i", "x"}, {"y", "x"}), axes("ix"), axes("yx")), "");
  EXPECT_THAT(refused(map_axis({"y"}, {"x", "y"}), axes("yx"), axes("xy")), HasSubstr("1 input axes [y]"));
  EXPECT_THAT(refused(map_axis({"y", "y"}, {"x", "y"}), axes("yx"), axes("xy")),
              HasSubstr("'y' is named twice"));
  EXPECT_THAT(refused(map_axis({"y", "q"}, {"x", "y"}), axes("yx"), axes("xy")),
              HasSubstr("'image' has no axis 'q'"));
  EXPECT_THAT(refused(map_axis({"y"}, {"y"}), axes("yx"), axes("yx")), HasSubstr("must name every axis"));
  EXPECT_THAT(refused(map_axis({"c", "x"}, {"x", "y"}), axes("cx"), axes("xy")),
              HasSubstr("'c' is a CHANNEL axis and cannot become 'x', which is a SPACE axis"));
}

TEST(CheckByDimension, MovesWhatEnumeratesByWholeNumbersAlone) {
  const auto moved = [](const char* from, const char* to, double offset) {
    return refused(by_dimension({{PartKind::kTranslation, {from}, {to}, {}, {offset}, {}, {}}}), axes("icxt"),
                   axes("icxt"));
  };
  EXPECT_EQ(moved("i", "i", 1), "");
  EXPECT_EQ(moved("c", "i", -3), "");
  EXPECT_EQ(moved("i", "c", 2), "");
  EXPECT_EQ(moved("c", "c", 0.5), "");
  EXPECT_EQ(moved("x", "x", 0.5), "");
  EXPECT_THAT(moved("i", "i", 0.5), HasSubstr("by whole numbers, not by 0.5"));
  EXPECT_THAT(moved("c", "i", HUGE_VAL), HasSubstr("finite"));
  EXPECT_THAT(moved("x", "i", 1), HasSubstr("'x' is of type SPACE and 'i' of type INDEX"));
  EXPECT_THAT(moved("i", "t", 1), HasSubstr("'i' is of type INDEX and 't' of type TIME"));
}

TEST(CheckByDimension, ChecksEachPartOnItsOwnAxes) {
  EXPECT_EQ(refused(by_dimension({scale_part({"y", "x"}, {2, 2}), identity_part({"t"})}), axes("tcyx"),
                    axes("tzyx")),
            "");
  EXPECT_THAT(refused(by_dimension({}), axes("x"), axes("x")), HasSubstr("at least one part"));
  EXPECT_THAT(refused(by_dimension({scale_part({}, {})}), axes("x"), axes("x")),
              HasSubstr("names no input axes"));
  EXPECT_THAT(refused(by_dimension({scale_part({"y", "x"}, {2})}), axes("yx"), axes("yx")),
              HasSubstr("Part 0 (SCALE) of the BY_DIMENSION: `scale` has 1 numbers"));
  EXPECT_THAT(refused(by_dimension({identity_part({"z"})}), axes("yx"), axes("zyx")),
              HasSubstr("'image' has no axis 'z'"));
  EXPECT_THAT(refused(by_dimension({scale_part({"i"}, {2})}), axes("ix"), axes("ix")), HasSubstr("INDEX"));
  EXPECT_EQ(refused(by_dimension({identity_part({"i"})}), axes("ix"), axes("ix")), "");
  EXPECT_THAT(refused(by_dimension({identity_part({"x"}), scale_part({"x"}, {2})}), axes("x"), axes("x")),
              HasSubstr("input axis 'x' is already mapped"));
  EXPECT_THAT(
      refused(by_dimension({identity_part({"x"}), {PartKind::kIdentity, {"y"}, {"x"}, {}, {}, {}, {}}}),
              axes("yx"), axes("yx")),
      HasSubstr("output axis 'x' is already mapped"));
  EXPECT_THAT(refused(by_dimension(std::vector<Part>(65, identity_part({"x"}))), axes("x"), axes("x")),
              HasSubstr("at most 64"));
}

TEST(CheckEpochs, RefusesToRelateClocksThatStartAtDifferentInstants) {
  const std::vector<Axis> clock = axes("tx");
  const std::vector<Axis> still = axes("zx");
  const auto check = [&](const std::vector<Axis>& of, std::optional<std::int64_t> from,
                         std::optional<std::int64_t> to, const Transform& transform) {
    return refusal([&] { checked(transform, {"a", of, from}, {"b", of, to}, nullptr); });
  };
  EXPECT_THAT(check(clock, 0, 1, identity()), HasSubstr("different epochs"));
  EXPECT_EQ(check(clock, 1, 1, identity()), "");
  EXPECT_EQ(check(clock, std::nullopt, 1, identity()), "");
  EXPECT_EQ(check(still, 0, 1, identity()), "");
  EXPECT_EQ(check(clock, 0, 1, unmappable()), "");
}

FieldLookup array(std::vector<Axis> of, std::optional<std::int64_t> components = std::nullopt) {
  return [=](SpaceId id) { return id == 7 ? std::optional(FieldSource{of, components}) : std::nullopt; };
}

Part reading(std::vector<std::string> from, std::vector<std::string> to,
             std::optional<std::string> unit = std::nullopt) {
  FieldMap field;
  field.system = 7;
  field.unit = std::move(unit);
  return field_part(std::move(from), std::move(to), field);
}

TEST(CheckField, DerivesWhatTheValuesAreFromTheAxes) {
  const std::vector<Axis> input = axes("tyx");
  const std::vector<Axis> output{
      {"t", AxisType::kTime, "second"}, {"y", AxisType::kSpace, {}}, {"x", AxisType::kSpace, {}}};
  const auto derive = [&](Part part, const FieldLookup& lookup, const std::vector<Axis>& to) {
    return *checked(by_dimension({std::move(part)}), {"a", input, {}}, {"b", to, {}}, lookup).parts[0].field;
  };
  const FieldMap times = derive(reading({"t"}, {"t"}, "ms"), array(axes("t")), output);
  EXPECT_EQ(times.values, FieldValues::kScalar);
  EXPECT_EQ(times.unit, "millisecond");
  EXPECT_FALSE(times.spatial);
  std::vector<Axis> warp = axes("yx");
  warp.push_back({"d", AxisType::kDisplacement, {}});
  const FieldMap bent = derive(reading({"y", "x"}, {"y", "x"}), array(warp, 2), output);
  EXPECT_EQ(bent.values, FieldValues::kDisplacement);
  EXPECT_TRUE(bent.spatial);
  EXPECT_FALSE(bent.dereference);
  EXPECT_TRUE(derive(reading({"y", "x"}, {"i"}), array(axes("yx")), axes("i")).dereference);
}

TEST(CheckField, MayReadAnArrayAlongAxesThatAnotherPartMaps) {
  const Transform both = by_dimension({scale_part({"y", "x"}, {2, 2}), reading({"y", "x"}, {"t"})});
  EXPECT_EQ(refused(both, axes("yx"), axes("tyx"), array(axes("yx"))), "");
}

TEST(CheckField, RefusesArraysThatDoNotFit) {
  std::vector<Axis> warp = axes("yx");
  warp.push_back({"d", AxisType::kCoordinate, {}});
  const auto check = [&](Part part, const FieldLookup& lookup) {
    return refused(by_dimension({std::move(part)}), axes("tyx"),
                   {{"t", AxisType::kTime, "second"},
                    {"y", AxisType::kSpace, {}},
                    {"x", AxisType::kSpace, {}},
                    axes("i")[0]},
                   lookup);
  };
  EXPECT_THAT(check(reading({"t"}, {"t"}), [](SpaceId) { return std::nullopt; }),
              HasSubstr("no coordinate system 7"));
  EXPECT_THAT(check(reading({"t"}, {"y", "x"}), array(axes("t"))),
              HasSubstr("gives 1 axes, but 2 are named: [y, x]"));
  EXPECT_THAT(check(reading({"y", "x"}, {"y"}), array(warp, 2)), HasSubstr("gives 2 axes, but 1 are named"));
  EXPECT_THAT(check(reading({"t"}, {"y", "x"}), array(warp, 2)),
              HasSubstr("is read along 2 axes, but 1 are named: [t]"));
  EXPECT_THAT(check(reading({"t"}, {"t"}, "um"), array(axes("t"))),
              HasSubstr("values in micrometer cannot be positions along 't'"));
  EXPECT_THAT(check(reading({"t"}, {"t"}, "parrots"), array(axes("t"))), HasSubstr("'parrots' is no unit"));
  EXPECT_THAT(check(reading({"y", "x"}, {"i", "y"}), array(warp)), HasSubstr("ids are single values"));
  warp.push_back({"e", AxisType::kDisplacement, {}});
  EXPECT_THAT(check(reading({"y", "x"}, {"y", "x"}), array(warp)), HasSubstr("two value axes"));
  Part range = reading({"t"}, {"t"});
  range.field->min = 2;
  range.field->max = 1;
  EXPECT_THAT(check(range, array(axes("t"))), HasSubstr("smallest value 2 is above its largest, 1"));
  range.field->min = std::nan("");
  EXPECT_THAT(check(range, array(axes("t"))), HasSubstr("`field` is nan"));
}

TEST(CheckDerivationOrder, NamesSourcesThatPlaceBeforeThoseThatDoNot) {
  const auto check = [](std::vector<Kind> kinds) { return refusal([&] { check_derivation_order(kinds); }); };
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check({Kind::kScale, Kind::kIdentity, Kind::kUnmappable, Kind::kUnmappable}), "");
  EXPECT_THAT(check({Kind::kScale, Kind::kUnmappable, Kind::kIdentity}),
              HasSubstr("Source 1 of `derivedFrom`"));
}

}  // namespace
}  // namespace mikro::space
