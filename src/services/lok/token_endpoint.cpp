#include "services/lok/token_endpoint.h"

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "services/lok/envelope.h"
#include "services/lok/login.h"
#include "services/lok/oauth_error.h"
#include "services/lok/origin.h"

namespace lok {
namespace {

using base::Json;
using Form = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kMandateKeyGrant = "urn:fakts:grant-type:mandate-key";

/// A parameter given twice is an error in OAuth; empty counts as absent.
std::string parameter(const Form& form, std::string_view name) {
  std::string value;
  bool seen = false;
  for (const auto& [key, text] : form) {
    if (key != name) continue;
    if (seen) throw oauth_error("invalid_request", fmt::format("'{}' is given twice.", name));
    value = text;
    seen = true;
  }
  return value;
}

std::string required(const Form& form, std::string_view name) {
  std::string value = parameter(form, name);
  if (value.empty()) throw oauth_error("invalid_request", fmt::format("'{}' is missing.", name));
  return value;
}

template <std::size_t N>
std::string choice(const Form& form, std::string_view name, const std::array<std::string_view, N>& allowed) {
  const std::string value = parameter(form, name);
  if (value.empty()) return std::string(allowed.front());
  for (const std::string_view known : allowed) {
    if (base::fold_case(known) == value) return std::string(known);
  }
  throw oauth_error("invalid_request", fmt::format("'{}' cannot be '{}'.", name, value));
}

Json token_answer(const Login& login, std::string access_token, std::chrono::seconds lifetime) {
  return Json::object({{"access_token", std::move(access_token)},
                       {"token_type", "Bearer"},
                       {"expires_in", static_cast<std::int64_t>(lifetime.count())},
                       {"scope", base::join(login.scopes, " ")},
                       {"client_id", login.client_id}});
}

}  // namespace

net::HttpResponse TokenEndpoint::mandate_key(const net::HttpRequest& request,
                                             const std::string& prefix) const {
  static constexpr std::array<std::string_view, 3> kKinds{"DEVELOPMENT", "DESKTOP", "MOBILE"};
  static constexpr std::array<std::string_view, 2> kRoles{"INTERFACE", "AGENT"};
  const Form form = net::parse_form(request.body);
  MandateLogin wanted;
  wanted.key_hash = hash_key(required(form, "key"));
  wanted.manifest = Manifest::parse(required(form, "manifest"));
  wanted.kind = choice(form, "requested_client_kind", kKinds);
  wanted.role = choice(form, "requested_client_role", kRoles);
  wanted.secret = device_secret_;
  wanted.new_client_id = base::uuid4();

  const std::int64_t now = base::now_micros();
  database_.read(sql::Database::Snapshot::kSingle,
                 [&](sql::Reader& reader) { check_mandate(reader, wanted, now); });
  Login login;
  database_.write([&](sql::Writer& writer) { login = log_in(writer, wanted, now); });

  const std::chrono::seconds lifetime = configuration_.token_lifetime;
  const Json claims = claims_of(login, configuration_.issuer, lifetime, now);
  Json answer = token_answer(login, signer_.sign(claims), lifetime);
  add_envelope(answer,
               {.deployment_name = configuration_.deployment_name,
                .prefix = prefix.empty() ? "" : prefix.substr(1),
                .user = std::to_string(login.user),
                .organization = std::to_string(login.organization),
                .hub = login.hub_uid,
                .tls_certificate = login.tls_certificate,
                .composition = login.composition},
               Origin::of(request));
  return uncached_json(200, answer);
}

net::HttpResponse TokenEndpoint::answer(const net::HttpRequest& request, const std::string& prefix) const {
  try {
    if (!may_carry_secrets(request, configuration_.allow_insecure_transport)) {
      throw oauth_error("invalid_request", "Credentials are only taken over https here.");
    }
    const std::string grant = required(net::parse_form(request.body), "grant_type");
    if (grant == kMandateKeyGrant) return mandate_key(request, prefix);
    throw oauth_error("unsupported_grant_type", fmt::format("The grant '{}' is not offered here.", grant));
  } catch (const std::exception& error) {
    return oauth_failure(error);
  }
}

}  // namespace lok
