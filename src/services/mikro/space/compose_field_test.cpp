#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/compose.h"
#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace testing;

FieldMap field_of(FieldValues values, std::optional<std::string> unit = std::nullopt) {
  FieldMap field;
  field.system = 7;
  field.values = values;
  field.unit = std::move(unit);
  return field;
}

/// Pixels (t, y, x), and the same axes with units.
const std::vector<Axis>& pixels() {
  static const std::vector<Axis> kAxes = axes("tyx");
  return kAxes;
}
const std::vector<Axis>& world() {
  static const std::vector<Axis> kAxes{{"t", AxisType::kTime, "second"},
                                       {"y", AxisType::kSpace, "micrometer"},
                                       {"x", AxisType::kSpace, "micrometer"}};
  return kAxes;
}

Placement composed(const std::vector<Transform>& transforms, const std::vector<std::vector<Axis>>& systems,
                   bool last_inverted = false) {
  std::vector<Hop> hops;
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    const bool inverted = last_inverted && i + 1 == transforms.size();
    hops.push_back({static_cast<EdgeId>(i + 1), &transforms[i], systems[inverted ? i + 1 : i],
                    systems[inverted ? i : i + 1], inverted});
  }
  return compose(systems.front(), hops);
}

Transform timed(std::optional<std::string> unit = std::nullopt) {
  return by_dimension({scale_part({"y", "x"}, {0.5, 0.25}),
                       field_part({"t"}, {"t"}, field_of(FieldValues::kScalar, std::move(unit)))});
}

TEST(ComposeField, GivesTheTimesOfFramesBesideTheMatrix) {
  const Placement placement = composed({timed("millisecond")}, {pixels(), world()});
  EXPECT_THAT(placement.output_axes, ElementsAre("y", "x"));
  EXPECT_EQ(placement.matrix.to_rows(), (Rows{{0, 0.5, 0, 0}, {0, 0, 0.25, 0}}));
  EXPECT_TRUE(placement.total);
  ASSERT_EQ(placement.fields.size(), 1U);
  const PlacementField& field = placement.fields[0];
  EXPECT_EQ(field.output_axis, "t");
  EXPECT_EQ(field.field, 7);
  EXPECT_EQ(field.component, std::nullopt);
  EXPECT_EQ(field.scale, 0.001);
  EXPECT_EQ(field.offset(), 0);
  EXPECT_EQ(field.inner.to_rows(), (Rows{{1, 0, 0, 0}}));
  ASSERT_TRUE(field.lookup());
  EXPECT_EQ(field.lookup()->input, 0U);
  EXPECT_EQ(field.lookup()->scale, 1);
}

TEST(ComposeField, ReadsALensFramesWhereTheyWereCutFrom) {
  Transform cut;
  cut.kind = Kind::kSequence;
  cut.steps = {{Kind::kScale, {2, 1, 1}, {}, {}}, {Kind::kTranslation, {}, {10, 0, 0}, {}}};
  const Placement placement = composed({cut, timed()}, {pixels(), pixels(), world()});
  ASSERT_EQ(placement.fields.size(), 1U);
  ASSERT_TRUE(placement.fields[0].lookup());
  EXPECT_EQ(placement.fields[0].lookup()->scale, 2);
  EXPECT_EQ(placement.fields[0].lookup()->offset, 10);
}

TEST(ComposeField, CarriesLaterStepsIntoScaleAndOffset) {
  const Transform later = affine({{60, 0, 2, 5}, {0, 1, 0, 0}, {0, 0, 1, 0}});
  const Placement placement = composed({timed(), later}, {pixels(), world(), world()});
  ASSERT_EQ(placement.fields.size(), 1U);
  EXPECT_EQ(placement.fields[0].scale, 60);
  EXPECT_EQ(placement.fields[0].offset(), 5);
  // The step mixes x into t: x is 0.25 of the source's.
  EXPECT_THAT(placement.fields[0].base, ElementsAre(0, 0, 0.5, 5));
  EXPECT_FALSE(placement.fields[0].lookup());
}

TEST(ComposeField, AddsThePositionToADisplacementAndNotToACoordinate) {
  for (const FieldValues values : {FieldValues::kDisplacement, FieldValues::kCoordinate}) {
    const Transform warp = by_dimension({field_part({"y", "x"}, {"y", "x"}, field_of(values))});
    const Placement placement = composed({scale({1, 2, 3}), warp}, {pixels(), pixels(), world()});
    ASSERT_EQ(placement.fields.size(), 2U);
    EXPECT_FALSE(placement.total);
    EXPECT_EQ(placement.fields[0].output_axis, "y");
    EXPECT_EQ(placement.fields[1].component, 1);
    EXPECT_EQ(placement.fields[1].inner.to_rows(), (Rows{{0, 2, 0, 0}, {0, 0, 3, 0}}));
    const double added = values == FieldValues::kDisplacement ? 3 : 0;
    EXPECT_THAT(placement.fields[1].base, ElementsAre(0, 0, added, 0));
    EXPECT_FALSE(placement.fields[1].lookup());
  }
}

TEST(AxisAlong, IsTheOneSourceAxisThatADestinationAxisIsReadFrom) {
  const Placement placement = composed({timed()}, {pixels(), world()});
  EXPECT_EQ(axis_along(placement, "t"), "t");
  EXPECT_EQ(axis_along(placement, "x"), "x");
  EXPECT_EQ(axis_along(placement, "q"), std::nullopt);
  const Transform mixing = affine({{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 0, 0, 5}});
  const Placement mixed = composed({timed(), mixing}, {pixels(), world(), world()});
  EXPECT_EQ(axis_along(mixed, "t"), std::nullopt);
  EXPECT_EQ(axis_along(mixed, "y"), std::nullopt);
  EXPECT_EQ(axis_along(mixed, "x"), std::nullopt);
}

TEST(ComposeField, RefusesWhatNoSingleFieldStates) {
  const Transform warp =
      by_dimension({field_part({"y", "x"}, {"y", "x"}, field_of(FieldValues::kCoordinate))});
  const Transform mixing = affine({{1, 0, 0, 0}, {0, 1, 1, 0}, {0, 1, -1, 0}});
  EXPECT_THAT(refusal([&] { composed({warp, mixing}, {pixels(), world(), world()}); }),
              HasSubstr("Transformation 2 (AFFINE) does not compose: it mixes two axes"));
  EXPECT_THAT(refusal([&] { composed({warp, warp}, {pixels(), world(), world()}); }),
              HasSubstr("along 'y', which is itself given by an array's values"));
}

TEST(ComposeField, IsWalkedForwardOnlyAndNeverAsAKey) {
  EXPECT_THAT(refusal([] { composed({timed()}, {world(), pixels()}, true); }),
              HasSubstr("walked forwards only"));
  FieldMap ids = field_of(FieldValues::kScalar);
  ids.dereference = true;
  const Transform key = by_dimension({field_part({"y", "x"}, {"i"}, ids)});
  EXPECT_THAT(refusal([&] { composed({key}, {pixels(), axes("i")}); }), HasSubstr("it is a key"));
}

TEST(ComposeField, IsDroppedWithAnAxisItIsReadAlong) {
  const Transform partial = by_dimension({identity_part({"y", "x"})});
  const Placement placement = composed({partial, timed()}, {pixels(), pixels(), world()});
  EXPECT_TRUE(placement.fields.empty());
  EXPECT_THAT(placement.output_axes, ElementsAre("y", "x"));
  EXPECT_FALSE(placement.total);
}

}  // namespace
}  // namespace mikro::space
