#include "service/auth_keys.h"

#include "base/error.h"
#include "base/log.h"
#include "service/auth_errors.h"

namespace service {
namespace {

/// A clock that was set back counts as elapsed: waiting for it to catch up
/// could take for ever.
bool elapsed(const std::optional<std::int64_t>& since, std::int64_t interval, std::int64_t now) {
  return !since || now < *since || now - *since >= interval;
}

std::int64_t micros(std::chrono::microseconds duration) { return duration.count(); }

Fetch checked(const Fetch& fetch, const IssuerConfig& config) {
  if (fetch) return fetch;
  throw base::Error(base::code::kValidation,
                    "Issuer `{}` is configured with a URL, and this process cannot fetch URLs. Configure its "
                    "keys with the kinds `jwks_dict`, `rsa` or `rsa_file`.",
                    config.iss);
}

}  // namespace

IssuerKeys::IssuerKeys(const IssuerConfig& config, const Fetch& fetch, Clock clock)
    : iss_(config.iss), clock_(std::move(clock)) {
  if (const auto* keys = std::get_if<jose::KeySet>(&config.keys)) {
    keys_ = *keys;
  } else if (const auto* function = std::get_if<KeyFunction>(&config.keys)) {
    source_ = *function;
  } else {
    const KeyUri& remote = std::get<KeyUri>(config.keys);
    interval_ = micros(remote.min_refresh_interval);
    source_ = [remote, get = checked(fetch, config)] {
      return jose::KeySet::from_json(base::Json::parse(get(remote.uri, remote.request_timeout)));
    };
  }
}

std::optional<jose::Key> IssuerKeys::known(std::string_view kid) {
  const std::lock_guard lock(state_);
  const jose::Key* key = keys_.find(kid);
  return key == nullptr ? std::nullopt : std::optional(*key);
}

std::optional<jose::Key> IssuerKeys::find(std::string_view kid) {
  if (auto key = known(kid)) return key;
  if (!source_) return std::nullopt;
  const std::lock_guard one_at_a_time(loading_);
  if (auto key = known(kid)) return key;  // whoever held the lock loaded it
  if (elapsed(last_load_, interval_, clock_())) load();
  if (auto key = known(kid)) return key;
  if (failed_) throw refusal(Refusal::kKeyRetrievalFailed);
  return std::nullopt;
}

void IssuerKeys::load() {
  try {
    jose::KeySet fresh = source_();
    const std::lock_guard lock(state_);
    keys_ = std::move(fresh);
    failed_ = false;
  } catch (const std::exception& error) {
    failed_ = true;
    base::log::warning("auth.keys_unavailable", {{"issuer", iss_}, {"error", error.what()}});
  }
  // Afterwards, so that a slow failure is followed by a whole interval of rest.
  last_load_ = clock_();
}

RevocationList::RevocationList(const IssuerConfig& config, Fetch fetch, Clock clock)
    : uri_(config.revocation_uri),
      interval_(micros(config.revocation_refresh_interval)),
      timeout_(config.revocation_request_timeout),
      fetch_(uri_.empty() ? std::move(fetch) : checked(fetch, config)),
      clock_(std::move(clock)) {}

bool RevocationList::contains(const std::string& jti) {
  if (const std::unique_lock one_at_a_time(loading_, std::try_to_lock); one_at_a_time.owns_lock()) {
    if (elapsed(last_load_, interval_, clock_())) load();
  }
  const std::lock_guard lock(state_);
  return revoked_.contains(jti);
}

void RevocationList::load() {
  try {
    const base::Json document = base::Json::parse(fetch_(uri_, timeout_));
    std::unordered_set<std::string> fresh;
    for (const base::Json& jti : (document.is_array() ? document : document["revoked"]).items()) {
      fresh.insert(jti.as_string());
    }
    const std::lock_guard lock(state_);
    revoked_ = std::move(fresh);
  } catch (const std::exception& error) {
    // Fail open: the copy we have stays.
    base::log::warning("auth.revocations_unavailable", {{"url", uri_}, {"error", error.what()}});
  }
  last_load_ = clock_();
}

}  // namespace service
