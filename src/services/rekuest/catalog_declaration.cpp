#include "services/rekuest/catalog_declaration.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "services/rekuest/definition.h"

namespace rekuest {
namespace {

using base::Json;

std::optional<std::string> optional_text(const Json& value) {
  if (value.is_string()) return value.as_string();
  return std::nullopt;
}

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

DeclaredAction action_of(Json definition) {
  DeclaredAction action;
  action.id = {definition["key"].as_string(), definition["version"].as_string()};
  action.hash = action_hash(definition);
  action.scope = action_scope(definition);
  action.args = flatten_ports(definition["args"]);
  action.returns = flatten_ports(definition["returns"]);
  action.protocols = action_protocols(definition);
  action.definition = std::move(definition);
  return action;
}

DeclaredState state_of(Json declared) {
  DeclaredState state;
  state.interface = declared["interface"].as_string();
  state.hash = state_hash(declared["definition"]);
  state.ports = flatten_ports(declared["definition"]["ports"]);
  state.declared = std::move(declared);
  return state;
}

/// An agent offers an action once: whoever asks for it by its id must get one
/// answer.
void check_actions_differ(const std::vector<DeclaredImplementation>& implementations) {
  std::map<ActionKey, const std::string*> offered;
  for (const DeclaredImplementation& implementation : implementations) {
    const auto [it, is_new] = offered.emplace(implementation.action.id, &implementation.interface);
    if (is_new) continue;
    throw base::Error(base::code::kValidation,
                      "{}: `{}` declares the action `{}` (version {}), as `{}` does.", implementation.path,
                      implementation.interface, implementation.action.id.key,
                      implementation.action.id.version, *it->second);
  }
}

}  // namespace

Json warning(std::string_view code, std::string message, std::string path) {
  return Json::object(
      {{"level", "WARNING"}, {"code", code}, {"message", std::move(message)}, {"path", std::move(path)}});
}

DeclaredImplementation declared_implementation(Json complete, std::string path) {
  DeclaredImplementation implementation;
  implementation.interface = complete["interface"].as_string();
  implementation.path = std::move(path);
  implementation.action = action_of(std::move(*complete.find("definition")));
  complete.erase("definition");
  const std::vector<std::string> packages = structure_packages(implementation.action.definition);
  if (complete["provenance_audience"].is_array()) {
    implementation.provenance_audience = complete["provenance_audience"].dump();
  } else if (!packages.empty()) {
    implementation.provenance_audience = list_of(packages).dump();
  }
  implementation.declared = std::move(complete);
  return implementation;
}

Declaration Declaration::read(const Shapes& shapes, const Json& declared) {
  Json agent = complete_agent(shapes, declaration_of_frame(declared));
  Declaration declaration;
  declaration.name = optional_text(agent["name"]);
  declaration.description = optional_text(agent["description"]);
  declaration.hash = optional_text(agent["hash"]);
  if (Json* list = agent.find("implementations"); list->is_array()) {
    std::vector<DeclaredImplementation>& implementations = declaration.implementations.emplace();
    for (Json& implementation : list->items()) {
      std::string path = fmt::format("implementations[{}]", implementations.size());
      implementations.push_back(declared_implementation(std::move(implementation), std::move(path)));
    }
    check_actions_differ(implementations);
  }
  if (Json* list = agent.find("states"); list->is_array()) {
    std::vector<DeclaredState>& states = declaration.states.emplace();
    for (Json& state : list->items()) states.push_back(state_of(std::move(state)));
  }
  if (Json* list = agent.find("locks"); list->is_array()) declaration.locks = std::move(list->items());
  if (Json* list = agent.find("assets"); list->is_array()) declaration.assets = std::move(list->items());
  if (agent["bloks"].is_array()) {
    std::size_t position = 0;
    for (const Json& blok : agent["bloks"].items()) {
      declaration.diagnostics.push_back(warning(
          "not_supported",
          fmt::format("This server does not keep bloks yet; `{}` is left out.", blok["key"].as_string()),
          fmt::format("bloks[{}]", position++)));
    }
  }
  return declaration;
}

}  // namespace rekuest
