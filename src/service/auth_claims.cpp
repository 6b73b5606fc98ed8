#include "service/auth_claims.h"

#include <algorithm>
#include <cmath>

#include "service/auth_errors.h"

namespace service {
namespace {

using base::Json;
using Text = std::optional<std::string>;

[[noreturn]] void throw_malformed() { throw refusal(Refusal::kTokenMalformed); }

const std::string& required_text(const Json& payload, std::string_view claim) {
  const Json& value = payload[claim];
  if (!value.is_string()) throw_malformed();
  return value.as_string();
}

const std::string& required_id(const Json& payload, std::string_view claim) {
  const std::string& value = required_text(payload, claim);
  if (value.empty()) throw_malformed();
  return value;
}

Text optional_text(const Json& payload, std::string_view claim) {
  const Json& value = payload[claim];
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) throw_malformed();
  return value.as_string();
}

std::vector<std::string> texts(const Json& list) {
  if (!list.is_array()) throw_malformed();
  std::vector<std::string> all;
  for (const Json& item : list.items()) {
    if (!item.is_string()) throw_malformed();
    all.push_back(item.as_string());
  }
  return all;
}

double required_number(const Json& payload, std::string_view claim) {
  const Json& value = payload[claim];
  const std::optional<double> number = value.is_number() ? value.as_double() : std::nullopt;
  if (!number || !std::isfinite(*number)) throw_malformed();
  return *number;
}

/// Other issuers write the truth as text, too.
std::optional<bool> optional_flag(const Json& payload, std::string_view claim) {
  const Json& value = payload[claim];
  if (value.is_null()) return std::nullopt;
  if (value.is_bool()) return value.as_bool();
  if (value == Json("true")) return true;
  if (value == Json("false")) return false;
  throw_malformed();
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// `{instance: {collaboration: [role]}}`
bool is_guest(const Json& payload) {
  const Json& collabs = payload["collabs"];
  if (collabs.is_null()) return false;
  if (!collabs.is_object()) throw_malformed();
  for (const auto& [instance, collaborations] : collabs.members()) {
    if (!collaborations.is_object()) throw_malformed();
    for (const auto& [collaboration, roles] : collaborations.members()) texts(roles);
  }
  return true;
}

}  // namespace

Claims Claims::from_payload(const Json& payload) {
  Claims claims;
  claims.iss = required_id(payload, "iss");
  claims.sub = required_id(payload, "sub");
  const Json& audience = payload["aud"];
  claims.aud = audience.is_string() ? std::vector{audience.as_string()} : texts(audience);
  claims.exp = required_number(payload, "exp");
  required_number(payload, "iat");
  claims.jti = optional_text(payload, "jti");
  claims.client_id = required_id(payload, "client_id");
  claims.org = optional_text(payload, "org");
  claims.roles = texts(payload["roles"]);
  claims.scopes = words(required_text(payload, "scope"));
  claims.preferred_username = required_text(payload, "preferred_username");
  claims.name = optional_text(payload, "name");
  claims.given_name = optional_text(payload, "given_name");
  claims.family_name = optional_text(payload, "family_name");
  claims.nickname = optional_text(payload, "nickname");
  claims.email = optional_text(payload, "email");
  claims.picture = optional_text(payload, "picture");
  claims.locale = optional_text(payload, "locale");
  claims.zoneinfo = optional_text(payload, "zoneinfo");
  claims.email_verified = optional_flag(payload, "email_verified");
  claims.client_app = optional_text(payload, "client_app");
  claims.client_release = optional_text(payload, "client_release");
  claims.client_device = optional_text(payload, "client_device");
  claims.hub = optional_text(payload, "hub");
  claims.guest = is_guest(payload);
  return claims;
}

}  // namespace service
