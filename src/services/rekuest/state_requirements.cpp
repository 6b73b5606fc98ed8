#include "services/rekuest/state_requirements.h"

#include <map>
#include <span>
#include <string>

#include "base/error.h"
#include "services/rekuest/state_patch.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

bool has_path(const Json& ports, std::span<const std::string> path);

bool is_below(const Json& port, std::span<const std::string> path) {
  if (path.empty()) return true;
  const std::string& kind = port["kind"].as_string();
  const Json& children = port["children"];
  if (kind == "MODEL") return children.is_array() && has_path(children, path);
  if (kind == "LIST" || kind == "DICT") {
    // The one child stands for every element.
    return children.is_array() && !children.items().empty() &&
           is_below(children.items().front(), path.subspan(1));
  }
  // How these are written is the client's affair; everything else has nothing below it.
  return kind == "STRUCTURE" || kind == "MEMORY_STRUCTURE" || kind == "INTERFACE" || kind == "QUANTITY" ||
         kind == "UNION";
}

bool has_path(const Json& ports, std::span<const std::string> path) {
  if (path.empty()) return true;
  for (const Json& port : ports.items()) {
    if (port["key"].as_string() == path.front()) return is_below(port, path.subspan(1));
  }
  return false;
}

// A list that a caller or an agent sent.
std::string text_in(const Json& requirement, std::string_view member) {
  const Json& value = requirement[member];
  if (value.is_string()) return value.as_string();
  throw Error(code::kValidation, "`stateRequires`: each needs a `{}`.", member);
}

void expect_feature(const std::string& features) {
  const Json list = Json::parse(features);
  for (const Json& feature : list.items()) {
    if (feature == Json("state_requires")) return;
  }
  throw Error(code::kValidation,
              std::string("The agent does not check `stateRequires`. Update the app's client."));
}

}  // namespace

void check_state_requirements(sql::Reader& reader, std::int64_t agent, const std::string& features,
                              const std::string& requirements) {
  if (requirements == "[]") return;
  expect_feature(features);
  const sql::Rows rows = reader.query(
      "select s.interface, d.ports from state s join state_definition d on d.id = s.definition_id"
      " where s.agent_id = $1",
      {agent});
  std::map<std::string_view, std::size_t> states;
  for (std::size_t row = 0; row < rows.size(); ++row) states.emplace(rows.text(row, 0), row);
  const Json all = Json::parse(requirements);
  for (const Json& one : all.items()) {
    const std::string name = text_in(one, "state");
    const std::string pointer = text_in(one, "path");
    const auto state = states.find(name);
    if (state == states.end()) {
      throw Error(code::kValidation, "`stateRequires`: the agent has no state '{}'.", name);
    }
    const auto path = pointer_tokens(pointer);
    if (!path) {
      throw Error(code::kValidation,
                  "`stateRequires`: '{}' is no JSON pointer. Write the state's value as '' and what is in it "
                  "as '/key'.",
                  pointer);
    }
    if (!has_path(Json::parse(rows.text(state->second, 1)), *path)) {
      throw Error(code::kValidation, "`stateRequires`: the state '{}' declares nothing at '{}'.", name,
                  pointer);
    }
  }
}

}  // namespace rekuest
