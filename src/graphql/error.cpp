#include "graphql/error.h"

#include "base/log.h"

namespace graphql {
namespace {

base::Json extensions_of(const base::Error& error) {
  base::Json extensions = base::Json::object();
  if (!error.reason().empty()) extensions.set("reason", error.reason());
  extensions.set("code", error.code());
  for (const auto& [key, values] : error.lists()) {
    base::Json list = base::Json::array();
    for (const std::string& value : values) list.push_back(value);
    extensions.set(key, std::move(list));
  }
  return extensions;
}

base::Json path_to_json(const std::vector<PathSegment>& path) {
  base::Json::Array segments;
  segments.reserve(path.size());
  for (const PathSegment& segment : path) {
    if (const auto* key = std::get_if<std::string>(&segment)) {
      segments.emplace_back(*key);
    } else {
      segments.emplace_back(static_cast<std::int64_t>(std::get<std::size_t>(segment)));
    }
  }
  return segments;
}

}  // namespace

ResponseError ResponseError::from(const std::exception& error) {
  ResponseError result;
  const auto* known = dynamic_cast<const base::Error*>(&error);
  if (known == nullptr) {
    base::log::error("graphql.unexpected_exception", {{"what", base::Json(error.what())}});
    result.message = "An internal error occurred.";
    result.extensions = base::Json::object({{"code", base::Json(base::code::kInternal)}});
    return result;
  }
  result.message = known->message();
  result.extensions = extensions_of(*known);
  if (const auto* syntax = dynamic_cast<const SyntaxError*>(&error))
    result.locations.push_back(syntax->location);
  return result;
}

base::Json ResponseError::to_json() const {
  base::Json json = base::Json::object({{"message", message}});
  if (!locations.empty()) {
    base::Json list = base::Json::array();
    for (const ast::Location& location : locations) {
      list.push_back(base::Json::object({{"line", static_cast<std::int64_t>(location.line)},
                                         {"column", static_cast<std::int64_t>(location.column)}}));
    }
    json.set("locations", std::move(list));
  }
  if (!path.empty()) json.set("path", path_to_json(path));
  if (extensions.is_object() && !extensions.members().empty()) json.set("extensions", extensions);
  return json;
}

}  // namespace graphql
