#include "services/lok/login/mandate.h"

#include <algorithm>

#include "jose/jose.h"
#include "services/lok/login/oauth_error.h"

namespace lok {
namespace {

using base::Json;

[[noreturn]] void refuse(std::string why) { throw oauth_error("invalid_grant", std::move(why)); }

void check_equal(const Json& pinned, const std::string& actual, std::string_view what) {
  if (pinned.is_null() || pinned.as_string() == actual) return;
  refuse(fmt::format("The key is for another {} than '{}'.", what, actual));
}

void check_scopes(const Json& pinned, const Manifest& manifest) {
  if (pinned.is_null()) return;
  for (const std::string& scope : manifest.scopes) {
    if (std::ranges::find(pinned.items(), Json(scope)) == pinned.items().end()) {
      refuse(fmt::format("The key does not cover the scope '{}'.", scope));
    }
  }
}

void check_requirements(const Json& pinned, const Manifest& manifest) {
  if (pinned.is_null()) return;
  for (const Requirement& requirement : manifest.requirements) {
    const auto covers = [&](const Json& pin) {
      return pin["key"] == Json(requirement.key) && pin["service"] == Json(requirement.service);
    };
    if (!std::ranges::any_of(pinned.items(), covers)) {
      refuse(fmt::format("The key does not cover the requirement '{}' ({}).", requirement.key,
                         requirement.service));
    }
  }
}

}  // namespace

std::string hash_key(std::string_view key) { return jose::sha256_hex(key); }

std::optional<Mandate> find_mandate(sql::Reader& reader, const std::string& key_hash) {
  const sql::Rows rows = reader.query(
      "select mandate.id, mandate.organization_id, mandate.hub_id, mandate.membership_id, mandate.grantor_id,"
      " mandate.subject, mandate.any_app, mandate.max_clients, mandate.expires_at, mandate.revoked_at,"
      " membership.blocked, user_account.active, organization.device_salt, mandate.last_used_at"
      " from mandate"
      " join membership on membership.id = mandate.membership_id"
      " join user_account on user_account.id = mandate.grantor_id"
      " join organization on organization.id = mandate.organization_id"
      " where mandate.key_hash = $1",
      {key_hash});
  if (rows.empty()) return std::nullopt;
  Mandate mandate;
  mandate.id = rows.integer(0, 0);
  mandate.organization = rows.integer(0, 1);
  mandate.hub = rows.integer(0, 2);
  mandate.membership = rows.integer(0, 3);
  mandate.grantor = rows.integer(0, 4);
  mandate.subject = Json::parse(rows.text(0, 5));
  mandate.any_app = rows.integer(0, 6) != 0;
  if (!rows.is_null(0, 7)) mandate.max_clients = rows.integer(0, 7);
  if (!rows.is_null(0, 8)) mandate.expires_at = rows.integer(0, 8);
  mandate.revoked = !rows.is_null(0, 9);
  mandate.grantor_blocked = rows.integer(0, 10) != 0 || rows.integer(0, 11) == 0;
  mandate.device_salt = rows.text(0, 12);
  if (!rows.is_null(0, 13)) mandate.last_used_at = rows.integer(0, 13);
  return mandate;
}

void check_live(const Mandate& mandate, std::int64_t now) {
  if (mandate.revoked) refuse("The key was revoked.");
  if (mandate.expires_at && *mandate.expires_at <= now) refuse("The key has expired.");
  if (mandate.grantor_blocked) refuse("The person the key acts for is blocked.");
}

void check_pin(const Mandate& mandate, const Manifest& manifest, const std::string& device) {
  check_equal(mandate.subject["identifier"], manifest.identifier, "app");
  check_equal(mandate.subject["version"], manifest.version, "version");
  const Json& pinned_device = mandate.subject["device_id"];
  if (!pinned_device.is_null() && pinned_device.as_string() != device)
    refuse("The key is for another device.");
  check_scopes(mandate.subject["scopes"], manifest);
  check_requirements(mandate.subject["requirements"], manifest);
}

bool takes_first_app(const Mandate& mandate) {
  return !mandate.any_app && mandate.subject["identifier"].is_null();
}

}  // namespace lok
