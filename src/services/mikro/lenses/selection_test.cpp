// Slices as Python reads them, against what Python says.
#include "services/mikro/lenses/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace mikro {
namespace {

using testing::HasSubstr;

const std::vector<space::Axis> kAxes{{"c", space::AxisType::kChannel, {}},
                                     {"y", space::AxisType::kSpace, {}}};
const std::vector<std::int64_t> kShape{3, 10};

Selection sliced(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                 std::optional<std::int64_t> step) {
  const StatedSlice slice{"y", start, stop, step};
  return cut(everything(kShape), kAxes, {&slice, 1});
}

std::string refusal(const std::vector<StatedSlice>& slices) {
  try {
    cut(everything(kShape), kAxes, slices);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

// range(10)[start:stop:step] in Python.
std::vector<std::int64_t> python(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                                 std::int64_t step, std::int64_t extent) {
  const auto bound = [&](std::optional<std::int64_t> given, std::int64_t open) {
    std::int64_t value = given.value_or(open);
    if (value < 0) value += extent;
    return std::max<std::int64_t>(0, std::min(value, extent));
  };
  std::vector<std::int64_t> kept;
  for (std::int64_t i = bound(start, 0); i < bound(stop, extent); i += step) kept.push_back(i);
  return kept;
}

std::vector<std::int64_t> positions(const Range& range) {
  std::vector<std::int64_t> list;
  for (std::int64_t i = 0; i < range.count; ++i) list.push_back(range.start + i * range.step);
  return list;
}

TEST(Selection, ReadsBoundsAsPythonDoes) {
  const std::optional<std::int64_t> bounds[] = {{}, -12, -10, -3, -1, 0, 1, 4, 9, 10, 14};
  for (const auto start : bounds) {
    for (const auto stop : bounds) {
      for (std::int64_t step = 1; step < 5; ++step) {
        const auto wanted = python(start, stop, step, 10);
        if (wanted.empty()) {
          EXPECT_THROW(sliced(start, stop, step), base::Error);
        } else {
          EXPECT_EQ(positions(sliced(start, stop, step)[1]), wanted);
        }
      }
    }
  }
}

TEST(Selection, IsTheSameHoweverItIsSpelled) {
  EXPECT_EQ(selection_key(sliced(2, 9, 3), kShape), selection_key(sliced(-8, 11, 3), kShape));
  EXPECT_EQ(selection_key(sliced(2, 8, 3), kShape), selection_key(sliced(2, 6, 3), kShape));
  EXPECT_EQ(selection_key(sliced(4, 5, 1), kShape), selection_key(sliced(4, 6, 7), kShape));
  EXPECT_EQ(selection_key(sliced({}, {}, {}), kShape), "");
  EXPECT_EQ(selection_key(sliced(-10, 10, 1), kShape), "");
  EXPECT_NE(selection_key(sliced(0, 10, 2), kShape), selection_key(sliced(0, 10, 3), kShape));
}

TEST(Selection, SaysWhatItKeepsInOneSpelling) {
  const Selection selection =
      cut(everything(kShape), kAxes, std::vector<StatedSlice>{{"y", -4, {}, 2}, {"c", 0, 1, {}}});
  EXPECT_EQ(slices_json(selection, kAxes, kShape).dump(),
            R"([{"axis":"c","start":0,"stop":1,"step":1},{"axis":"y","start":6,"stop":9,"step":2}])");
  EXPECT_EQ(selection_suffix(selection, kAxes, kShape), " · c[0:1], y[6:9:2]");
  EXPECT_EQ(shape_of(selection), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(selection_from(slices_json(selection, kAxes, kShape), kAxes, kShape), selection);
}

TEST(Selection, RefusesWhatKeepsNothingOrNamesNoAxis) {
  EXPECT_THAT(refusal({{"y", 10, {}, {}}}), HasSubstr("'y' keeps none of its 10"));
  EXPECT_THAT(refusal({{"y", {}, {}, 0}}), HasSubstr("step 0"));
  EXPECT_THAT(refusal({{"y", {}, {}, -1}}), HasSubstr("step -1"));
  EXPECT_THAT(refusal({{"z", {}, {}, {}}}), HasSubstr("no axis 'z'"));
  EXPECT_THAT(refusal({{"y", 0, 1, {}}, {"y", 1, 2, {}}}), HasSubstr("sliced twice"));
}

TEST(Selection, OfASelectionIsWhatIndexingTwiceGives) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto any = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  const std::vector<space::Axis> axes{kAxes[1]};
  for (int round = 0; round < 2000; ++round) {
    const std::vector<std::int64_t> shape{any(1, 40)};
    Selection selection = everything(shape);
    std::vector<std::int64_t> kept = positions(selection[0]);
    for (int depth = 0; depth < 3; ++depth) {
      const StatedSlice slice{"y", any(-45, 45), any(-45, 45), any(1, 6)};
      const auto indices =
          python(slice.start, slice.stop, *slice.step, static_cast<std::int64_t>(kept.size()));
      if (indices.empty()) break;
      selection = cut(selection, axes, {&slice, 1});
      std::vector<std::int64_t> wanted;
      for (const std::int64_t index : indices) wanted.push_back(kept[static_cast<std::size_t>(index)]);
      kept = wanted;
      ASSERT_EQ(positions(selection[0]), kept);
    }
  }
}

}  // namespace
}  // namespace mikro
