#include "services/mikro/anchors/light_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "services/mikro/anchors/microscope.h"
#include "services/mikro/anchors/quantity.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

/// What an element of a kind has beside what all have, by the names of the input's members.
struct Kind {
  std::vector<std::string_view> members;
  std::vector<std::string_view> needed;
};

const std::map<std::string_view, Kind>& kinds() {
  static const std::map<std::string_view, Kind> kKinds{
      {"LASER",
       {{"nominalWavelength", "power", "channel", "laserMedium", "pulseKind", "repetitionRate",
         "hasPockelsCell", "hasQSwitch"},
        {"nominalWavelength"}}},
      {"PINHOLE", {{"diameter"}, {}}},
      {"LAMP", {{"channel", "lampType"}, {}}},
      {"OTHER_SOURCE", {{"channel", "lampType"}, {}}},
      {"DETECTOR", {{"nepdWPerSqrtHz", "amplifierGainDb", "gain"}, {}}},
      {"CCD", {{"pixelSize", "resolution"}, {}}},
      {"MIRROR", {{"angleDeg", "bandMin", "bandMax"}, {}}},
      {"BEAM_SPLITTER", {{"rFraction", "tFraction", "bandMin", "bandMax"}, {}}},
      {"LENS", {{"focalLength"}, {"focalLength"}}},
      {"OBJECTIVE",
       {{"magnification", "numericalAperture", "brand", "workingDistance", "immersionMedium", "iris"}, {}}},
      {"FILTER", {{"description", "filterKind", "transmittance"}, {}}},
      {"POLARIZER", {{"angleDeg", "extinctionRatio"}, {}}},
      {"WAVEPLATE", {{"angleDeg", "retardance", "designWavelength"}, {}}},
      {"APERTURE", {{"diameter"}, {}}},
      {"SHUTTER", {{"isOpen", "shutterType", "gain"}, {}}},
      {"SAMPLE", {{}, {}}},
      {"OTHER", {{"description"}, {}}},
  };
  return kKinds;
}

constexpr std::string_view kOfAll[] = {"id",    "label",        "kind",  "pose",
                                       "ports", "manufacturer", "model", "serialNumber"};
constexpr std::pair<std::string_view, Measure> kQuantities[] = {
    {"nominalWavelength", Measure::kLength}, {"power", Measure::kPower},
    {"repetitionRate", Measure::kFrequency}, {"pixelSize", Measure::kLength},
    {"diameter", Measure::kLength},          {"bandMin", Measure::kLength},
    {"bandMax", Measure::kLength},           {"focalLength", Measure::kLength},
    {"workingDistance", Measure::kLength},   {"designWavelength", Measure::kLength},
};

template <class List>
bool has(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

const std::string& text_of(const Json& value) {
  static const std::string kNone;
  return value.is_string() ? value.as_string() : kNone;
}

/// Ports by `element port`, with their roles.
using Ports = std::map<std::pair<std::string, std::string>, std::string>;

Json checked_ports(const Json& ports, const std::string& element, const std::string& label, Ports& known) {
  Json list = Json::array();
  if (!ports.is_array()) return list;
  for (const Json& port : ports.items()) {
    const std::string& id = text_of(port["id"]);
    if (!known.emplace(std::pair(element, id), text_of(port["role"])).second) {
      throw Error(code::kValidation, "The element '{}' has two ports with the id '{}'.", label, id);
    }
    for (const std::string_view side : {"min", "max"}) {
      check_quantity(port["spectrum"][side], Measure::kLength,
                     fmt::format("{}.ports.spectrum.{}", label, side));
    }
    list.push_back(as_stored(port));
  }
  return list;
}

// Both ends or none: a band that is open on one side cannot be told to clients.
Json band_of(const Json& element, const std::string& label) {
  const Json& min = element["bandMin"];
  const Json& max = element["bandMax"];
  if (min.is_null() != max.is_null()) {
    throw Error(code::kValidation, "The band of the element '{}' needs both `bandMin` and `bandMax`.", label);
  }
  return min.is_null() ? Json() : Json::object({{"min", min}, {"max", max}});
}

Json checked_element(const Json& element, Ports& ports, std::set<std::string>& ids) {
  const std::string& label = text_of(element["label"]);
  const std::string& kind_name = text_of(element["kind"]);
  const Kind& kind = kinds().at(kind_name);
  for (const auto& [name, value] : element.members()) {
    if (value.is_null() || has(kOfAll, name) || has(kind.members, name)) continue;
    throw Error(code::kValidation, "The element '{}' has `{}`, which no {} has.", label, name, kind_name);
  }
  for (const std::string_view name : kind.needed) {
    if (!element[name].is_null()) continue;
    throw Error(code::kValidation, "The element '{}' is a {} and needs `{}`.", label, kind_name, name);
  }
  for (const auto& [name, measure] : kQuantities)
    check_quantity(element[name], measure, fmt::format("{}.{}", label, name));
  const std::string id = element["id"].is_null() ? base::uuid4() : text_of(element["id"]);
  if (!ids.insert(id).second) throw Error(code::kValidation, "Two elements have the id '{}'.", id);
  Json stored = as_stored(element);
  stored.set("id", id);
  stored.set("ports", checked_ports(element["ports"], id, label, ports));
  if (has(kind.members, "bandMin")) stored.set("band", band_of(element, label));
  if (kind_name == "BEAM_SPLITTER") {
    // What is not reflected passes.
    const auto r = element["rFraction"].as_double();
    const auto t = element["tFraction"].as_double();
    stored.set("r_fraction", r.value_or(t ? 1 - *t : 0.5));
    stored.set("t_fraction", t.value_or(r ? 1 - *r : 0.5));
  }
  return stored;
}

void check_end(const Json& edge, std::string_view end, std::string_view role, const Ports& ports) {
  const std::string& element = text_of(edge[fmt::format("{}ElementId", end)]);
  const std::string& port = text_of(edge[fmt::format("{}PortId", end)]);
  const auto found = ports.find({element, port});
  if (found != ports.end() && found->second == role) return;
  throw Error(code::kValidation,
              "The edge '{}' has its {} at the port '{}' of the element '{}', which has no {} port of"
              " that id.",
              text_of(edge["id"]), end, port, element, role);
}

Json checked_edge(const Json& edge, const Ports& ports, std::set<std::string>& ids) {
  const std::string& id = text_of(edge["id"]);
  if (!ids.insert(id).second) throw Error(code::kValidation, "Two edges have the id '{}'.", id);
  check_end(edge, "source", "OUTPUT", ports);
  check_end(edge, "target", "INPUT", ports);
  check_quantity(edge["pathLength"], Measure::kLength, id + ".pathLength");
  check_quantity(edge["beam"]["wavelength"], Measure::kLength, id + ".beam.wavelength");
  check_quantity(edge["beam"]["power"], Measure::kPower, id + ".beam.power");
  return as_stored(edge);
}

}  // namespace

Json checked_light_path(const Json& input) {
  Ports ports;
  std::set<std::string> element_ids, edge_ids;
  Json elements = Json::array();
  for (const Json& element : input["elements"].items()) {
    elements.push_back(checked_element(element, ports, element_ids));
  }
  Json edges = Json::array();
  for (const Json& edge : input["edges"].items()) edges.push_back(checked_edge(edge, ports, edge_ids));
  return Json::object({{"elements", std::move(elements)}, {"edges", std::move(edges)}});
}

}  // namespace mikro
