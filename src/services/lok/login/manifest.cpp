#include "services/lok/login/manifest.h"

#include <set>

#include "base/text.h"
#include "services/lok/login/oauth_error.h"

namespace lok {
namespace {

using base::Json;

constexpr std::size_t kMaxIdentifier = 255;

[[noreturn]] void wrong(std::string why) { throw oauth_error("invalid_request", std::move(why)); }

std::string checked(const Json& value, std::string_view what) {
  if (!value.is_string()) wrong(fmt::format("The manifest's '{}' is not a text.", what));
  if (base::contains_nul(value.as_string()))
    wrong(fmt::format("The manifest's '{}' has U+0000 in it.", what));
  return value.as_string();
}

std::string text(const Json& object, std::string_view key) {
  const Json& value = object[key];
  return value.is_null() ? "" : checked(value, key);
}

const Json::Array& list(const Json& object, std::string_view key) {
  static const Json::Array kNone;
  const Json& value = object[key];
  if (value.is_null()) return kNone;
  if (!value.is_array()) wrong(fmt::format("The manifest's '{}' is not a list.", key));
  return value.items();
}

void check_identifier(const std::string& identifier) {
  if (identifier.empty()) wrong("The manifest has no identifier.");
  if (identifier.size() > kMaxIdentifier) wrong("The manifest's identifier is longer than 255 characters.");
  if (identifier.find('/') != std::string::npos) wrong("The manifest's identifier contains a slash.");
}

std::vector<Requirement> read_requirements(const Json& document) {
  std::vector<Requirement> all;
  std::set<std::string> keys;
  for (const Json& item : list(document, "requirements")) {
    if (!item.is_object()) wrong("A requirement of the manifest is not an object.");
    Requirement requirement;
    requirement.key = text(item, "key");
    requirement.service = text(item, "service");
    requirement.optional = item["optional"].is_bool() && item["optional"].as_bool();
    requirement.description = text(item, "description");
    if (requirement.key.empty() || requirement.service.empty()) {
      wrong("A requirement of the manifest lacks its key or its service.");
    }
    if (!keys.insert(requirement.key).second) {
      wrong(fmt::format("The manifest has two requirements called '{}'.", requirement.key));
    }
    all.push_back(std::move(requirement));
  }
  return all;
}

}  // namespace

Manifest Manifest::parse(std::string_view json) {
  Json document;
  try {
    document = Json::parse(json);
  } catch (const base::Error& error) {
    wrong("The manifest is not JSON: " + error.message());
  }
  return read(std::move(document));
}

Manifest Manifest::read(Json document) {
  Manifest manifest;
  manifest.document = std::move(document);
  if (!manifest.document.is_object()) wrong("The manifest is not a JSON object.");
  manifest.identifier = text(manifest.document, "identifier");
  check_identifier(manifest.identifier);
  manifest.version = text(manifest.document, "version");
  if (manifest.version.empty()) wrong("The manifest has no version.");
  manifest.device_id = text(manifest.document, "device_id");
  if (manifest.device_id.empty()) manifest.device_id = text(manifest.document, "node_id");
  for (const Json& scope : list(manifest.document, "scopes")) {
    manifest.scopes.push_back(checked(scope, "scopes"));
  }
  manifest.requirements = read_requirements(manifest.document);
  for (const Json& source : list(manifest.document, "public_sources")) {
    if (source["kind"].is_string() && source["url"].is_string()) manifest.public_sources.push_back(source);
  }
  manifest.document.erase("device_id");
  manifest.document.erase("node_id");
  return manifest;
}

}  // namespace lok
