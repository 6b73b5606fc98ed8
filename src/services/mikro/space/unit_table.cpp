#include "services/mikro/space/unit_table.h"

#include <algorithm>
#include <unordered_map>

namespace mikro::space {
namespace {

// Scales and compositions are pint's default registry's: its conversions multiply exactly these
// numbers, and a placement must come to the same digits.
constexpr UnitDefinition kUnits[] = {
    {"meter", "m metre", 1, "[length]"},
    {"micron", "µ μ", 1, "micrometer"},
    {"angstrom", "Å Å ångström ångstrom", 1e-10, "meter"},
    {"yard", "yd international_yard", 0.9144, "meter"},
    {"foot", "ft feet international_foot", 1.0 / 3, "yard"},
    {"inch", "in inches international_inch", 1.0 / 36, "yard"},
    {"mile", "mi international_mile", 1760, "yard"},
    {"second", "s sec", 1, "[time]"},
    {"minute", "min", 60, "second"},
    {"hour", "h hr", 60, "minute"},
    {"day", "d", 24, "hour"},
    {"week", "", 7, "day"},
    {"year", "a yr julian_year", 365.25, "day"},
    {"month", "", 1.0 / 12, "year"},
    {"gram", "g", 1, "[mass]"},
    {"metric_ton", "t tonne", 1e3, "kilogram"},
    {"dalton", "Da", 1.66053906892e-27, "kilogram"},
    {"ampere", "A amp", 1, "[current]"},
    {"kelvin", "K degK °K degree_Kelvin degreeK", 1, "[temperature]"},
    {"degree_Celsius", "°C celsius degC degreeC", 1, "kelvin", true},
    {"degree_Fahrenheit", "°F fahrenheit degF degreeF", 5.0 / 9, "kelvin", true},
    {"delta_degree_Celsius", "Δ°C Δcelsius ΔdegC ΔdegreeC delta_celsius delta_degC delta_degreeC", 1,
     "kelvin"},
    {"delta_degree_Fahrenheit", "Δ°F Δfahrenheit ΔdegF ΔdegreeF delta_fahrenheit delta_degF delta_degreeF",
     5.0 / 9, "kelvin"},
    {"mole", "mol", 1, "[substance]"},
    {"avogadro_constant", "N_A", 6.02214076e23, "1/mole"},
    {"particle", "molec molecule", 1, "1/avogadro_constant"},
    {"candela", "cd candle", 1, "[luminosity]"},
    {"pixel", "dot pel picture_element", 1, "[printing_unit]"},
    {"pi", "π", 3.141592653589793, ""},
    {"radian", "rad", 1, ""},
    {"degree", "deg ° arcdeg arcdegree angular_degree", 1.0 / 180, "pi*radian"},
    {"arcminute", "arcmin arc_minute angular_minute", 1.0 / 60, "degree"},
    {"arcsecond", "arcsec arc_second angular_second", 1.0 / 60, "arcminute"},
    {"turn", "revolution cycle circle", 2, "pi*radian"},
    {"steradian", "sr", 1, "radian**2"},
    {"bit", "", 1, ""},
    {"byte", "B octet", 8, "bit"},
    {"count", "", 1, ""},
    {"percent", "%", 0.01, ""},
    {"permille", "‰", 0.001, ""},
    {"ppm", "", 1e-6, ""},
    {"hertz", "Hz", 1, "1/second"},
    {"counts_per_second", "cps", 1, "count/second"},
    {"becquerel", "Bq", 1, "counts_per_second"},
    {"revolutions_per_minute", "rpm", 1, "turn/minute"},
    {"revolutions_per_second", "rps", 1, "turn/second"},
    {"liter", "l L ℓ litre", 1, "decimeter**3"},
    {"newton", "N", 1, "kilogram*meter/second**2"},
    {"joule", "J", 1, "newton*meter"},
    {"watt", "W", 1, "joule/second"},
    {"pascal", "Pa", 1, "newton/meter**2"},
    {"bar", "", 1e5, "pascal"},
    {"standard_atmosphere", "atm atmosphere", 101325, "pascal"},
    {"coulomb", "C", 1, "ampere*second"},
    {"elementary_charge", "e", 1.602176634e-19, "coulomb"},
    {"volt", "V", 1, "joule/coulomb"},
    {"electron_volt", "eV electronvolt", 1, "elementary_charge*volt"},
    {"ohm", "Ω Ω", 1, "volt/ampere"},
    {"siemens", "S mho", 1, "ampere/volt"},
    {"farad", "F", 1, "coulomb/volt"},
    {"weber", "Wb", 1, "volt*second"},
    {"tesla", "T", 1, "weber/meter**2"},
    {"lumen", "lm", 1, "candela*steradian"},
    {"lux", "lx", 1, "lumen/meter**2"},
    {"katal", "kat", 1, "mole/second"},
    {"enzyme_unit", "U enzymeunit", 1, "micromole/minute"},
    {"molar", "M", 1, "mole/liter"},
    {"gray", "Gy", 1, "joule/kilogram"},
    {"sievert", "Sv", 1, "joule/kilogram"},
    {"poise", "P", 0.1, "pascal*second"},
};

struct Prefix {
  std::string_view spelling;
  std::string_view name;
  double scale;
};

constexpr Prefix kPrefixes[] = {
    {"quecto", "quecto", 1e-30}, {"q", "quecto", 1e-30},       {"ronto", "ronto", 1e-27},
    {"r", "ronto", 1e-27},       {"yocto", "yocto", 1e-24},    {"y", "yocto", 1e-24},
    {"zepto", "zepto", 1e-21},   {"z", "zepto", 1e-21},        {"atto", "atto", 1e-18},
    {"a", "atto", 1e-18},        {"femto", "femto", 1e-15},    {"f", "femto", 1e-15},
    {"pico", "pico", 1e-12},     {"p", "pico", 1e-12},         {"nano", "nano", 1e-9},
    {"n", "nano", 1e-9},         {"micro", "micro", 1e-6},     {"µ", "micro", 1e-6},
    {"μ", "micro", 1e-6},        {"u", "micro", 1e-6},         {"mu", "micro", 1e-6},
    {"mc", "micro", 1e-6},       {"milli", "milli", 1e-3},     {"m", "milli", 1e-3},
    {"centi", "centi", 1e-2},    {"c", "centi", 1e-2},         {"deci", "deci", 1e-1},
    {"d", "deci", 1e-1},         {"deca", "deca", 1e1},        {"deka", "deca", 1e1},
    {"da", "deca", 1e1},         {"hecto", "hecto", 1e2},      {"h", "hecto", 1e2},
    {"kilo", "kilo", 1e3},       {"k", "kilo", 1e3},           {"mega", "mega", 1e6},
    {"M", "mega", 1e6},          {"giga", "giga", 1e9},        {"G", "giga", 1e9},
    {"tera", "tera", 1e12},      {"T", "tera", 1e12},          {"peta", "peta", 1e15},
    {"P", "peta", 1e15},         {"exa", "exa", 1e18},         {"E", "exa", 1e18},
    {"kibi", "kibi", 1024},      {"Ki", "kibi", 1024},         {"mebi", "mebi", 1048576},
    {"Mi", "mebi", 1048576},     {"gibi", "gibi", 1073741824}, {"Gi", "gibi", 1073741824},
};

using Index = std::unordered_map<std::string_view, const UnitDefinition*>;

Index make_index() {
  Index index;
  for (const UnitDefinition& unit : kUnits) {
    index.emplace(unit.name, &unit);
    std::string_view rest = unit.aliases;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      index.emplace(rest.substr(0, end), &unit);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return index;
}

/// A name or its plural. A symbol of one letter has none: `ms` is no plural of `m`.
const UnitDefinition* find_bare(std::string_view spelling) {
  static const Index kIndex = make_index();
  const auto found = kIndex.find(spelling);
  if (found != kIndex.end()) return found->second;
  if (spelling.size() < 3 || spelling.back() != 's') return nullptr;
  const auto singular = kIndex.find(spelling.substr(0, spelling.size() - 1));
  return singular == kIndex.end() ? nullptr : singular->second;
}

}  // namespace

std::optional<FoundUnit> find_unit(std::string_view spelling) {
  if (const UnitDefinition* unit = find_bare(spelling)) return FoundUnit{unit, {}, 1.0};
  for (const Prefix& prefix : kPrefixes) {
    if (!spelling.starts_with(prefix.spelling)) continue;
    const UnitDefinition* unit = find_bare(spelling.substr(prefix.spelling.size()));
    // A temperature scale cannot be a thousandth of itself: its zero would be nowhere.
    if (unit != nullptr && !unit->offset) return FoundUnit{unit, prefix.name, prefix.scale};
  }
  return std::nullopt;
}

}  // namespace mikro::space
