#include "services/mikro/space/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "services/mikro/space/derived_edge.h"
#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace testing;

/// A path of its own, each edge with the axes of its two systems.
class Walk {
 public:
  explicit Walk(std::vector<Axis> source) : source_(std::move(source)) {}

  Walk& forward(Transform transform, std::vector<Axis> to) {
    return add(std::move(transform), std::move(to), false);
  }
  /// Along an edge from `to` into where the walk is.
  Walk& backward(Transform transform, std::vector<Axis> to) {
    return add(std::move(transform), std::move(to), true);
  }

  Placement composed() const {
    std::vector<Hop> hops;
    const std::vector<Axis>* at = &source_;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      const Leg& leg = legs_[i];
      const std::vector<Axis>& from = leg.inverted ? leg.to : *at;
      const std::vector<Axis>& to = leg.inverted ? *at : leg.to;
      hops.push_back({static_cast<EdgeId>(i + 1), &leg.transform, from, to, leg.inverted});
      at = &leg.to;
    }
    return compose(source_, hops);
  }
  Rows rows() const { return composed().matrix.to_rows(); }
  std::string refused() const {
    return refusal([this] { composed(); });
  }

 private:
  struct Leg {
    Transform transform;
    std::vector<Axis> to;
    bool inverted;
  };
  Walk& add(Transform transform, std::vector<Axis> to, bool inverted) {
    legs_.push_back({std::move(transform), std::move(to), inverted});
    return *this;
  }

  std::vector<Axis> source_;
  std::vector<Leg> legs_;
};

TEST(Compose, AnEmptyPathIsTheIdentity) {
  const Placement placement = Walk(axes("cyx")).composed();
  EXPECT_EQ(placement.matrix.to_rows(), (Rows{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}));
  EXPECT_TRUE(placement.total);
  EXPECT_THAT(placement.output_axes, ElementsAre("c", "y", "x"));
}

// The matrices of the next six tests are what this prints under numpy 2.4. `then` substitutes row by row, as
// the official client composes a path; whole paths of its own agree to the last digit.
//
//   def H(rows): return np.vstack([rows, [0] * (len(rows[0]) - 1) + [1]])
//   def S(*f): return np.diag([*f, 1.0])
//   def T(*t): m = np.eye(len(t) + 1); m[:-1, -1] = t; return m
//   def then(*steps):
//       out = np.eye(steps[0].shape[1])
//       for step in steps:
//           rows = []
//           for form in step[:-1]:
//               row = np.zeros(out.shape[1]); row[-1] = form[-1]
//               for k, factor in enumerate(form[:-1]):
//                   if factor != 0.0: row += factor * out[k]
//               rows.append(row)
//           out = np.vstack([*rows, np.eye(1, out.shape[1], out.shape[1] - 1)])
//       return out[:-1].tolist()
//   level = T(1.5, 0.47058823529411764) @ S(4.0, 1.9411764705882353)
//   A = H([[0.9, -0.1, 3.3], [0.2, 1.1, -7.7]])
//   R = H([[0.8660254037844387, -0.5, 0.0], [0.5, 0.8660254037844386, 0.0]])
//   then(level, S(0.325, 0.325), T(-12.7, 103.04))
//   then(A, R, S(0.1, 3.0))
//   then(S(0.3, 0.7, 1.1), H([[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]), T(0.1, 0.2, 0.3))
//   then(np.linalg.inv(T(0.1, 0.7) @ S(3.0, 7.0)), np.linalg.inv(A))
//   then(S(2.0, 0.65, 0.65), H([[0, 0.001, 0, 0.0], [0, 0, 1.7, 5.5]]))
//   then(H([[0.5, 0.0, 0.25], [0.0, 0.5, 0.25], [0.1, 0.2, 8.0]]), S(0.3, 0.3, 0.9))

Transform level_of_the_vectors() {
  const std::int64_t shape0[] = {36, 33};
  const std::int64_t shape[] = {9, 17};
  return level_edge(axes("yx"), shape0, shape);
}
Rows vector_affine() { return {{0.9, -0.1, 3.3}, {0.2, 1.1, -7.7}}; }

TEST(Compose, CarriesAPyramidLevelThroughPixelSizeAndStagePosition) {
  Walk walk(axes("yx"));
  walk.forward(level_of_the_vectors(), axes("yx")).forward(scale({0.325, 0.325}), axes("yx"));
  walk.forward(translation({-12.7, 103.04}), axes("yx"));
  EXPECT_EQ(walk.rows(),
            (Rows{{1.3, 0.0, -12.212499999999999}, {0.0, 0.6308823529411764, 103.1929411764706}}));
}

TEST(Compose, MultipliesAffineRotationAndScaleInNumpysOrder) {
  Walk walk(axes("yx"));
  walk.forward(affine(vector_affine()), axes("yx"));
  walk.forward(affine({{0.8660254037844387, -0.5}, {0.5, 0.8660254037844386}}, Kind::kRotation), axes("yx"));
  walk.forward(scale({0.1, 3.0}), axes("yx"));
  EXPECT_EQ(walk.rows(), (Rows{{0.0679422863405995, -0.0636602540378444, 0.6707883832488648},
                               {1.8696152422706631, 2.7078838324886476, -15.055186827420535}}));
}

TEST(Compose, ReordersAxesByName) {
  Walk walk(axes("zyx"));
  walk.forward(scale({0.3, 0.7, 1.1}), axes("zyx"))
      .forward(map_axis({"z", "y", "x"}, {"z", "y", "x"}), axes("xyz"));
  walk.forward(translation({0.1, 0.2, 0.3}), axes("xyz"));
  EXPECT_EQ(walk.rows(), (Rows{{0.0, 0.0, 1.1, 0.1}, {0.0, 0.7, 0.0, 0.2}, {0.3, 0.0, 0.0, 0.3}}));
  EXPECT_THAT(walk.composed().input_axes, ElementsAre("z", "y", "x"));
  EXPECT_THAT(walk.composed().output_axes, ElementsAre("x", "y", "z"));
}

TEST(Compose, WalksBackwardByTheInverse) {
  Transform sequence;
  sequence.kind = Kind::kSequence;
  sequence.steps = {{Kind::kScale, {3, 7}, {}, {}}, {Kind::kTranslation, {}, {0.1, 0.7}, {}}};
  Walk walk(axes("yx"));
  walk.backward(sequence, axes("yx")).backward(affine(vector_affine()), axes("yx"));
  const Rows expected{{0.36303630363036304, 0.014144271570014147, -2.8778877887788776},
                      {-0.066006600660066, 0.12729844413012728, 7.432343234323433}};
  const Rows rows = walk.rows();
  // LAPACK's inverse of a full matrix may differ in the last digits from machine to machine.
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(rows[i][j], expected[i][j], 4e-15 * std::abs(expected[i][j]));
  }
}

TEST(Compose, StatesOnlyTheAxesThatPartsName) {
  const std::vector<Axis> source = axes("cyx");
  std::vector<Axis> stage = axes("cyx", "micrometer");
  std::vector<Axis> world = axes("tzyx", "millimeter");
  Walk walk(source);
  walk.forward(scale({2.0, 0.65, 0.65}), stage);
  walk.forward(
      by_dimension({{PartKind::kAffine, {"x"}, {"x"}, {}, {}, {{1.7, 5.5}}, {}}, identity_part({"y"})}),
      world);
  const Placement placement = walk.composed();
  EXPECT_EQ(placement.matrix.to_rows(),
            (Rows{{0.0, 0.0006500000000000001, 0.0, 0.0}, {0.0, 0.0, 1.105, 5.5}}));
  EXPECT_THAT(placement.output_axes, ElementsAre("y", "x"));
  EXPECT_FALSE(placement.total);
  EXPECT_THAT(refusal([&] { require_total(placement, world); }), HasSubstr("[t, z]"));
}

TEST(Compose, GainsAnAxisByAnAffineOfUnequalRank) {
  Walk walk(axes("yx"));
  walk.forward(affine({{0.5, 0.0, 0.25}, {0.0, 0.5, 0.25}, {0.1, 0.2, 8.0}}), axes("yxz"));
  walk.forward(scale({0.3, 0.3, 0.9}), axes("yxz"));
  EXPECT_EQ(walk.rows(),
            (Rows{{0.15, 0.0, 0.075}, {0.0, 0.15, 0.075}, {0.09000000000000001, 0.18000000000000002, 7.2}}));
  EXPECT_TRUE(walk.composed().total);
}

TEST(Compose, NeverTakesHoldOfAnAxisAgainThatItLetGo) {
  Walk walk(axes("cyx"));
  walk.forward(by_dimension({identity_part({"y", "x"})}), axes("cyx")).forward(identity(), axes("cyx"));
  EXPECT_THAT(walk.composed().output_axes, ElementsAre("y", "x"));
  Walk mixed(axes("cyx"));
  mixed.forward(by_dimension({identity_part({"y"})}), axes("cyx"));
  mixed.forward(affine({{1, 0, 0, 4}, {0, 1, 1, 0}, {0, 0, 0, 6}}), axes("cyx"));
  const Placement placement = mixed.composed();
  // c reads c and y reads x, both gone; x is a constant and needs neither.
  EXPECT_THAT(placement.output_axes, ElementsAre("x"));
  EXPECT_EQ(placement.matrix.to_rows(), (Rows{{0, 0, 0, 6}}));
}

TEST(Compose, ConvertsUnitsOfWhatPassesThroughAndDropsWhatDoesNotConvert) {
  const std::vector<Axis> from{{"t", AxisType::kTime, "minute"}, {"x", AxisType::kSpace, "micrometer"}};
  const std::vector<Axis> to{{"t", AxisType::kTime, "second"}, {"x", AxisType::kSpace, "second"}};
  const Placement whole = Walk(from).forward(identity(), to).composed();
  EXPECT_THAT(whole.output_axes, ElementsAre("t"));
  EXPECT_EQ(whole.matrix.to_rows(), (Rows{{60, 0, 0}}));
  const Placement part = Walk(from).forward(by_dimension({identity_part({"x", "t"})}), to).composed();
  EXPECT_EQ(part.matrix, whole.matrix);
  const Placement back = Walk(to).backward(by_dimension({identity_part({"t"})}), from).composed();
  EXPECT_EQ(back.matrix.to_rows(), (Rows{{0.016666666666666666, 0, 0}}));
  EXPECT_THAT(Walk(to).backward(identity(), from).refused(), HasSubstr("units of its axes do not convert"));
}

TEST(Compose, InvertsEachPartOnItsOwn) {
  Walk walk(axes("zyx"));
  walk.backward(
      by_dimension({scale_part({"y"}, {4}), {PartKind::kTranslation, {"x"}, {"z"}, {}, {3}, {}, {}}}),
      axes("xyq"));
  const Placement placement = walk.composed();
  EXPECT_THAT(placement.output_axes, ElementsAre("x", "y"));
  EXPECT_EQ(placement.matrix.to_rows(), (Rows{{1, 0, 0, -3}, {0, 0.25, 0, 0}}));
}

TEST(Compose, NamesTheTransformationThatDoesNotCompose) {
  Walk singular(axes("yx"));
  singular.forward(identity(), axes("yx")).backward(affine({{1, 2, 0}, {2, 4, 0}}), axes("yx"));
  EXPECT_THAT(singular.refused(), HasSubstr("Transformation 2 (AFFINE) does not compose: it is singular"));
  EXPECT_THAT(Walk(axes("y")).backward(affine({{1, 2, 0}}), axes("yx")).refused(),
              HasSubstr("number of axes"));
  EXPECT_THAT(Walk(axes("y")).forward(unmappable(), axes("y")).refused(),
              HasSubstr("Transformation 1 (UNMAPPABLE)"));
}

TEST(Compose, RefusesStoredParametersThatDoNotFitInsteadOfReadingBeyondThem) {
  EXPECT_THAT(Walk(axes("yx")).forward(scale({2}), axes("yx")).refused(), HasSubstr("do not fit"));
  EXPECT_THAT(Walk(axes("yx")).forward(affine({{1}, {1, 2, 3, 4, 5}}), axes("yx")).refused(),
              HasSubstr("do not fit"));
  EXPECT_THAT(Walk(axes("yx")).forward(map_axis({"q"}, {"y"}), axes("yx")).refused(),
              HasSubstr("do not fit"));
  EXPECT_THAT(Walk(axes("yx")).forward(by_dimension({scale_part({"y"}, {1, 2})}), axes("yx")).refused(),
              HasSubstr("do not fit"));
  EXPECT_THAT(Walk(axes("yx")).forward(by_dimension({scale_part({"q"}, {1})}), axes("yx")).refused(),
              HasSubstr("axis 'q'"));
  Transform sequence;
  sequence.kind = Kind::kSequence;
  sequence.steps = {{Kind::kScale, {1, 2}, {}, {}}, {Kind::kScale, {1, 2, 3}, {}, {}}};
  EXPECT_THAT(Walk(axes("yx")).forward(sequence, axes("yx")).refused(), HasSubstr("do not fit"));
}

}  // namespace
}  // namespace mikro::space
