#include "services/rekuest/definition_units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace rekuest {
namespace {

/// Alphabetical, as the canonical form lists them.
constexpr std::array<std::string_view, 8> kBases{"current",       "length",    "luminosity",  "mass",
                                                 "printing_unit", "substance", "temperature", "time"};

struct Dimension {
  std::array<double, kBases.size()> exponents{};

  Dimension& add(const Dimension& other, double times) {
    for (std::size_t i = 0; i < exponents.size(); ++i) exponents[i] += other.exponents[i] * times;
    return *this;
  }
};

std::string print(const Dimension& dimension) {
  constexpr double kNothing = 1e-9;
  const auto power = [](std::string_view base, double exponent) {
    return exponent == 1 ? fmt::format("[{}]", base) : fmt::format("[{}] ** {:g}", base, exponent);
  };
  std::string above;
  std::string below;
  for (std::size_t i = 0; i < kBases.size(); ++i) {
    const double exponent = dimension.exponents[i];
    if (exponent > kNothing) above += (above.empty() ? "" : " * ") + power(kBases[i], exponent);
    if (exponent < -kNothing) below += " / " + power(kBases[i], -exponent);
  }
  if (above.empty() && below.empty()) return "dimensionless";
  return (above.empty() ? "1" : above) + below;
}

/// A unit's names and what it is made of: a base in brackets or other units.
struct Definition {
  std::string_view names;
  std::string_view made_of;
};

// In an order in which each line uses only earlier ones.
constexpr Definition kUnits[] = {
    {"meter metre m micron angstrom Å ångström inch in foot feet ft yard yd mile mi lightyear light_year ly "
     "parsec pc astronomical_unit au nautical_mile nmi fermi thou bohr bohr_radius a_0 "
     "planck_length point pica css_pixel px inches",
     "[length]"},
    {"second sec s minute min hour hr h day d week fortnight month year yr a julian_year svedberg shake "
     "century millennium",
     "[time]"},
    {"gram g tonne metric_ton t dalton Da unified_atomic_mass_unit amu u pound lb ounce oz grain carat stone "
     "ton "
     "electron_mass m_e proton_mass m_p",
     "[mass]"},
    {"ampere amp A", "[current]"},
    {"kelvin K degK degree_Kelvin celsius degC degree_Celsius degreeC fahrenheit degF degree_Fahrenheit "
     "degreeF "
     "rankine degR delta_degC delta_degF delta_celsius "
     "delta_fahrenheit degreeK Δ°C Δ°F ΔdegC ΔdegF °C °F °K",
     "[temperature]"},
    {"mole mol molecule molec particle", "[substance]"},
    {"candela cd", "[luminosity]"},
    {"pixel dot pel picture_element", "[printing_unit]"},
    {"dimensionless radian rad degree deg ° arcminute arcmin arcsecond arcsec turn revolution cycle "
     "steradian sr "
     "square_degree gon grad gradian arc_minute arc_second arcdegree mas strain absorbance_unit AU bit byte "
     "B octet count percent % permille ‰ ppm ppb decibel dB neper Np bel octave decade",
     ""},
    {"hertz Hz becquerel Bq counts_per_second cps rutherford Rd curie Ci baud Bd bps revolutions_per_minute "
     "rpm "
     "revolutions_per_second rps",
     "1/s"},
    {"liter litre l L ℓ cc cubic_centimeter gallon gal quart pint fluid_ounce floz", "m**3"},
    {"hectare ha are acre barn b darcy", "m**2"},
    {"newton N dyne dyn kilogram_force kgf pound_force lbf gram_force gf poundal", "g*m/s**2"},
    {"joule J electron_volt electronvolt eV calorie cal erg watt_hour watthour Wh british_thermal_unit BTU "
     "hartree E_h Eh rydberg Ry foot_pound",
     "N*m"},
    {"watt W horsepower hp volt_ampere VA dBm dBW", "J/s"},
    {"pascal Pa bar standard_atmosphere atmosphere atm torr millimeter_Hg mmHg mm_Hg centimeter_H2O cmH2O "
     "cm_H2O "
     "psi inch_Hg inHg barye Ba technical_atmosphere at ksi",
     "N/m**2"},
    {"poise P", "Pa*s"},
    {"stokes St", "m**2/s"},
    {"coulomb C elementary_charge e ampere_hour Ah faraday", "A*s"},
    {"volt V", "W/A"},
    {"ohm Ω Ω", "V/A"},
    {"siemens S mho", "A/V"},
    {"farad F", "C/V"},
    {"weber Wb", "V*s"},
    {"tesla T", "Wb/m**2"},
    {"henry H", "Wb/A"},
    {"gauss G oersted Oe", "g**0.5/m**0.5/s"},
    {"maxwell Mx", "g**0.5*m**1.5/s"},
    {"lumen lm", "cd*sr"},
    {"lux lx", "lm/m**2"},
    {"nit lambert", "cd/m**2"},
    {"gray Gy sievert Sv rem rads", "J/g"},
    {"katal kat enzyme_unit U", "mol/s"},
    {"molar M", "mol/L"},
    {"molal", "mol/g"},
    {"einstein", "mol"},
    {"debye D", "C*m"},
    {"diopter dioptre reciprocal_centimeter kayser", "1/m"},
    {"knot kt mile_per_hour mph kilometer_per_hour kph meter_per_second mps speed_of_light c", "m/s"},
    {"standard_gravity g_0 g0 g_n galileo Gal", "m/s**2"},
    {"dots_per_inch DPI PPI PPCM dpi pixels_per_inch ppi pixels_per_centimeter ppcm", "pixel/m"},
};

constexpr std::string_view kPrefixes =
    "yocto zepto atto femto pico nano micro milli centi deci deca deka hecto kilo mega giga tera peta exa "
    "zetta "
    "yotta quetta ronna ronto quecto y z a f p n µ μ u m c d da h k M G T P E Z Y kibi mebi gibi tebi Ki "
    "Mi Gi Ti";

template <class Each>
void for_each_word(std::string_view words, Each each) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) each(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

class NotAUnit : public std::runtime_error {
 public:
  NotAUnit() : std::runtime_error("not a unit") {}
};

class Units {
 public:
  static const Units& all() {
    static const Units units;
    return units;
  }
  const Dimension& find(const std::string& name) const {
    if (const Dimension* known = known_unit(name)) return *known;
    // `metres`: a plural of a name, not of a symbol.
    const bool plural = name.size() > 3 && name.back() == 's';
    if (plural) {
      if (const Dimension* known = known_unit(name.substr(0, name.size() - 1))) return *known;
    }
    throw NotAUnit();
  }

 private:
  Units();
  const Dimension* known_unit(const std::string& name) const {
    const auto whole = dimensions_.find(name);
    if (whole != dimensions_.end()) return &whole->second;
    for (std::size_t length = 1; length < name.size() && length <= 6; ++length) {
      if (!prefixes_.contains(name.substr(0, length))) continue;
      const auto rest = dimensions_.find(name.substr(length));
      if (rest != dimensions_.end()) return &rest->second;
    }
    return nullptr;
  }

  std::unordered_map<std::string, Dimension> dimensions_;
  std::unordered_map<std::string, bool> prefixes_;
};

/// `expression := term (('*' | '/' | ' ') term)*`, `term := atom ('**' number)?`,
/// `atom := number | name | '(' expression ')'`. What a name means is asked of
/// `Lookup`.
template <class Lookup>
class Expression {
 public:
  Expression(std::string_view text, Lookup lookup) : text_(text), lookup_(std::move(lookup)) {}

  Dimension parse() {
    const Dimension result = product(0);
    if (at_ != text_.size()) throw NotAUnit();
    return result;
  }

 private:
  static constexpr int kDepth = 32;

  Dimension product(int depth) {
    if (depth > kDepth) throw NotAUnit();
    Dimension result = term(depth);
    for (;;) {
      skip_spaces();
      if (at_ == text_.size() || text_[at_] == ')') return result;
      if (take("/")) {
        result.add(term(depth), -1);
      } else {
        if (!take("*")) take("·");
        result.add(term(depth), 1);
      }
    }
  }

  Dimension term(int depth) {
    const Dimension base = atom(depth);
    skip_spaces();
    double exponent = 1;
    if (take("**") || take("^")) {
      skip_spaces();
      const bool grouped = take("(");
      exponent = number();
      if (grouped && !take(")")) throw NotAUnit();
    } else if (take("²")) {
      exponent = 2;
    } else if (take("³")) {
      exponent = 3;
    } else if (take("⁻¹")) {
      exponent = -1;
    } else if (take("⁻²")) {
      exponent = -2;
    }
    return Dimension().add(base, exponent);
  }

  Dimension atom(int depth) {
    skip_spaces();
    if (take("(")) {
      const Dimension inner = product(depth + 1);
      if (!take(")")) throw NotAUnit();
      return inner;
    }
    if (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0)) {
      number();
      return {};
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_name()) ++at_;
    if (start == at_) throw NotAUnit();
    return lookup_(std::string(text_.substr(start, at_ - start)));
  }

  bool ends_name() const {
    static constexpr std::string_view kEnds[] = {" ", "*", "/", "^", "(", ")", "·", "²", "³", "⁻"};
    const std::string_view rest = text_.substr(at_);
    for (const std::string_view end : kEnds) {
      if (rest.substr(0, end.size()) == end) return true;
    }
    return false;
  }

  double number() {
    const std::string rest(text_.substr(at_, 32));
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str() || !std::isfinite(value)) throw NotAUnit();
    at_ += static_cast<std::size_t>(end - rest.c_str());
    return value;
  }

  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void skip_spaces() {
    while (take(" ")) {
    }
  }

  std::string_view text_;
  Lookup lookup_;
  std::size_t at_ = 0;
};

Dimension base_dimension(std::string_view name) {
  for (std::size_t i = 0; i < kBases.size(); ++i) {
    if (name.size() != kBases[i].size() + 2 || name.substr(1, kBases[i].size()) != kBases[i]) continue;
    if (name.front() != '[' || name.back() != ']') continue;
    Dimension dimension;
    dimension.exponents[i] = 1;
    return dimension;
  }
  throw NotAUnit();
}

Units::Units() {
  for_each_word(kPrefixes, [this](std::string_view word) { prefixes_.emplace(word, true); });
  for (const Definition& definition : kUnits) {
    Dimension dimension;
    if (definition.made_of.starts_with("[")) {
      dimension = base_dimension(definition.made_of);
    } else if (!definition.made_of.empty()) {
      const auto earlier = [this](const std::string& name) { return find(name); };
      dimension = Expression(definition.made_of, earlier).parse();
    }
    for_each_word(definition.names, [&](std::string_view name) { dimensions_.emplace(name, dimension); });
  }
}

template <class Lookup>
std::optional<std::string> printed(std::string_view text, Lookup lookup) {
  constexpr std::size_t kLongest = 1000;
  if (text.size() > kLongest) return std::nullopt;
  try {
    return print(Expression(text, lookup).parse());
  } catch (const NotAUnit&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> dimension_of_unit(std::string_view unit) {
  return printed(unit, [](const std::string& name) { return Units::all().find(name); });
}

std::optional<std::string> canonical_dimension(std::string_view dimension) {
  if (dimension == "dimensionless") return std::string(dimension);
  return printed(dimension, [](const std::string& name) { return base_dimension(name); });
}

}  // namespace rekuest
