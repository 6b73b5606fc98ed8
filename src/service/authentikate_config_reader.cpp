#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/log.h"
#include "service/authentikate_config.h"

namespace service {
namespace {

using base::Config;
using base::Json;

std::string required_text(const Config& block, std::string_view key) {
  const std::optional<std::string> value = block.text(key);
  if (!value || value->empty()) block.fail(key, "is needed here.");
  return *value;
}

/// Runs `make`, telling what it throws as a problem of `key`, with its place.
auto at_key(const Config& block, std::string_view key, const auto& make) {
  try {
    return make();
  } catch (const base::Error& error) {
    block.fail(key, error.message());
  }
}

std::chrono::milliseconds milliseconds(const Config& block, std::string_view key, double fallback_seconds) {
  const double seconds = block.number(key, fallback_seconds);
  if (!(seconds > 0 && seconds <= 3600)) block.fail(key, "must be more than 0 and at most 3600 seconds.");
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::chrono::seconds seconds(const Config& block, std::string_view key, std::int64_t fallback) {
  const std::int64_t value = block.integer(key, fallback);
  if (value < 0) block.fail(key, "must not be negative.");
  return std::chrono::seconds(value);
}

std::string file_text(const Config& block, std::string_view key) {
  const std::string path = required_text(block, key);
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) block.fail(key, fmt::format("the file `{}` cannot be read.", path));
  return text;
}

/// The members of a JWK that say something about verifying; what else stands
/// there (certificates) is left alone.
Json jwk_from(const Config& block) {
  Json jwk = Json::object();
  for (const std::string& member : block.keys()) {
    if (member == "key_ops") {
      const std::vector<std::string> operations = block.texts(member);
      jwk.set(member, Json::Array(operations.begin(), operations.end()));
    } else if (member.starts_with("x5") || member.find('.') != std::string::npos) {
      block.ignore(member);
    } else {
      jwk.set(member, block.text(member, ""));
    }
  }
  return jwk;
}

jose::KeySet keys_from_dict(const Config& issuer) {
  Json keys = Json::array();
  for (const Config& jwk : issuer.list("jwks.keys")) keys.push_back(jwk_from(jwk));
  if (keys.items().empty()) issuer.fail("jwks", "needs a list `keys` with a key.");
  return at_key(issuer, "jwks", [&] { return jose::KeySet::from_json(Json::object({{"keys", keys}})); });
}

jose::KeySet single_key(const Config& issuer, std::string_view key, const std::string& pem) {
  const std::string kid = issuer.text("kid", issuer.text("key_id", "1"));
  return at_key(issuer, key, [&] { return jose::KeySet({jose::Key::from_pem(pem, kid)}); });
}

IssuerConfig issuer_from(const Config& block) {
  IssuerConfig issuer;
  issuer.iss = required_text(block, "iss");
  const std::string kind = required_text(block, "kind");
  if (kind == "jwks_dict") {
    issuer.keys = keys_from_dict(block);
  } else if (kind == "rsa") {
    issuer.keys = single_key(block, "public_key", required_text(block, "public_key"));
  } else if (kind == "rsa_file") {
    issuer.keys = single_key(block, "public_key_pem_file", file_text(block, "public_key_pem_file"));
  } else if (kind == "jwks_uri") {
    issuer.keys = KeyUri{.uri = required_text(block, "jwks_uri"),
                         .min_refresh_interval = seconds(block, "min_refresh_interval", 10),
                         .request_timeout = milliseconds(block, "request_timeout", 5)};
  } else {
    block.fail("kind", fmt::format("`{}` is none of jwks_uri, jwks_dict, rsa, rsa_file.", kind));
  }
  issuer.revocation_uri = block.text("revocation_uri", "");
  issuer.revocation_refresh_interval = seconds(block, "revocation_refresh_interval", 60);
  issuer.revocation_request_timeout = milliseconds(block, "revocation_request_timeout", 5);
  return issuer;
}

Json static_claims_from(const Config& block) {
  Json claims = Json::object();
  for (const std::string& claim : block.keys()) {
    if (claim == "aud" || claim == "roles") {
      const std::vector<std::string> texts = block.texts(claim);
      claims.set(claim, Json::Array(texts.begin(), texts.end()));
    } else if (claim == "exp" || claim == "iat") {
      claims.set(claim, block.number(claim, 0));
    } else if (claim == "email_verified") {
      claims.set(claim, block.flag(claim, false));
    } else if (claim == "collabs") {
      claims.set(claim, Json::object());  // enough to make it a guest's
      block.ignore(claim);
    } else if (block.has(claim)) {
      claims.set(claim, block.text(claim, ""));
    }
  }
  return claims;
}

std::optional<ProvenanceConfig> provenance_from(const Config& block) {
  ProvenanceConfig provenance;
  if (block.has("provenance_header")) provenance.headers = block.texts("provenance_header");
  if (!block.has("provenance")) return std::nullopt;
  const Config own = block.section("provenance");
  provenance.audience = required_text(own, "audience");
  if (own.has("algorithms")) provenance.algorithms = own.texts("algorithms");
  for (const Config& issuer : own.list("issuers")) provenance.issuers.push_back(issuer_from(issuer));
  return provenance;
}

AuthentikateConfig::ScopedTokens scoped_tokens_from(const Config& block) {
  const std::string mode = block.text("scoped_tokens", "auto");
  if (mode == "auto") return AuthentikateConfig::ScopedTokens::kAuto;
  if (mode == "reject") return AuthentikateConfig::ScopedTokens::kReject;
  if (mode == "self") return AuthentikateConfig::ScopedTokens::kSelf;
  block.fail("scoped_tokens", fmt::format("`{}` is none of auto, reject, self.", mode));
}

}  // namespace

AuthentikateConfig AuthentikateConfig::from_config(const Config& block, bool debug) {
  AuthentikateConfig config;
  config.audience = required_text(block, "audience");
  config.hub = block.text("hub");
  if (block.has("algorithms")) config.algorithms = block.texts("algorithms");
  if (block.has("allowed_organizations")) config.allowed_organizations = block.texts("allowed_organizations");
  config.scoped_tokens = scoped_tokens_from(block);
  if (block.has("authorization_headers")) config.authorization_headers = block.texts("authorization_headers");
  const Config fixed = block.section("static_tokens");
  for (const std::string& token : fixed.keys()) {
    if (token.find('.') != std::string::npos)
      block.fail("static_tokens", "a token here must not contain dots.");
    config.static_tokens.emplace(token, static_claims_from(fixed.section(token)));
  }
  config.allow_static_tokens = block.flag("allow_static_tokens_in_production", false) || debug;
  for (const Config& issuer : block.list("issuers")) config.issuers.push_back(issuer_from(issuer));
  config.provenance = provenance_from(block);
  config.check();
  return config;
}

}  // namespace service
