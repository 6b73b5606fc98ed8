// Physical units as pint spells them: what an axis' numbers are counted in, and what one of them is
// worth in another unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mikro::space {

/// A unit such as `um`, `micrometer ** 2`, `1/second`, `S/cm2` or `a.u.` (arbitrary: a signal
/// without physical dimension). Immutable.
class Unit {
 public:
  /// nullopt if `text` is no unit: unknown names, quantities (`5 mV`), more than 200 bytes.
  static std::optional<Unit> parse(std::string_view text);

  /// As pint prints it: full names in alphabetical order, `micrometer ** 2`, `1 / second`,
  /// `dimensionless`, `a.u.`.
  const std::string& name() const { return name_; }
  bool arbitrary() const { return name_ == kArbitrary; }
  bool dimensionless() const { return !arbitrary() && dimension_.empty(); }
  /// Powers of base dimensions in alphabetical order: `[length]`, `[length] ** 2 / [time]`,
  /// `dimensionless`, `[arbitrary]`.
  std::string dimension() const;
  /// Whether lengths (times, ...) are counted in it; never so for an arbitrary unit.
  bool measures(std::string_view base) const;

  static constexpr std::string_view kArbitrary = "a.u.";

 private:
  friend std::optional<double> conversion_factor(const Unit& from, const Unit& to);
  struct Term {
    std::string name;  ///< with its prefix
    double exponent = 1;
  };
  std::string name_;
  std::vector<Term> terms_;  ///< in the order they were written
  std::vector<std::pair<std::string, double>> dimension_;
};

/// What one `from` is worth in `to`, with the digits that pint gives. nullopt if the dimensions
/// differ, if one of them only is arbitrary, or if a temperature scale with an offset meets another
/// unit: between those no factor converts.
std::optional<double> conversion_factor(const Unit& from, const Unit& to);

/// What one step along an axis is worth on the other side of an edge that passes it through: 1 if a
/// unit is missing, arbitrary or the same, nullopt if there is no conversion.
std::optional<double> pass_through_factor(const std::optional<std::string>& from,
                                          const std::optional<std::string>& to);

}  // namespace mikro::space
