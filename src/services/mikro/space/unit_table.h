// The units and prefixes known here, with pint's definitions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mikro::space {

/// One unit: `scale` times `made_of`, which is a product of other units (`kilogram*meter/second**2`),
/// nothing, or a base dimension in brackets. `offset` marks temperature scales whose zero is
/// elsewhere. Static storage.
struct UnitDefinition {
  std::string_view name;
  std::string_view aliases;  ///< separated by spaces, symbols included
  double scale;
  std::string_view made_of;
  bool offset = false;
};

/// A unit as it was found by a spelling: `micrometer` is prefix `micro` and unit `meter`.
struct FoundUnit {
  const UnitDefinition* unit = nullptr;
  std::string_view prefix;  ///< empty if there is none
  double prefix_scale = 1.0;

  std::string name() const { return std::string(prefix) + std::string(unit->name); }
};

/// By name, symbol, alias or plural, with or without prefix. nullopt if unknown.
std::optional<FoundUnit> find_unit(std::string_view spelling);

}  // namespace mikro::space
