#include "services/mikro/space/unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mikro::space {
namespace {

std::string name_of(std::string_view text) {
  const std::optional<Unit> unit = Unit::parse(text);
  return unit ? unit->name() : "refused";
}

TEST(Unit, SpellsOutCompactNamesAsPintDoes) {
  EXPECT_EQ(name_of("um"), "micrometer");
  EXPECT_EQ(name_of("µm"), "micrometer");
  EXPECT_EQ(name_of("μm"), "micrometer");
  EXPECT_EQ(name_of(" microseconds "), "microsecond");
  EXPECT_EQ(name_of("ms"), "millisecond");
  EXPECT_EQ(name_of("min"), "minute");
  EXPECT_EQ(name_of("counts"), "count");
  EXPECT_EQ(name_of("degC"), "degree_Celsius");
  EXPECT_EQ(name_of("mM"), "millimolar");
  EXPECT_EQ(name_of("Å"), "angstrom");
}

TEST(Unit, PrintsProductsInAlphabeticalOrderWithTheDenominatorBehind) {
  EXPECT_EQ(name_of("micrometer**2"), "micrometer ** 2");
  EXPECT_EQ(name_of("um²"), "micrometer ** 2");
  EXPECT_EQ(name_of("S/cm2"), "siemens / centimeter ** 2");
  EXPECT_EQ(name_of("1/s"), "1 / second");
  EXPECT_EQ(name_of("s⁻¹"), "1 / second");
  EXPECT_EQ(name_of("m/s/s"), "meter / second ** 2");
  EXPECT_EQ(name_of("second*meter"), "meter * second");
  EXPECT_EQ(name_of("kg*m**2/s**2"), "kilogram * meter ** 2 / second ** 2");
  EXPECT_EQ(name_of("m**0.5"), "meter ** 0.5");
  EXPECT_EQ(name_of("(m/s)^2"), "meter ** 2 / second ** 2");
  EXPECT_EQ(name_of("m/m"), "dimensionless");
}

TEST(Unit, KnowsArbitraryUnitsByEachOfTheirSpellings) {
  for (const std::string_view text : {"a.u.", "A.U", "arb", "Arbitrary Units", "arbitrary_unit"}) {
    EXPECT_EQ(name_of(text), "a.u.") << text;
  }
  EXPECT_EQ(Unit::parse("a.u.")->dimension(), "[arbitrary]");
}

TEST(Unit, RefusesWhatIsNoUnit) {
  for (const std::string_view text :
       {"", " ", "5 mV", "10*um", "2", "furlongs_per_fortnight", "[length]", "um/", "*um", "um**", "um**x",
        "(um", "um)", "um ** 1e9", "mdegC", "\xff", "⁻", "um⁻"}) {
    EXPECT_EQ(name_of(text), "refused") << text;
  }
  EXPECT_EQ(name_of(std::string(201, 'm')), "refused");
  EXPECT_EQ(name_of(std::string(90, '(') + "m" + std::string(90, ')')), "refused");
}

TEST(Unit, ReadsItsOwnNameBack) {
  for (const std::string_view text :
       {"um", "S/cm2", "1/s", "mol/L/min", "m**0.5", "a.u.", "dimensionless", "N*m", "°C"}) {
    EXPECT_EQ(name_of(name_of(text)), name_of(text));
  }
}

TEST(Unit, SaysWhatItMeasures) {
  EXPECT_TRUE(Unit::parse("inch")->measures("length"));
  EXPECT_FALSE(Unit::parse("um**2")->measures("length"));
  EXPECT_FALSE(Unit::parse("a.u.")->measures("length"));
  EXPECT_EQ(Unit::parse("Hz")->dimension(), "1 / [time]");
  EXPECT_EQ(Unit::parse("mm/hour")->dimension(), "[length] / [time]");
  EXPECT_TRUE(Unit::parse("percent")->dimensionless());
}

/// `ureg.Quantity(1.0, from).to(to).magnitude` of pint 0.25.3, digit for digit: the factor the client
/// multiplies by.
TEST(Unit, ConvertsWithPintsDigits) {
  struct Vector {
    std::string_view from;
    std::string_view to;
    double factor;
  };
  const Vector vectors[] = {
      {"micrometer", "millimeter", 0.001},
      {"millimeter", "micrometer", 1000.0},
      {"nanometer", "micrometer", 0.001},
      {"micrometer", "nanometer", 999.9999999999999},
      {"angstrom", "nanometer", 0.09999999999999999},
      {"inch", "micrometer", 25400.0},
      {"micron", "nanometer", 999.9999999999999},
      {"minute", "second", 60.0},
      {"hour", "millisecond", 3600000.0},
      {"second", "minute", 0.016666666666666666},
      {"millisecond", "hour", 2.7777777777777776e-07},
      {"day", "hour", 24.0},
      {"month", "day", 30.4375},
      {"hertz", "1/minute", 60.0},
      {"kilohertz", "1/second", 1000.0},
      {"delta_degree_Fahrenheit", "kelvin", 0.5555555555555556},
      {"micromole", "nanomole", 999.9999999999999},
      {"particle", "nanomole", 1.6605390671738464e-15},
      {"nanomolar", "mole/meter**3", 1e-06},
      {"micrometer**2", "millimeter**2", 1e-06},
      {"femtoliter", "micrometer**3", 1.0000000000000004},
      {"micrometer/second", "millimeter/hour", 3.6},
      {"electron_volt", "joule", 1.602176634e-19},
      {"degree", "radian", 0.017453292519943295},
      {"arcsecond", "degree", 0.0002777777777777778},
      {"dalton", "kilogram", 1.66053906892e-27},
      {"revolutions_per_minute", "hertz*turn", 0.016666666666666666},
      {"percent", "dimensionless", 0.01},
  };
  for (const Vector& vector : vectors) {
    const std::optional<double> factor =
        conversion_factor(*Unit::parse(vector.from), *Unit::parse(vector.to));
    ASSERT_TRUE(factor) << vector.from << " to " << vector.to;
    EXPECT_EQ(*factor, vector.factor) << vector.from << " to " << vector.to;
  }
}

TEST(Unit, DoesNotConvertAcrossDimensionsOrZeros) {
  const auto factor = [](std::string_view from, std::string_view to) {
    return conversion_factor(*Unit::parse(from), *Unit::parse(to));
  };
  EXPECT_FALSE(factor("um", "s"));
  EXPECT_FALSE(factor("um", "a.u."));
  EXPECT_FALSE(factor("degC", "kelvin"));
  EXPECT_FALSE(factor("m**100", "ym**100"));  // beyond a double
  EXPECT_EQ(factor("degC", "celsius"), 1.0);
}

TEST(PassThrough, ClaimsNothingAboutMissingOrArbitraryUnits) {
  EXPECT_EQ(pass_through_factor(std::nullopt, "micrometer"), 1.0);
  EXPECT_EQ(pass_through_factor("micrometer", std::nullopt), 1.0);
  EXPECT_EQ(pass_through_factor("a.u.", "micrometer"), 1.0);
  EXPECT_EQ(pass_through_factor("micrometer", "a.u."), 1.0);
  EXPECT_EQ(pass_through_factor("no such unit", "no such unit"), 1.0);
  EXPECT_EQ(pass_through_factor("minute", "second"), 60.0);
  EXPECT_EQ(pass_through_factor("minute", "meter"), std::nullopt);
  EXPECT_EQ(pass_through_factor("minute", "no such unit"), std::nullopt);
}

}  // namespace
}  // namespace mikro::space
