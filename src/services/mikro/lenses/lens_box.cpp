#include "services/mikro/lenses/lens_box.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "services/mikro/space/matrix.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Bounds that should meet may miss each other by rounding.
constexpr double kTolerance = 1e-9;
// Each round narrows by what the round before found; a few settle every map but the nearly singular.
constexpr int kRounds = 64;

struct Interval {
  double min = -kInfinity;
  double max = kInfinity;

  bool is_bounded() const { return std::isfinite(min) && std::isfinite(max); }
  void meet(const Interval& other) {
    min = std::max(min, other.min);
    max = std::min(max, other.max);
  }
};

/// `factors * position + constant` lies within `bounds`.
struct Constraint {
  std::vector<double> factors;
  double constant = 0;
  Interval bounds;
};

Interval scaled(const Interval& interval, double factor) {
  const double a = interval.min * factor;
  const double b = interval.max * factor;
  return {std::min(a, b), std::max(a, b)};
}

Interval bounds_of(const AxisWindow& window) {
  const Interval bounds{window.min.value_or(-kInfinity), window.max.value_or(kInfinity)};
  const bool is_finite =
      (!window.min || std::isfinite(*window.min)) && (!window.max || std::isfinite(*window.max));
  if (!is_finite || bounds.min > bounds.max) {
    throw Error(code::kValidation,
                "The window along '{}' goes from {} to {}; give finite bounds, the lower one first.",
                window.axis, bounds.min, bounds.max);
  }
  return bounds;
}

std::vector<Constraint> constraints_of(const space::Placement& placement,
                                       std::span<const AxisWindow> windows) {
  if (windows.empty()) throw Error(code::kValidation, std::string("The box has no `windows`."));
  std::vector<Constraint> constraints;
  std::vector<std::string> seen;
  for (const AxisWindow& window : windows) {
    const Interval bounds = bounds_of(window);
    if (std::find(seen.begin(), seen.end(), window.axis) != seen.end())
      throw Error(code::kValidation, "The box has two windows along '{}'.", window.axis);
    seen.push_back(window.axis);
    const auto row = std::find(placement.output_axes.begin(), placement.output_axes.end(), window.axis);
    if (row == placement.output_axes.end()) {
      throw Error(
          code::kValidation,
          "The box has a window along '{}', but the dataset's place in its coordinate system is known "
          "along [{}] only.",
          window.axis, fmt::join(placement.output_axes, ", "));
    }
    const std::size_t inputs = placement.input_axes.size();
    const double* numbers =
        placement.matrix.row(static_cast<std::size_t>(row - placement.output_axes.begin()));
    constraints.push_back({{numbers, numbers + inputs}, numbers[inputs], bounds});
  }
  return constraints;
}

// What one constraint leaves of each axis, given what the others may be.
void narrow(const Constraint& constraint, std::vector<Interval>& grid) {
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (constraint.factors[i] == 0) continue;
    Interval rest{constraint.constant, constraint.constant};
    for (std::size_t j = 0; j < grid.size(); ++j) {
      if (j == i || constraint.factors[j] == 0) continue;
      const Interval part = scaled(grid[j], constraint.factors[j]);
      rest.min += part.min;
      rest.max += part.max;
    }
    const Interval left{constraint.bounds.min - rest.max, constraint.bounds.max - rest.min};
    const double a = left.min / constraint.factors[i];
    const double b = left.max / constraint.factors[i];
    grid[i].meet({std::min(a, b), std::max(a, b)});
  }
}

// As many bounded constraints as axes they mix: the box is a parallelepiped, and its corners bound it.
void narrow_exactly(const std::vector<Constraint>& constraints, std::vector<Interval>& grid) {
  std::vector<std::size_t> mixed;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (std::any_of(constraints.begin(), constraints.end(),
                    [&](const Constraint& one) { return one.factors[i] != 0; })) {
      mixed.push_back(i);
    }
  }
  const bool is_bounded = std::all_of(constraints.begin(), constraints.end(),
                                      [](const Constraint& one) { return one.bounds.is_bounded(); });
  if (mixed.size() != constraints.size() || !is_bounded) return;
  space::Matrix forward(mixed.size(), mixed.size());
  for (std::size_t row = 0; row < mixed.size(); ++row) {
    for (std::size_t i = 0; i < mixed.size(); ++i) forward.at(row, i) = constraints[row].factors[mixed[i]];
  }
  const auto backward = space::inverse(forward);
  if (!backward) return;
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    Interval bounds{0, 0};
    for (std::size_t row = 0; row < mixed.size(); ++row) {
      const Constraint& one = constraints[row];
      const Interval part =
          scaled({one.bounds.min - one.constant, one.bounds.max - one.constant}, backward->at(i, row));
      bounds.min += part.min;
      bounds.max += part.max;
    }
    grid[mixed[i]].meet(bounds);
  }
}

// Edges of cells lie at halves: what misses one by rounding is on it.
double snapped(double value) {
  const double halves = std::round(value * 2);
  return std::abs(value * 2 - halves) <= kTolerance * std::max(1.0, std::abs(value)) ? halves / 2 : value;
}

}  // namespace

Selection cut_to_box(std::span<const std::int64_t> shape, const space::Placement& placement,
                     std::span<const AxisWindow> windows) {
  const std::vector<Constraint> constraints = constraints_of(placement, windows);
  std::vector<Interval> grid;
  for (const std::int64_t extent : shape) grid.push_back({-0.5, static_cast<double>(extent) - 0.5});
  narrow_exactly(constraints, grid);
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Interval> before = grid;
    for (const Constraint& constraint : constraints) narrow(constraint, grid);
    const bool is_settled =
        std::equal(grid.begin(), grid.end(), before.begin(),
                   [](const auto& a, const auto& b) { return a.min == b.min && a.max == b.max; });
    if (is_settled) break;
  }
  Selection selection;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double slack = kTolerance * std::max({1.0, std::abs(grid[i].min), std::abs(grid[i].max)});
    const double low = snapped(grid[i].min);
    const double high = std::max(snapped(grid[i].max), low);
    const auto extent = static_cast<double>(shape[i]);
    if (!(grid[i].min <= grid[i].max + slack) || low >= extent - 0.5 || high < -0.5) {
      throw Error(code::kValidation, "The box misses the dataset along '{}'.", placement.input_axes[i]);
    }
    const auto start = static_cast<std::int64_t>(std::max(std::floor(low + 0.5), 0.0));
    const auto last = static_cast<std::int64_t>(std::min(std::floor(high + 0.5), extent - 1));
    selection.push_back({start, std::max(last, start) - start + 1, 1});
  }
  // A constraint on no axis at all holds or fails everywhere.
  for (std::size_t row = 0; row < constraints.size(); ++row) {
    const Constraint& one = constraints[row];
    const bool is_constant =
        std::all_of(one.factors.begin(), one.factors.end(), [](double factor) { return factor == 0; });
    if (is_constant && (one.constant < one.bounds.min || one.constant > one.bounds.max))
      throw Error(code::kValidation, "The box misses the dataset along '{}'.", windows[row].axis);
  }
  return selection;
}

}  // namespace mikro
