#include "service/auth.h"

#include "jose/jose.h"
#include "service/auth_errors.h"

namespace service {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string_view bearer_token(const net::Headers& headers, const std::vector<std::string>& names) {
  constexpr std::string_view kScheme = "Bearer";
  for (const std::string& name : names) {
    std::string_view value = headers.get(name).value_or("");
    if (value.empty()) continue;
    if (!value.starts_with(kScheme) || value.size() == kScheme.size() || !is_blank(value[kScheme.size()])) {
      throw refusal(Refusal::kMalformedAuthorizationHeader);
    }
    value.remove_prefix(kScheme.size() + 1);
    return value.substr(0, value.find_first_of(" \t"));
  }
  throw refusal(Refusal::kNoAuthorizationHeader);
}

Authenticator::Authenticator(const TokenVerifier& verifier, IdentityDirectory& directory, Options options)
    : verifier_(verifier), directory_(directory), options_(options), cache_(options.capacity) {}

std::shared_ptr<const Identity> Authenticator::authenticate(const net::Headers& headers) {
  return authenticate_token(bearer_token(headers, verifier_.config().authorization_headers));
}

bool Authenticator::is_fresh(const IdentityCache::Entry& entry) const {
  const std::int64_t now = verifier_.now();
  return !entry.identity->claims.expired(now) && entry.epoch == epoch_.load(std::memory_order_acquire) &&
         entry.checked_at <= now &&
         now - entry.checked_at < std::chrono::microseconds(options_.recheck).count();
}

std::shared_ptr<const Identity> Authenticator::cached(std::string_view token) {
  IdentityCache::Entry entry = cache_.find(jose::sha256(token));
  return entry.identity && is_fresh(entry) ? std::move(entry.identity) : nullptr;
}

std::shared_ptr<const Identity> Authenticator::authenticate_token(std::string_view token) {
  const std::string digest = jose::sha256(token);
  IdentityCache::Entry entry = cache_.find(digest);
  if (entry.identity && is_fresh(entry)) return std::move(entry.identity);
  try {
    // Time and epoch from before the reads: a change during them is noticed.
    IdentityCache::Entry fresh{nullptr, verifier_.now(), epoch_.load(std::memory_order_acquire)};
    if (entry.identity) fresh.identity = check_again(*entry.identity);
    if (!fresh.identity) fresh.identity = make(token);
    cache_.put(digest, fresh);
    return fresh.identity;
  } catch (const base::Error&) {
    if (entry.identity) cache_.erase(digest);
    throw;
  }
}

/// Null if the rows are gone.
std::shared_ptr<const Identity> Authenticator::check_again(const Identity& known) {
  verifier_.check_still_valid(known.claims);
  IdentityRows rows = known.rows;
  if (!directory_.refresh(rows)) return nullptr;
  return std::make_shared<const Identity>(Identity{known.claims, std::move(rows)});
}

std::shared_ptr<const Identity> Authenticator::make(std::string_view token) {
  Claims claims = verifier_.verify(token);
  IdentityRows rows = directory_.expand(claims);
  return std::make_shared<const Identity>(Identity{std::move(claims), std::move(rows)});
}

}  // namespace service
