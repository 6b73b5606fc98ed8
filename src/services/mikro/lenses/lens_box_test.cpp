// Boxes as voxels: what their cells meet, straight and askew.
#include "services/mikro/lenses/lens_box.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"

namespace mikro {
namespace {

using testing::HasSubstr;

space::Placement placement(const std::vector<std::vector<double>>& rows, std::vector<std::string> outputs) {
  space::Placement result;
  result.input_axes = {"y", "x"};
  result.output_axes = std::move(outputs);
  result.matrix = space::Matrix(rows.size(), 3);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < 3; ++i) result.matrix.at(row, i) = rows[row][i];
  }
  return result;
}

const std::vector<std::int64_t> kShape{100, 50};

std::vector<std::int64_t> bounds(const Selection& selection) {
  std::vector<std::int64_t> list;
  for (const Range& range : selection) {
    list.push_back(range.start);
    list.push_back(range.start + range.count);
  }
  return list;
}

std::string refusal(const space::Placement& map, const std::vector<AxisWindow>& windows) {
  try {
    cut_to_box(kShape, map, windows);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

TEST(LensBox, KeepsTheVoxelsWhoseCellsItMeets) {
  const space::Placement grid = placement({{1, 0, 0}, {0, 1, 0}}, {"y", "x"});
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(bounds(cut_to_box(kShape, grid, std::vector<AxisWindow>{{"y", 2.4, 5.6}})), (List{2, 7, 0, 50}));
  EXPECT_EQ(bounds(cut_to_box(kShape, grid, std::vector<AxisWindow>{{"y", 2.5, 5.4}})), (List{3, 6, 0, 50}));
  EXPECT_EQ(bounds(cut_to_box(kShape, grid, std::vector<AxisWindow>{{"x", 7, 7}})), (List{0, 100, 7, 8}));
  EXPECT_EQ(bounds(cut_to_box(kShape, grid, std::vector<AxisWindow>{{"x", {}, 3}, {"y", 90, {}}})),
            (List{90, 100, 0, 4}));
  EXPECT_EQ(bounds(cut_to_box(kShape, grid, std::vector<AxisWindow>{{"x", -9, 900}})), (List{0, 100, 0, 50}));
}

TEST(LensBox, FollowsScalesAndReflections) {
  // 0.1 micrometers a voxel: the edge of a cell lies at 0.35, though 0.35 / 0.1 is less than 3.5.
  const space::Placement scaled = placement({{0.1, 0, 0}, {0, -2, 40}}, {"y", "x"});
  EXPECT_EQ(bounds(cut_to_box(kShape, scaled, std::vector<AxisWindow>{{"y", 0.35, 2.04}, {"x", 0, 9}})),
            (std::vector<std::int64_t>{4, 21, 16, 21}));
}

TEST(LensBox, IsTheSmallestOneAroundABoxAskew) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto any = [&](double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random);
  };
  for (int round = 0; round < 500; ++round) {
    const double angle = any(0, 6.28);
    const double c = std::cos(angle), s = std::sin(angle);
    const double ty = any(-20, 20), tx = any(-20, 20);
    const space::Placement turned = placement({{c, -s, ty}, {s, c, tx}}, {"y", "x"});
    // A box around a position inside the grid, so that nothing is clipped.
    const double y = any(30, 70), x = any(20, 30), half = any(0.1, 8);
    const double cy = c * y - s * x + ty, cx = s * y + c * x + tx;
    const Selection got = cut_to_box(
        kShape, turned, std::vector<AxisWindow>{{"y", cy - half, cy + half}, {"x", cx - half, cx + half}});
    const double reach = half * (std::abs(c) + std::abs(s));
    EXPECT_EQ(got[0].start, static_cast<std::int64_t>(std::floor(y - reach + 0.5)));
    EXPECT_EQ(got[0].start + got[0].count, static_cast<std::int64_t>(std::floor(y + reach + 0.5)) + 1);
    EXPECT_EQ(got[1].start, static_cast<std::int64_t>(std::floor(x - reach + 0.5)));
    EXPECT_EQ(got[1].start + got[1].count, static_cast<std::int64_t>(std::floor(x + reach + 0.5)) + 1);
  }
}

TEST(LensBox, RefusesWhatItCannotCut) {
  const space::Placement grid = placement({{1, 0, 0}, {0, 1, 0}}, {"y", "x"});
  EXPECT_THAT(refusal(grid, {}), HasSubstr("no `windows`"));
  EXPECT_THAT(refusal(grid, {{"z", 0, 1}}), HasSubstr("along 'z'"));
  EXPECT_THAT(refusal(grid, {{"y", 2, 1}}), HasSubstr("lower one first"));
  EXPECT_THAT(refusal(grid, {{"y", NAN, 1}}), HasSubstr("finite"));
  EXPECT_THAT(refusal(grid, {{"y", 0, 1}, {"y", 0, 1}}), HasSubstr("two windows"));
  EXPECT_THAT(refusal(grid, {{"y", 99.5, 200}}), HasSubstr("misses the dataset along 'y'"));
  EXPECT_THAT(refusal(grid, {{"x", -9, -0.6}}), HasSubstr("misses"));
  const space::Placement flat = placement({{0, 0, 5}}, {"z"});
  EXPECT_THAT(refusal(flat, {{"z", 6, 7}}), HasSubstr("misses the dataset along 'z'"));
  EXPECT_EQ(refusal(flat, {{"z", 4, 7}}), "");
}

}  // namespace
}  // namespace mikro
