#include "services/lok/login/token_endpoint.h"

#include <array>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "services/lok/login/device_authorization.h"
#include "services/lok/login/device_login.h"
#include "services/lok/login/envelope.h"
#include "services/lok/login/login.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/origin.h"
#include "services/lok/login/refresh.h"

namespace lok {
namespace {

using base::Json;

constexpr std::string_view kMandateKeyGrant = "urn:fakts:grant-type:mandate-key";
constexpr std::string_view kDeviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::string_view kRefreshGrant = "refresh_token";
constexpr std::string_view kCodeGrant = "authorization_code";

// A slowed app waits seconds longer for good, so only those are slowed that cannot mean it.
constexpr std::chrono::milliseconds kLeastPollInterval{kPollInterval * 800};

Json token_answer(const Login& login, std::string access_token, std::chrono::seconds lifetime) {
  return Json::object({{"access_token", std::move(access_token)},
                       {"token_type", "Bearer"},
                       {"expires_in", static_cast<std::int64_t>(lifetime.count())},
                       {"scope", base::join(login.scopes, " ")},
                       {"client_id", login.client_id}});
}

}  // namespace

TokenEndpoint::TokenEndpoint(sql::Database& database, const Configuration& configuration,
                             const Signer& signer, std::string device_secret)
    : database_(database),
      configuration_(configuration),
      signer_(signer),
      device_secret_(std::move(device_secret)),
      relying_parties_(database, configuration, signer, device_secret_),
      polls_(1, kLeastPollInterval) {}

TokenEndpoint::Granted TokenEndpoint::mandate_key(const OAuthForm& form, std::int64_t now) {
  static constexpr std::array<std::string_view, 3> kKinds{"DEVELOPMENT", "DESKTOP", "MOBILE"};
  MandateLogin wanted;
  wanted.key_hash = hash_key(form.required("key"));
  wanted.manifest = Manifest::parse(form.required("manifest"));
  wanted.kind = choose("requested_client_kind", form.parameter("requested_client_kind"), kKinds);
  wanted.role = choose_role(form.parameter("requested_client_role"));
  wanted.secret = device_secret_;
  std::optional<Login> again;
  database_.read(sql::Database::Snapshot::kConsistent,
                 [&](sql::Reader& reader) { again = log_in_again(reader, wanted, now); });
  if (again) return {*std::move(again), std::nullopt};
  wanted.new_client_id = base::uuid4();
  Granted granted;
  database_.write([&](sql::Writer& writer) { granted.login = log_in(writer, wanted, now); });
  return granted;
}

TokenEndpoint::Granted TokenEndpoint::device_code(const OAuthForm& form, std::int64_t now) {
  const std::string hash = hash_token(form.required("device_code"));
  const std::string client_id = form.required("client_id");
  try {
    database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      check_collectable(find_login_by_device_code(reader, hash), client_id, now);
    });
  } catch (const base::Error& error) {
    if (error.reason() == "authorization_pending" && !polls_.take(hash, base::monotonic_micros())) {
      throw oauth_error("slow_down", "Nobody has decided yet. Ask less often.");
    }
    throw;
  }
  Granted granted;
  granted.refresh_token = base::random_token();
  database_.write([&](sql::Writer& writer) {
    granted.login =
        collect_login(writer, hash, client_id, device_secret_, hash_token(*granted.refresh_token), now);
  });
  return granted;
}

TokenEndpoint::Granted TokenEndpoint::refresh_token(const OAuthForm& form, std::int64_t now) {
  const RefreshRequest wanted{form.required("client_id"), form.required("refresh_token"), device_secret_};
  database_.read(sql::Database::Snapshot::kSingle,
                 [&](sql::Reader& reader) { check_refresh(reader, wanted, now); });
  Refreshed refreshed;
  database_.write([&](sql::Writer& writer) { refreshed = refresh(writer, wanted, now); });
  return {std::move(refreshed.login), std::move(refreshed.token)};
}

void check_transport(const net::HttpRequest& request, const Configuration& configuration) {
  if (may_carry_secrets(request, configuration.allow_insecure_transport)) return;
  throw oauth_error("invalid_request", "Credentials are only taken over https here.");
}

net::HttpResponse TokenEndpoint::answer(const net::HttpRequest& request, const std::string& prefix) {
  try {
    check_transport(request, configuration_);
    const OAuthForm form(request);
    const std::string grant = form.required("grant_type");
    const std::int64_t now = base::now_micros();
    if (grant == kCodeGrant || (grant == kRefreshGrant && authentication().is_meant(request, form))) {
      return relying_parties_.answer(request, form, now);
    }
    Granted granted;
    if (grant == kMandateKeyGrant) {
      granted = mandate_key(form, now);
    } else if (grant == kDeviceCodeGrant) {
      granted = device_code(form, now);
    } else if (grant == kRefreshGrant) {
      granted = refresh_token(form, now);
    } else {
      throw oauth_error("unsupported_grant_type", fmt::format("The grant '{}' is not offered here.", grant));
    }
    const Login& login = granted.login;
    const std::chrono::seconds lifetime = configuration_.token_lifetime;
    const Json claims = claims_of(login, configuration_.issuer, lifetime, now);
    Json body = token_answer(login, signer_.sign(claims), lifetime);
    if (granted.refresh_token) body.set("refresh_token", *granted.refresh_token);
    add_envelope(body,
                 {.deployment_name = configuration_.deployment_name,
                  .prefix = prefix.empty() ? "" : prefix.substr(1),
                  .user = std::to_string(login.user),
                  .organization = std::to_string(login.organization),
                  .hub = login.hub_uid,
                  .tls_certificate = login.tls_certificate,
                  .composition = login.composition},
                 Origin::of(request));
    return uncached_json(200, body);
  } catch (const std::exception& error) {
    return oauth_failure(error);
  }
}

net::HttpResponse TokenEndpoint::revoke(const net::HttpRequest& request) {
  try {
    check_transport(request, configuration_);
    const OAuthForm form(request);
    if (authentication().is_meant(request, form)) return relying_parties_.revoke(request, form);
    const std::string token = form.required("token");
    const std::string client_id = form.required("client_id");
    database_.write([&](sql::Writer& writer) { revoke_chain(writer, client_id, token); });
    return uncached_json(200, Json::object());
  } catch (const std::exception& error) {
    return oauth_failure(error);
  }
}

}  // namespace lok
