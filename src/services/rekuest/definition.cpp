#include "services/rekuest/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "base/error.h"
#include "jose/jose.h"
#include "services/rekuest/definition_check.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

std::string python_sha256(const Json& value) {
  return jose::sha256_hex(base::dump_like_python(value, {.spaces = true, .ascii_only = true}));
}

using EachPort = std::function<void(const Json& port)>;

void for_each_port(const Json& ports, const EachPort& each) {
  if (!ports.is_array()) return;
  for (const Json& port : ports.items()) {
    each(port);
    for_each_port(port["children"], each);
  }
}

bool holds_memory(const Json& ports) {
  bool found = false;
  for_each_port(ports, [&found](const Json& port) { found |= port["kind"] == Json("MEMORY_STRUCTURE"); });
  return found;
}

template <class Name>
void require_unique(const Json& list, const std::string& path, Name name_of) {
  if (!list.is_array()) return;
  std::set<std::string> seen;
  for (const Json& item : list.items()) {
    const std::string name = name_of(item);
    if (!seen.insert(name).second) throw Error(code::kValidation, "{}: `{}` is declared twice.", path, name);
  }
}

void check_locks(const Json& agent) {
  std::set<std::string> declared;
  if (agent["locks"].is_array()) {
    for (const Json& lock : agent["locks"].items()) declared.insert(lock["key"].as_string());
  }
  std::size_t position = 0;
  for (const Json& implementation : agent["implementations"].items()) {
    const std::string path = fmt::format("declaration.implementations[{}].locks", position++);
    if (implementation["locks"].is_null()) continue;
    for (const Json& lock : implementation["locks"].items()) {
      if (declared.contains(lock.as_string())) continue;
      throw Error(code::kValidation, "{}: `{}` is not among the agent's locks.", path, lock.as_string());
    }
  }
}

void finish_definition(Json& definition, const std::string& path) {
  check_definition(definition, path);
  if (definition["pure"].as_bool()) definition.set("idempotent", true);
}

void finish_implementation(Json& implementation, const std::string& path) {
  Json& definition = *implementation.find("definition");
  finish_definition(definition, path + ".definition");
  if (definition["pure"].as_bool() && implementation["effects"] == Json("IRREVERSIBLE")) {
    throw Error(code::kValidation, "{}: a pure action has no irreversible effects.", path);
  }
  if (implementation["interface"].is_null()) implementation.set("interface", definition["name"]);
  check_agent_dependencies(implementation["dependencies"], path + ".dependencies");
  if (!implementation["optimistics"].is_array()) return;
  for (const Json& optimistic : implementation["optimistics"].items()) {
    if (optimistic["path"].is_null() || optimistic["path_call"].is_null()) continue;
    throw Error(code::kValidation, "{}.optimistics: has `path` or `path_call`, not both.", path);
  }
}

}  // namespace

Json complete_definition(const Shapes& shapes, const Json& declared, const std::string& path) {
  Json definition = shapes.complete("DefinitionInput", declared, path);
  finish_definition(definition, path);
  return definition;
}

Json complete_agent(const Shapes& shapes, const Json& declared) {
  Json agent = shapes.complete("ImplementAgentInput", declared, "declaration");
  if (Json* implementations = agent.find("implementations"); implementations->is_array()) {
    for (std::size_t i = 0; i < implementations->items().size(); ++i) {
      finish_implementation(implementations->items()[i], fmt::format("declaration.implementations[{}]", i));
    }
    require_unique(*implementations, "implementations",
                   [](const Json& item) { return item["interface"].as_string(); });
    check_locks(agent);
  }
  if (agent["states"].is_array()) {
    std::size_t position = 0;
    for (const Json& state : agent["states"].items()) {
      check_state_ports(state["definition"]["ports"],
                        fmt::format("declaration.states[{}].definition.ports", position++));
    }
    require_unique(agent["states"], "states", [](const Json& item) { return item["interface"].as_string(); });
  }
  require_unique(agent["locks"], "locks", [](const Json& item) { return item["key"].as_string(); });
  require_unique(agent["assets"], "assets", [](const Json& item) { return item["name"].as_string(); });
  return agent;
}

Json declaration_of_frame(const Json& frame) {
  constexpr std::array kMembers{"name",   "description", "hash",  "implementations",
                                "states", "locks",       "bloks", "assets"};
  Json declaration = Json::object();
  for (const char* member : kMembers) {
    if (const Json* value = frame.find(member)) declaration.set(member, *value);
  }
  return declaration;
}

std::string action_hash(const Json& definition) {
  constexpr std::array kHashed{"name",     "description", "args",        "returns",
                               "stateful", "is_test_for", "collections", "key",
                               "version",  "kind",        "port_groups"};
  Json hashed = Json::object();
  for (const char* member : kHashed) hashed.set(member, definition[member]);
  return python_sha256(hashed);
}

std::string state_hash(const Json& state_definition) {
  return python_sha256(Json::object({{"ports", state_definition["ports"]}}));
}

std::string_view action_scope(const Json& definition) {
  const bool takes_memory = holds_memory(definition["args"]);
  const bool returns_memory = holds_memory(definition["returns"]);
  if (takes_memory && returns_memory) return "LOCAL";
  if (takes_memory) return "BRIDGE_LOCAL_TO_GLOBAL";
  return returns_memory ? "BRIDGE_GLOBAL_TO_LOCAL" : "GLOBAL";
}

std::vector<std::string> action_protocols(const Json& definition) {
  std::set<std::string> protocols;
  for (const Json& hint : definition["protocols"].items()) protocols.insert(hint.as_string());
  const Json::Array& args = definition["args"].items();
  const Json::Array& returns = definition["returns"].items();
  if (returns.size() == 1 && returns[0]["kind"] == Json("BOOL")) protocols.insert("predicate");
  if (args.size() == 1 && args[0]["identifier"] == Json("@rekuest/taskevent")) protocols.insert("hook");
  if (args.size() == 1 && args[0]["identifier"] == Json("@lok/room")) protocols.insert("agent");
  return {protocols.begin(), protocols.end()};
}

std::vector<std::string> structure_packages(const Json& definition) {
  std::vector<std::string> packages;
  const EachPort add = [&packages](const Json& port) {
    if (port["kind"] != Json("STRUCTURE") || !port["identifier"].is_string()) return;
    const std::string& identifier = port["identifier"].as_string();
    const std::size_t slash = identifier.find('/');
    if (!identifier.starts_with('@') || slash == std::string::npos) return;
    std::string package = identifier.substr(1, slash - 1);
    if (std::find(packages.begin(), packages.end(), package) == packages.end())
      packages.push_back(std::move(package));
  };
  for_each_port(definition["args"], add);
  for_each_port(definition["returns"], add);
  return packages;
}

}  // namespace rekuest
