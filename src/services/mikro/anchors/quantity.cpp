#include "services/mikro/anchors/quantity.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "services/mikro/space/unit.h"

namespace mikro {
namespace {

struct Example {
  std::string_view unit;  ///< of the same dimension as all
  std::string_view text;
};

Example example(Measure measure) {
  switch (measure) {
    case Measure::kLength:
      return {"meter", "488 nm"};
    case Measure::kPower:
      return {"watt", "5 mW"};
    case Measure::kFrequency:
      return {"hertz", "80 MHz"};
    case Measure::kTemperature:
      return {"kelvin", "310 kelvin"};
    case Measure::kAny:
      break;
  }
  return {"", "5 mV"};
}

bool is_quantity(std::string_view text, Measure measure) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return false;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto parsed = unit.empty() ? std::nullopt : space::Unit::parse(unit);
  if (!parsed) return false;
  if (measure == Measure::kAny) return true;
  return parsed->dimension() == space::Unit::parse(example(measure).unit)->dimension();
}

}  // namespace

void check_quantity(const base::Json& value, Measure measure, std::string_view field) {
  if (value.is_null() || (value.is_string() && is_quantity(value.as_string(), measure))) return;
  throw base::Error(base::code::kValidation, "`{}` is {}, but takes a number and a unit, such as \"{}\".",
                    field, value.dump(), example(measure).text);
}

}  // namespace mikro
