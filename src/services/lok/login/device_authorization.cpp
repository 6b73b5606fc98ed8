#include "services/lok/login/device_authorization.h"

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "services/lok/login/device_login.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/oauth_form.h"
#include "services/lok/login/origin.h"
#include "services/lok/login/refresh.h"
#include "services/lok/login/user_code.h"

namespace lok {
namespace {

using base::Json;

constexpr std::int64_t kDefaultSeconds = 300;
constexpr std::int64_t kLeastSeconds = 10;
constexpr std::int64_t kMostSeconds = 900;

std::string text(const Json& body, std::string_view name) {
  const Json& value = body[name];
  if (value.is_null()) return "";
  if (!value.is_string()) throw oauth_error("invalid_request", fmt::format("'{}' is not a text.", name));
  return value.as_string();
}

std::int64_t seconds_of(const Json& body) {
  const Json& wanted = body["expiration_time_seconds"];
  if (wanted.is_null()) return kDefaultSeconds;
  const std::optional<std::int64_t> seconds = wanted.is_number() ? wanted.as_int64() : std::nullopt;
  if (!seconds) throw oauth_error("invalid_request", "'expiration_time_seconds' is not a whole number.");
  return std::clamp(*seconds, kLeastSeconds, kMostSeconds);
}

}  // namespace

net::HttpResponse DeviceAuthorization::start(const net::HttpRequest& request, const std::string& prefix) {
  static constexpr std::array<std::string_view, 4> kKinds{"DEVELOPMENT", "WEBSITE", "DESKTOP", "MOBILE"};
  if (!starts_.take(network_of(request.client), base::monotonic_micros())) {
    throw oauth_error("slow_down", "Too many apps begin a login from this address. Try again in a minute.");
  }
  const Json body = Json::parse(request.body);
  if (!body.is_object()) throw oauth_error("invalid_request", "The request is not a JSON object.");
  const std::string device_code = base::random_token();
  const std::int64_t now = base::now_micros();
  const std::int64_t seconds = seconds_of(body);
  DeviceLogin login;
  login.device_code_hash = hash_token(device_code);
  login.user_code = make_user_code();
  login.client_id = base::uuid4();
  login.kind = choose("requested_client_kind", text(body, "requested_client_kind"), kKinds);
  login.role = choose_role(text(body, "requested_client_role"));
  login.manifest = Manifest::read(body["manifest"]);
  login.expires_at = now + seconds * 1'000'000;
  database_.write([&](sql::Writer& writer) { stage_login(writer, login, now); });
  base::log::info("lok.device_login_started",
                  {{"client", login.client_id}, {"app", login.manifest.identifier}});

  const std::string page = request.origin() + prefix + "/device";
  return uncached_json(200, Json::object({{"device_code", device_code},
                                          {"user_code", login.user_code},
                                          {"client_id", login.client_id},
                                          {"verification_uri", page},
                                          {"verification_uri_complete", page + "?code=" + login.user_code},
                                          {"expires_in", seconds},
                                          {"interval", kPollInterval}}));
}

net::HttpResponse DeviceAuthorization::answer(const net::HttpRequest& request, const std::string& prefix) {
  try {
    if (!may_carry_secrets(request, configuration_.allow_insecure_transport)) {
      throw oauth_error("invalid_request", "Credentials are only taken over https here.");
    }
    return start(request, prefix);
  } catch (const std::exception& error) {
    return oauth_failure(error);
  }
}

}  // namespace lok
