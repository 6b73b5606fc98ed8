// `requires` and `provides` against an object's descriptors, here and in SQL.
#include <algorithm>

#include "services/rekuest/matching.h"

namespace rekuest {

using base::Json;

namespace {

bool is_in(const Json& value, const Json& list) {
  return list.is_array() && std::find(list.items().begin(), list.items().end(), value) != list.items().end();
}

bool holds(const std::string& name, const Json& actual, const Json& wanted) {
  if (name == "EXISTS") return wanted != Json(false);
  if (name == "EQUALS" || name == "MATCHES") return actual == wanted;
  if (name == "NOT_EQUALS") return actual != wanted;
  if (name == "IN") return is_in(actual, wanted);
  if (name == "NOT_IN") return wanted.is_array() && !is_in(actual, wanted);
  if (name == "CONTAINS") return is_in(wanted, actual);
  if (!actual.is_number() || !wanted.is_number()) return false;
  const auto left = actual.as_double();
  const auto right = wanted.as_double();
  if (!left || !right) return false;
  return name == "GTE" ? *left >= *right : name == "LTE" && *left <= *right;
}

Json canonical(const Json& value) {
  if (value.is_number()) {
    if (const auto whole = value.as_int64()) return Json(*whole);
    return value;
  }
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& item : value.items()) list.push_back(canonical(item));
    return list;
  }
  if (value.is_object()) {
    Json object = Json::object();
    for (const auto& [key, member] : value.members()) object.set(key, canonical(member));
    return object;
  }
  return value;
}

}  // namespace

bool meets_constraints(const Json& constraints, const Json& descriptors) {
  if (!constraints.is_array()) return true;
  return std::all_of(constraints.items().begin(), constraints.items().end(), [&](const Json& constraint) {
    const Json* actual = descriptors.find(constraint["key"].as_string());
    return actual == nullptr || holds(constraint["operator"].as_string(), *actual, constraint["value"]);
  });
}

std::string canonical_json(const Json& value) {
  return base::dump_like_python(canonical(value), {.spaces = false, .ascii_only = false});
}

}  // namespace rekuest
