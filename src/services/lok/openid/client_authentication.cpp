#include "services/lok/openid/client_authentication.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "jose/jose.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/openid/redirect_uri.h"

namespace lok {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kTooMany = 429;

struct Presented {
  std::string client_id;
  std::vector<std::string> secrets;  ///< what may have been meant; none: it sent none
};

[[noreturn]] void refuse(std::string why) { throw oauth_error("invalid_client", std::move(why)); }

std::string decode_base64(std::string_view text) {
  std::string url_safe(text);
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  while (url_safe.ends_with('=')) url_safe.pop_back();
  return jose::base64url_decode(url_safe);
}

/// The credentials of a Basic `Authorization` header, if there is one.
std::optional<std::string> basic_credentials(const net::HttpRequest& request) {
  constexpr std::string_view kScheme = "basic ";
  const std::string_view value = request.headers.get("Authorization").value_or("");
  if (value.size() <= kScheme.size() || !base::is_valid_utf8(value)) return std::nullopt;
  if (base::fold_case(value.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  try {
    return decode_base64(base::trim(value.substr(kScheme.size())));
  } catch (const base::Error&) {
    refuse("The Authorization header is not base64.");
  }
}

// The standard wants both halves encoded as forms are; many programs send them as they are.
std::vector<std::string> readings_of(std::string secret) {
  if (secret.empty()) return {};
  std::vector<std::string> readings{secret};
  std::ranges::replace(secret, '+', ' ');
  try {
    readings.push_back(net::percent_decode(secret));
  } catch (const base::Error&) {
    return readings;
  }
  return readings;
}

// Before it is logged or counted: strangers choose it.
void check_id(const std::string& client_id) {
  if (!may_be_client_id(client_id)) refuse("The client is unknown.");
}

Presented presented(const net::HttpRequest& request, const OAuthForm& form) {
  const std::optional<std::string> basic = basic_credentials(request);
  const std::string named = form.parameter("client_id");
  const std::string secret = form.parameter("client_secret");
  if (!basic) {
    if (named.empty()) refuse("The request does not say which client it comes from.");
    check_id(named);
    return {named, secret.empty() ? std::vector<std::string>{} : std::vector{secret}};
  }
  if (!secret.empty()) throw oauth_error("invalid_request", "Send the client secret once, not twice.");
  const std::size_t colon = basic->find(':');
  if (colon == std::string::npos) refuse("The Authorization header has no secret.");
  // No id needs encoding, but some programs encode all that is neither letter nor digit.
  Presented found{net::percent_decode(basic->substr(0, colon)), readings_of(basic->substr(colon + 1))};
  check_id(found.client_id);
  if (!named.empty() && named != found.client_id) {
    throw oauth_error("invalid_request", "The header and the form name different clients.");
  }
  return found;
}

bool proves(const Presented& client, const RelyingParty& party) {
  if (party.is_public()) return client.secrets.empty();
  bool matches = false;
  for (const std::string& secret : client.secrets) {
    matches |= base::equal_in_constant_time(hash_client_secret(secret), *party.secret_hash);
  }
  return matches;
}

std::optional<RelyingParty> find(sql::Database& database, const std::string& client_id) {
  std::optional<RelyingParty> party;
  database.read(sql::Database::Snapshot::kSingle,
                [&](sql::Reader& reader) { party = find_relying_party(reader, client_id); });
  return party;
}

}  // namespace

bool ClientAuthentication::is_meant(const net::HttpRequest& request, const OAuthForm& form) const {
  if (basic_credentials(request)) return true;
  const std::string client_id = form.parameter("client_id");
  return !client_id.empty() && find(database_, client_id).has_value();
}

RelyingParty ClientAuthentication::check(const net::HttpRequest& request, const OAuthForm& form) {
  const Presented client = presented(request, form);
  std::optional<RelyingParty> party = find(database_, client.client_id);
  if (!party) refuse("The client is unknown, or its secret is wrong.");
  const std::string caller = client.client_id + " " + network_of(request.client);
  // There is nothing to guess about a client without secret.
  if (!party->is_public() && !failures_.take(caller, base::monotonic_micros())) {
    throw oauth_error("slow_down", "Too many wrong secrets. Try again in a minute.");
  }
  if (!proves(client, *party)) {
    base::log::warning("lok.client_refused", {{"client", client.client_id}, {"from", request.client}});
    refuse("The client is unknown, or its secret is wrong.");
  }
  if (!party->is_public()) failures_.give_back(caller);
  return *std::move(party);
}

net::HttpResponse relying_party_failure(const std::exception& error) {
  net::HttpResponse response = oauth_failure(error);
  const auto* known = dynamic_cast<const base::Error*>(&error);
  if (known == nullptr) return response;
  if (known->reason() == "invalid_client") {
    response.status = kUnauthorized;
    response.headers.set("WWW-Authenticate", "Basic realm=\"lok\", charset=\"UTF-8\"");
  } else if (known->reason() == "slow_down") {
    response.status = kTooMany;
    response.headers.set("Retry-After", "60");
  }
  return response;
}

}  // namespace lok
