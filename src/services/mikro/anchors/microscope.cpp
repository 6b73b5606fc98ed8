#include "services/mikro/anchors/microscope.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "services/mikro/anchors/quantity.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

void check_setting(const Json& setting, const std::string& device) {
  const std::string& name = setting["name"].as_string();
  int values = 0;
  for (const std::string_view slot : {"quantity", "number", "text", "flag"}) {
    values += setting[slot].is_null() ? 0 : 1;
  }
  if (name.empty() || values != 1) {
    throw Error(code::kValidation,
                "Setting '{}' of the device '{}' has {} values; give it a name and exactly one of `quantity`,"
                " `number`, `text` and `flag`.",
                name, device, values);
  }
  check_quantity(setting["quantity"], Measure::kAny, fmt::format("{}.{}", device, name));
}

}  // namespace

Json as_stored(const Json& input) {
  if (input.is_array()) {
    Json list = Json::array();
    for (const Json& item : input.items()) list.push_back(as_stored(item));
    return list;
  }
  if (input.is_object()) {
    Json object = Json::object();
    for (const auto& [name, value] : input.members()) object.set(base::snake_case(name), as_stored(value));
    return object;
  }
  if (input.is_number() && !std::isfinite(input.as_double().value_or(0))) {
    throw Error(code::kValidation, "{} is no measured number; leave the value out instead.", input.dump());
  }
  return input;
}

Json checked_microscope(const Json& input) {
  for (const std::string_view axis : {"x", "y", "z"}) {
    check_quantity(input["stage"][axis], Measure::kLength, fmt::format("stage.{}", axis));
  }
  check_quantity(input["temperature"], Measure::kTemperature, "temperature");
  const Json& devices = input["devices"];
  for (const Json& device : devices.is_array() ? devices.items() : Json::Array()) {
    const std::string& label = device["label"].as_string();
    if (label.empty())
      throw Error(code::kValidation, std::string("Every device of a microscope has a `label`."));
    const Json& settings = device["settings"];
    if (!settings.is_array()) continue;
    for (const Json& setting : settings.items()) check_setting(setting, label);
  }
  Json state = as_stored(input);
  if (!state["devices"].is_array()) state.set("devices", Json::array());
  return state;
}

}  // namespace mikro
