#include "services/rekuest/definition_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "services/rekuest/definition_call.h"
#include "services/rekuest/definition_units.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::string_view kItemKey = "...";
constexpr std::string_view kPathSeparator = "..";

/// Where we are, and the ports that dependencies are resolved from.
struct Place {
  std::string path;
  const std::vector<const Json::Array*>& roots;

  Place below(std::string_view member) const { return {fmt::format("{}.{}", path, member), roots}; }
  Place at(std::size_t position) const { return {fmt::format("{}[{}]", path, position), roots}; }
  [[noreturn]] void refuse(std::string_view problem) const {
    throw Error(code::kValidation, "{}: {}", path, problem);
  }
};

template <class Check>
void for_each(const Json& list, const Place& place, Check check) {
  if (!list.is_array()) return;
  for (std::size_t i = 0; i < list.items().size(); ++i) check(list.items()[i], place.at(i));
}

bool resolves(std::string_view path, const std::vector<const Json::Array*>& roots) {
  std::vector<const Json::Array*> candidates = roots;
  while (true) {
    const std::size_t end = path.find(kPathSeparator);
    const std::string_view segment = path.substr(0, end);
    const Json* match = nullptr;
    for (const Json::Array* ports : candidates) {
      for (const Json& port : *ports) {
        if (match == nullptr && port["key"].as_string() == segment) match = &port;
      }
    }
    if (match == nullptr) return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + kPathSeparator.size());
    candidates.clear();
    if ((*match)["children"].is_array()) candidates.push_back(&(*match)["children"].items());
  }
}

void check_dependencies(const Json& dependencies, const Place& place) {
  for_each(dependencies, place, [](const Json& dependency, const Place& here) {
    if (!resolves(dependency.as_string(), here.roots)) here.refuse("names no port.");
  });
}

void check_pure(const Json& owner, const Place& place) {
  check_pure_call(owner["call"], owner["dependencies"], place.path + ".call");
  check_dependencies(owner["dependencies"], place.below("dependencies"));
}

void check_widget(const Json& widget, const Place& place) {
  if (widget.is_null()) return;
  const std::string& kind = widget["kind"].as_string();
  if (kind == "SLIDER") {
    const auto min = widget["min"].is_null() ? std::nullopt : widget["min"].as_double();
    const auto max = widget["max"].is_null() ? std::nullopt : widget["max"].as_double();
    if (!min || !max) place.refuse("a slider needs `min` and `max`.");
    if (*max < *min) place.refuse("`max` is less than `min`.");
    if (!widget["step"].is_null() && widget["step"].as_double() <= 0) place.refuse("`step` must be above 0.");
  } else if (kind == "STATE_CHOICE") {
    if (widget["state_path"].is_null() == widget["state_call"].is_null()) {
      place.refuse("needs either `state_path` or `state_call`.");
    }
    for_each(widget["state_accessors"], place.below("state_accessors"),
             [](const Json& accessor, const Place& here) {
               if (!accessor["path"].is_null() && !accessor["call"].is_null())
                 here.refuse("has `path` or `call`, not both.");
             });
  } else if (kind == "SEARCH") {
    check_dependencies(widget["dependencies"], place.below("dependencies"));
  } else if (kind == "CUSTOM" && !widget["fallback"].is_null()) {
    check_widget(widget["fallback"], place.below("fallback"));
  }
}

void check_constraint(const Json& constraint, const Place& place) {
  const std::string& name = constraint["operator"].as_string();
  const Json& value = constraint["value"];
  if (constraint["key"].as_string().empty()) place.refuse("needs a key.");
  if ((name == "IN" || name == "NOT_IN") && !value.is_array()) place.refuse(name + " needs a list.");
  if ((name == "LTE" || name == "GTE") && !value.is_number()) place.refuse(name + " needs a number.");
  if (name == "EXISTS" && !value.is_null() && !value.is_bool())
    place.refuse("EXISTS needs true, false or nothing.");
}

void check_quantity(const Json& port, const Place& place) {
  const Json& unit = port["reference_unit"];
  if (port["kind"] != Json("QUANTITY")) {
    for (const char* member : {"reference_unit", "proposed_units", "dimension"}) {
      if (!port[member].is_null()) place.below(member).refuse("only a QUANTITY has one.");
    }
    return;
  }
  if (unit.is_null() || unit.as_string().empty()) place.refuse("a QUANTITY needs a `reference_unit`.");
  const auto dimension = dimension_of_unit(unit.as_string());
  if (!dimension)
    place.below("reference_unit").refuse(fmt::format("`{}` is no unit we know.", unit.as_string()));
  if (!port["dimension"].is_null() && canonical_dimension(port["dimension"].as_string()) != dimension) {
    place.below("dimension").refuse(fmt::format("{} measures {}.", unit.as_string(), *dimension));
  }
  for_each(port["proposed_units"], place.below("proposed_units"),
           [&](const Json& proposed, const Place& here) {
             if (dimension_of_unit(proposed.as_string()) != dimension) {
               here.refuse(fmt::format("`{}` does not measure {}.", proposed.as_string(), *dimension));
             }
           });
}

void check_ports(const Json& ports, const Place& place);

void check_kind(const Json& port, const Place& place) {
  const std::string& kind = port["kind"].as_string();
  const Json& children = port["children"];
  const std::size_t count = children.is_array() ? children.items().size() : 0;
  const bool identified = !port["identifier"].is_null();
  const bool is_structure = kind == "STRUCTURE" || kind == "MEMORY_STRUCTURE" || kind == "INTERFACE";
  if (is_structure && !identified) place.refuse(fmt::format("a {} needs an `identifier`.", kind));
  if (kind == "LIST" && count != 1) place.refuse("a LIST has exactly one child, the type of its items.");
  if (kind == "MODEL" && count == 0) place.refuse("a MODEL needs children.");
  if (kind == "UNION" && count < 2) place.refuse("a UNION needs two children or more.");
  if (kind == "ENUM" && (!port["choices"].is_array() || port["choices"].items().empty())) {
    place.refuse("an ENUM needs choices.");
  }
  if (kind == "DICT") {
    if (count == 0) place.refuse("a DICT needs children.");
    const auto is_item = [](const Json& child) { return child["key"].as_string() == kItemKey; };
    if (count > 1 && std::any_of(children.items().begin(), children.items().end(), is_item)) {
      place.refuse("a DICT has one child `...` or named ones, not both.");
    }
  }
}

void check_port(const Json& port, const Place& place) {
  check_kind(port, place);
  check_quantity(port, place);
  check_widget(port["widget"], place.below("widget"));
  for_each(port["validators"], place.below("validators"), check_pure);
  for_each(port["effects"], place.below("effects"), check_pure);
  for_each(port["requires"], place.below("requires"), check_constraint);
  for_each(port["provides"], place.below("provides"), check_constraint);
  check_ports(port["children"], place.below("children"));
}

void check_ports(const Json& ports, const Place& place) {
  std::set<std::string_view> keys;
  for_each(ports, place, [&keys](const Json& port, const Place& here) {
    const std::string& key = port["key"].as_string();
    if (key.empty()) here.refuse("needs a key.");
    if (key != kItemKey && key.find(kPathSeparator) != std::string::npos)
      here.refuse("a key has no `..` in it.");
    if (!keys.insert(key).second) here.refuse(fmt::format("another port is called `{}`.", key));
    check_port(port, here);
  });
}

void check_protocol_hints(const Json& protocols, const Place& place) {
  constexpr std::size_t kLongest = 1000;
  std::set<std::string_view> seen;
  for_each(protocols, place, [&seen](const Json& protocol, const Place& here) {
    const std::string& name = protocol.as_string();
    if (name.empty() || name.size() > kLongest || name.find_first_of(" \t\r\n\f\v") != std::string::npos) {
      here.refuse("a protocol is one word of at most 1000 characters.");
    }
    if (!seen.insert(name).second) here.refuse(fmt::format("`{}` is given twice.", name));
  });
}

}  // namespace

void check_definition(const Json& definition, const std::string& path) {
  const std::vector<const Json::Array*> roots{&definition["args"].items(), &definition["returns"].items()};
  const Place place{path, roots};
  if (definition["pure"].as_bool() && definition["stateful"].as_bool())
    place.refuse("is pure or stateful, not both.");
  check_ports(definition["args"], place.below("args"));
  check_ports(definition["returns"], place.below("returns"));
  for_each(definition["port_groups"], place.below("port_groups"), [](const Json& group, const Place& here) {
    for_each(group["effects"], here.below("effects"), check_pure);
  });
  check_protocol_hints(definition["protocols"], place.below("protocols"));
}

void check_state_ports(const Json& ports, const std::string& path) {
  const std::vector<const Json::Array*> roots{&ports.items()};
  check_ports(ports, Place{path, roots});
}

void check_agent_dependencies(const Json& dependencies, const std::string& path) {
  std::set<std::string_view> keys;
  const std::vector<const Json::Array*> no_ports;
  for_each(dependencies, Place{path, no_ports}, [&keys](const Json& dependency, const Place& here) {
    if (!keys.insert(dependency["key"].as_string()).second) here.refuse("another dependency has this key.");
    const Json& least = dependency["min_viable_instances"];
    const Json& most = dependency["max_viable_instances"];
    if (!least.is_null() && !most.is_null() && *least.as_int64() > *most.as_int64()) {
      here.refuse("`min_viable_instances` is above `max_viable_instances`.");
    }
  });
}

}  // namespace rekuest
