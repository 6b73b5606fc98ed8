#include "services/mikro/space/matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mikro::space {
namespace {

Matrix square(const Rows& rows) {
  Matrix result(rows.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy(rows[i].begin(), rows[i].end(), result.row(i));
  return result;
}

/// `numpy.linalg.inv([[0.65, 0, -12.7], [0, 0.11, 103.04], [0, 0, 1]]).tolist()`, numpy 2.4. Dividing by 0.11
/// instead of multiplying by its reciprocal would end in ...727.
TEST(Inverse, OfScaleAndTranslationHasNumpysDigits) {
  const std::optional<Matrix> result = inverse(square({{0.65, 0, -12.7}, {0, 0.11, 103.04}, {0, 0, 1}}));
  ASSERT_TRUE(result);
  const Rows expected{{1.5384615384615383, 0.0, 19.538461538461537},
                      {0.0, 9.090909090909092, -936.7272727272729},
                      {0.0, 0.0, 1.0}};
  EXPECT_EQ(result->to_rows(), expected);
}

TEST(Inverse, ExchangesRowsWhereAPivotIsZero) {
  const std::optional<Matrix> result = inverse(square({{0, 2, 0}, {1, 0, 0}, {0, 0, 4}}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->to_rows(), (Rows{{0, 1, 0}, {0.5, 0, 0}, {0, 0, 0.25}}));
}

TEST(Inverse, IsNotThereForASingularOrOverflowingMatrix) {
  EXPECT_FALSE(inverse(square({{1, 2}, {2, 4}})));
  EXPECT_FALSE(inverse(square({{0, 0}, {0, 1}})));
  EXPECT_FALSE(inverse(square({{5e-324, 0}, {0, 1}})));
  EXPECT_FALSE(inverse(square({{std::nan(""), 0}, {0, 1}})));
}

TEST(Inverse, NeverWritesMinusZero) {
  const std::optional<Matrix> result = inverse(square({{2, 0}, {0, 1}}));
  EXPECT_FALSE(std::signbit(result->at(0, 1)));
  EXPECT_FALSE(std::signbit(result->at(1, 0)));
}

TEST(Singular, IsAPivotSmallBesideTheLargestNumber) {
  EXPECT_FALSE(singular(square({{1e-3, 0}, {0, 1e-3}})));
  EXPECT_FALSE(singular(square({{2e-12, 0}, {0, 1}})));
  EXPECT_TRUE(singular(square({{1e-12, 0}, {0, 1}})));
  EXPECT_TRUE(singular(square({{1e-6, 0}, {0, 1e6}})));
  EXPECT_FALSE(singular(square({{1.1e-6, 0}, {0, 1e6}})));
  EXPECT_TRUE(singular(square({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})));
  EXPECT_FALSE(singular(square({{0, 1}, {1, 0}})));
  EXPECT_TRUE(singular(square({{std::nan(""), 0}, {0, 1}})));
  EXPECT_TRUE(singular(square({{std::numeric_limits<double>::infinity(), 0}, {0, 1}})));
}

TEST(Homogeneous, AddsATranslationOfZeroToARotation) {
  EXPECT_EQ(homogeneous({{0, -1}, {1, 0}}, 2).to_rows(), (Rows{{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}));
  EXPECT_EQ(homogeneous({{1, 2, 3}}, 2).to_rows(), (Rows{{1, 2, 3}, {0, 0, 1}}));
}

}  // namespace
}  // namespace mikro::space
