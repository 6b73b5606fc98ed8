#include "service/auth_verifier.h"

#include <algorithm>
#include <cmath>

#include "jose/jose.h"
#include "service/auth_errors.h"

namespace service {
namespace {

using base::Json;

/// How far another machine's clock may be ahead of ours.
constexpr double kLeewaySeconds = 60;

void require_valid(bool condition) {
  if (!condition) throw refusal(Refusal::kTokenInvalid);
}

/// A claim that is a moment. Absent or no number: nullopt.
std::optional<double> moment(const Json& value) {
  const std::optional<double> seconds = value.is_number() ? value.as_double() : std::nullopt;
  return seconds && std::isfinite(*seconds) ? seconds : std::nullopt;
}

double unix_seconds(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

const std::string& identifying_text(const Json& object, std::string_view member) {
  const Json& value = object[member];
  if (!value.is_string() || value.as_string().empty()) throw refusal(Refusal::kTokenMalformed);
  return value.as_string();
}

}  // namespace

struct TokenVerifier::Issuer {
  Issuer(const IssuerConfig& config, const Fetch& fetch, const Clock& clock)
      : iss(config.iss), keys(config, fetch, clock), revoked(config, fetch, clock) {}

  const std::string iss;
  IssuerKeys keys;
  RevocationList revoked;
};

TokenVerifier::TokenVerifier(AuthentikateConfig config, Fetch fetch, Clock clock)
    : config_(std::move(config)), clock_(std::move(clock)) {
  config_.check();
  for (const IssuerConfig& issuer : config_.issuers) {
    issuers_.push_back(std::make_unique<Issuer>(issuer, fetch, clock_));
  }
}

TokenVerifier::~TokenVerifier() = default;

TokenVerifier::Issuer* TokenVerifier::find_issuer(std::string_view iss) const {
  for (const auto& issuer : issuers_) {
    if (issuer->iss == iss) return issuer.get();
  }
  return nullptr;
}

Claims TokenVerifier::verify(std::string_view token) const {
  const auto fixed = config_.static_tokens.find(token);
  const Claims claims =
      fixed == config_.static_tokens.end() ? verify_signed(token) : static_claims(fixed->second);
  check_admission(claims);
  return claims;
}

Claims TokenVerifier::verify_signed(std::string_view token) const {
  const jose::Jws jws = jose::Jws::parse(token);
  const std::string& kid = identifying_text(jws.header, "kid");
  Issuer* issuer = find_issuer(identifying_text(jws.payload, "iss"));
  require_valid(issuer != nullptr);
  const Json& algorithm = jws.header["alg"];
  require_valid(algorithm.is_string() && contains(config_.algorithms, algorithm.as_string()));
  const std::optional<jose::Key> key = issuer->keys.find(kid);
  require_valid(key && key->verify(algorithm.as_string(), jws.signing_input, jws.signature));
  check_registered_claims(jws.payload);
  Claims claims = Claims::from_payload(jws.payload);
  check_still_valid(claims);
  return claims;
}

void TokenVerifier::check_registered_claims(const Json& payload) const {
  const std::optional<double> exp = moment(payload["exp"]);
  require_valid(exp.has_value());
  const double present = unix_seconds(now());
  if (*exp <= present) throw refusal(Refusal::kTokenExpired);
  check_audience(payload["aud"]);
  if (config_.hub) require_valid(payload["hub"] == Json(*config_.hub));
  // A claim that is missing altogether is for the typed claims to notice: it
  // makes the token malformed rather than invalid.
  for (const std::string_view claim : {"iat", "nbf"}) {
    const Json* value = payload.find(claim);
    if (value == nullptr) continue;
    const std::optional<double> begin = moment(*value);
    require_valid(begin && *begin <= present + kLeewaySeconds);
  }
  const Json* sub = payload.find("sub");
  require_valid(sub == nullptr || sub->is_string());
}

void TokenVerifier::check_audience(const Json& aud) const {
  const Json::Array names = aud.is_array() ? aud.items() : Json::Array{aud};
  require_valid(!names.empty());
  bool named = config_.audience == "*";
  for (const Json& name : names) {
    require_valid(name.is_string() && !name.as_string().empty());
    named = named || name.as_string() == config_.audience;
  }
  require_valid(named);
}

void TokenVerifier::check_still_valid(const Claims& claims) const {
  if (claims.expired(now())) throw refusal(Refusal::kTokenExpired);
  Issuer* issuer = find_issuer(claims.iss);
  if (issuer == nullptr || !issuer->revoked.exists()) return;
  if (!claims.jti) throw refusal(Refusal::kTokenMalformed);
  if (issuer->revoked.contains(*claims.jti)) throw refusal(Refusal::kTokenRevoked);
}

Claims TokenVerifier::static_claims(const Json& overrides) const {
  const double present = unix_seconds(now());
  Json payload = Json::object({
      {"iss", "static_issuer"},
      {"client_id", "static"},
      {"client_app", "static_app"},
      {"client_release", "v1.0.0"},
      {"client_device", "static_device"},
      {"org", "static_org"},
      {"aud", Json::array({"static_audience"})},
      {"preferred_username", "static_user"},
      {"scope", "openid profile email"},
      {"roles", Json::array({"admin"})},
      {"iat", present},
      {"exp", present + 24 * 60 * 60},
  });
  for (const auto& [claim, value] : overrides.members()) payload.set(claim, value);
  Claims claims = Claims::from_payload(payload);
  if (claims.exp <= present) throw refusal(Refusal::kTokenExpired);
  return claims;
}

void TokenVerifier::check_admission(const Claims& claims) const {
  const auto& allowed = config_.allowed_organizations;
  if (allowed && (!claims.org || !contains(*allowed, *claims.org))) {
    throw refusal(Refusal::kOrganizationNotAllowed);
  }
  if (claims.guest) throw refusal(Refusal::kScopedTokenUnsupported);
}

}  // namespace service
