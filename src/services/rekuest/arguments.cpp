#include "services/rekuest/arguments.h"

#include "jose/jose.h"

namespace rekuest {

using base::Json;

namespace {

/// The id of a structure value: `{"__identifier", "object"}`, or the id alone.
/// Empty if it has none.
std::string object_of(const Json& value) {
  const Json& object = value.is_object() ? value["object"] : value;
  if (object.is_string()) return object.as_string();
  return object.is_number() ? object.number_text() : std::string();
}

}  // namespace

std::string arguments_hash(const Json& arguments) {
  if (arguments.is_null()) return arguments_hash(Json::object());
  return jose::sha256_hex(base::dump_like_python(arguments, {.spaces = false, .ascii_only = false}));
}

std::vector<std::string> acted_on(const Json& arg_ports, const Json& arguments) {
  std::vector<std::string> objects;
  for (const Json& port : arg_ports.items()) {
    if (port["kind"] != Json("STRUCTURE") || !port["identifier"].is_string()) continue;
    const std::string object = object_of(arguments[port["key"].as_string()]);
    if (!object.empty()) objects.push_back(port["identifier"].as_string() + ":" + object);
  }
  return objects;
}

}  // namespace rekuest
