#include "services/rekuest/definition_units.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace rekuest {
namespace {

TEST(Units, MeasureTheirDimension) {
  const std::pair<const char*, const char*> vectors[] = {
      {"volt", "[length] ** 2 * [mass] / [current] / [time] ** 3"},
      {"mV", "[length] ** 2 * [mass] / [current] / [time] ** 3"},
      {"farad", "[current] ** 2 * [time] ** 4 / [length] ** 2 / [mass]"},
      {"pF", "[current] ** 2 * [time] ** 4 / [length] ** 2 / [mass]"},
      {"second", "[time]"},
      {"ms", "[time]"},
      {"meter", "[length]"},
      {"um", "[length]"},
      {"µm", "[length]"},
      {"micron", "[length]"},
      {"micrometers", "[length]"},
      {"m/s", "[length] / [time]"},
      {"Hz", "1 / [time]"},
      {"kelvin", "[temperature]"},
      {"degC", "[temperature]"},
      {"mol/L", "[substance] / [length] ** 3"},
      {"molar", "[substance] / [length] ** 3"},
      {"nM", "[substance] / [length] ** 3"},
      {"joule", "[length] ** 2 * [mass] / [time] ** 2"},
      {"watt", "[length] ** 2 * [mass] / [time] ** 3"},
      {"newton", "[length] * [mass] / [time] ** 2"},
      {"kg * m ** 2 / s ** 2", "[length] ** 2 * [mass] / [time] ** 2"},
      {"kg m²", "[length] ** 2 * [mass]"},
      {"1 / (m * s)", "1 / [length] / [time]"},
      {"pixel", "[printing_unit]"},
      {"m**0.5", "[length] ** 0.5"},
      {"1", "dimensionless"},
      {"percent", "dimensionless"},
      {"%", "dimensionless"},
      {"radian", "dimensionless"},
      {"degree", "dimensionless"},
      {"bit", "dimensionless"},
      {"m / m", "dimensionless"},
      {"dimensionless", "dimensionless"},
  };
  for (const auto& [unit, dimension] : vectors) EXPECT_EQ(dimension_of_unit(unit), dimension) << unit;
}

TEST(Units, RefuseWhatIsNoUnit) {
  for (const char* text : {"", "nonsense", "m/", "m**", "(m", "m)", "**2", "m//s", "[length]", "k", "kk"}) {
    EXPECT_EQ(dimension_of_unit(text), std::nullopt) << text;
  }
  EXPECT_EQ(dimension_of_unit(std::string(5000, '(')), std::nullopt);
  EXPECT_EQ(dimension_of_unit(std::string(500, '(')), std::nullopt);
}

TEST(Dimensions, HaveOneSpelling) {
  EXPECT_EQ(canonical_dimension("[mass] * [length] ** 2 / [time] ** 3 / [current]"),
            "[length] ** 2 * [mass] / [current] / [time] ** 3");
  EXPECT_EQ(canonical_dimension("dimensionless"), "dimensionless");
  EXPECT_EQ(canonical_dimension("1 / [time]"), "1 / [time]");
  EXPECT_EQ(canonical_dimension("[money]"), std::nullopt);
  EXPECT_EQ(canonical_dimension("volt"), std::nullopt);
}

}  // namespace
}  // namespace rekuest
