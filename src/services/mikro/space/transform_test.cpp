#include "services/mikro/space/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::HasSubstr;
using namespace testing;

TransformDraft draft(Kind kind) {
  TransformDraft result;
  result.kind = kind;
  return result;
}

TEST(Stated, TakesWhatItsKindReads) {
  TransformDraft given = draft(Kind::kScale);
  given.scale = {2.0, 3.0};
  EXPECT_EQ(stated(given), scale({2, 3}));
  given = draft(Kind::kByDimension);
  PartDraft part;
  part.kind = PartKind::kTranslation;
  part.input_axes = part.output_axes = {"x"};
  part.translation = {5.0};
  given.parts = {part};
  const Transform result = stated(given);
  ASSERT_EQ(result.parts.size(), 1U);
  EXPECT_EQ(result.parts[0].translation, std::vector<double>{5});
}

TEST(Stated, RefusesWhatItsKindDoesNotReadAndMissesWhatItNeeds) {
  TransformDraft given = draft(Kind::kScale);
  EXPECT_THAT(refusal([&] { stated(given); }), HasSubstr("SCALE transformation needs `scale`"));
  given.scale = {2.0};
  given.affine = Rows{{1, 0}};
  EXPECT_THAT(refusal([&] { stated(given); }), HasSubstr("SCALE transformation does not read `affine`"));
  given = draft(Kind::kIdentity);
  given.translation = std::vector<double>{};
  EXPECT_THAT(refusal([&] { stated(given); }), HasSubstr("does not read `translation`"));
  given = draft(Kind::kAffine);
  given.affine = Rows{{1, 0}};
  given.reason = "lost";
  EXPECT_THAT(refusal([&] { stated(given); }), HasSubstr("`reason` is only read by UNMAPPABLE"));
  given = draft(Kind::kByDimension);
  given.parts = {PartDraft{}};
  given.parts->front().kind = PartKind::kField;
  EXPECT_THAT(refusal([&] { stated(given); }), HasSubstr("part 0 of kind FIELD"));
  EXPECT_THAT(refusal([] { stated(draft(Kind::kSequence)); }), HasSubstr("SEQUENCE"));
  given = draft(Kind::kUnmappable);
  given.reason = "cut by hand";
  EXPECT_EQ(stated(given).reason, "cut by hand");
}

TEST(Refined, ReplacesOnlyNumbersThatTheKindReads) {
  Refinement change;
  EXPECT_EQ(refined(unmappable(), change), unmappable());
  change.scale = {4.0};
  EXPECT_EQ(refined(scale({2}), change), scale({4}));
  EXPECT_THAT(refusal([&] { refined(translation({2}), change); }), HasSubstr("TRANSLATION has no `scale`"));
  EXPECT_THAT(refusal([&] { refined(unmappable(), change); }), HasSubstr("UNMAPPABLE"));
  Transform sequence;
  sequence.kind = Kind::kSequence;
  EXPECT_THAT(refusal([&] { refined(sequence, change); }), HasSubstr("SEQUENCE"));
  change.part = 0;
  EXPECT_THAT(refusal([&] { refined(scale({2}), change); }), HasSubstr("`part` selects"));
}

TEST(Refined, ChangesTheNamedPartOfAByDimension) {
  const Transform parts = by_dimension({identity_part({"t"}), scale_part({"x"}, {2})});
  Refinement change;
  change.scale = {4.0};
  EXPECT_THAT(refusal([&] { refined(parts, change); }), HasSubstr("please give `part`, from 0 to 1"));
  change.part = 1;
  EXPECT_EQ(refined(parts, change).parts[1].scale, std::vector<double>{4});
  change.part = 0;
  EXPECT_THAT(refusal([&] { refined(parts, change); }), HasSubstr("part 0 of kind IDENTITY has no `scale`"));
  for (const std::int64_t outside : {std::int64_t{2}, std::int64_t{-1}, std::int64_t{1} << 40}) {
    change.part = outside;
    EXPECT_NE(refusal([&] { refined(parts, change); }), "") << outside;
  }
}

Transform sequence(std::vector<Step> steps) {
  Transform result;
  result.kind = Kind::kSequence;
  result.steps = std::move(steps);
  return result;
}

TEST(Invariance, FollowsTheKindAndWeakensWithTheWeakestPart) {
  EXPECT_EQ(invariance_of(identity()), Invariance::kIsometry);
  EXPECT_EQ(invariance_of(translation({1, 2})), Invariance::kIsometry);
  EXPECT_EQ(invariance_of(map_axis({"x", "y"}, {"y", "x"})), Invariance::kIsometry);
  EXPECT_EQ(invariance_of(affine({{0, 1}, {1, 0}}, Kind::kRotation)), Invariance::kIsometry);
  EXPECT_EQ(invariance_of(scale({2, 2})), Invariance::kSimilarity);
  EXPECT_EQ(invariance_of(scale({2, 3})), Invariance::kAffine);
  EXPECT_EQ(invariance_of(affine({{1, 0, 0}, {0, 1, 0}})), Invariance::kAffine);
  EXPECT_EQ(invariance_of(unmappable()), Invariance::kNone);
  EXPECT_EQ(invariance_of(sequence({{Kind::kScale, {2, 2}, {}, {}}, {Kind::kTranslation, {}, {1, 1}, {}}})),
            Invariance::kSimilarity);
  EXPECT_EQ(invariance_of(by_dimension({identity_part({"t"}), scale_part({"y", "x"}, {2, 3})})),
            Invariance::kAffine);
  EXPECT_EQ(invariance_of(by_dimension({identity_part({"y"}), field_part({"t"}, {"t"}, {})})),
            Invariance::kDiffeomorphic);
}

TEST(Invariance, ReadsADiagonalAffinePartAsTheScaleItIs) {
  Part part{PartKind::kAffine, {"y", "x"}, {"y", "x"}, {}, {}, {{2, 0, 5}, {0, 2, 6}}, {}};
  EXPECT_EQ(invariance_of(by_dimension({part})), Invariance::kSimilarity);
  part.affine[1][0] = 0.1;
  EXPECT_EQ(invariance_of(by_dimension({part})), Invariance::kAffine);
}

TEST(Invertible, IsEverythingButFieldsUnequalRanksAndNonCorrespondence) {
  EXPECT_TRUE(invertible(identity()));
  EXPECT_TRUE(invertible(affine({{1, 0}})));
  EXPECT_TRUE(invertible(sequence({{Kind::kScale, {2}, {}, {}}})));
  EXPECT_TRUE(invertible(by_dimension({scale_part({"x"}, {2})})));
  EXPECT_FALSE(invertible(by_dimension({scale_part({"x"}, {2}), field_part({"t"}, {"t"}, {})})));
  EXPECT_FALSE(invertible(by_dimension({{PartKind::kAffine, {"x", "y"}, {"x"}, {}, {}, {{1, 1, 0}}, {}}})));
  EXPECT_FALSE(invertible(sequence({{Kind::kUnmappable, {}, {}, {}}})));
  EXPECT_FALSE(invertible(unmappable()));
}

TEST(AxesOfATransform, AreThoseItsParametersAreOrderedBy) {
  using ::testing::ElementsAre;
  EXPECT_THAT(axes_read(scale({1, 2}), axes("yx")), ElementsAre("y", "x"));
  EXPECT_THAT(axes_given(affine({{1, 0, 0}}), axes("q")), ElementsAre("q"));
  const Transform swapped = map_axis({"x", "y"}, {"y", "x"});
  EXPECT_THAT(axes_read(swapped, axes("yx")), ElementsAre("x", "y"));
  EXPECT_THAT(axes_given(swapped, axes("yx")), ElementsAre("y", "x"));
  const Transform parts = by_dimension({scale_part({"x", "y"}, {1, 2}), field_part({"y", "x"}, {"t"}, {})});
  EXPECT_THAT(axes_read(parts, axes("cyx")), ElementsAre("x", "y"));
  EXPECT_THAT(axes_given(parts, axes("tzyx")), ElementsAre("x", "y", "t"));
}

TEST(Walkable, IsNeitherANonCorrespondenceNorAKey) {
  FieldMap ids;
  ids.dereference = true;
  EXPECT_TRUE(walkable(by_dimension({field_part({"t"}, {"t"}, {})})));
  EXPECT_FALSE(walkable(by_dimension({field_part({"y", "x"}, {"i"}, ids)})));
  EXPECT_FALSE(walkable(unmappable()));
}

}  // namespace
}  // namespace mikro::space
