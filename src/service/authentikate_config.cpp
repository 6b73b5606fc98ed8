#include "service/authentikate_config.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace service {
namespace {

[[noreturn]] void refuse(std::string_view key, std::string_view why) {
  throw base::Error(base::code::kValidation, "authentikate.{}: {}", key, why);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

void check_algorithms(const std::vector<std::string>& algorithms) {
  if (algorithms.empty()) refuse("algorithms", "at least one is needed; leave the key out for all of them.");
  const std::vector<std::string>& known = jose::default_algorithms();
  for (const std::string& algorithm : algorithms) {
    if (std::find(known.begin(), known.end(), algorithm) != known.end()) continue;
    refuse("algorithms", fmt::format("`{}` is not an asymmetric signature algorithm.", algorithm));
  }
}

void check_issuers(const std::vector<IssuerConfig>& issuers) {
  std::set<std::string_view> names;
  for (const IssuerConfig& issuer : issuers) {
    if (issuer.iss.empty()) refuse("issuers", "each needs its `iss`.");
    if (!names.insert(issuer.iss).second) refuse("issuers", fmt::format("`{}` is there twice.", issuer.iss));
  }
}

}  // namespace

void AuthentikateConfig::check() const {
  if (is_blank(audience)) refuse("audience", "must name this service as tokens do, or be `*`.");
  if (authorization_headers.empty()) refuse("authorization_headers", "at least one is needed.");
  check_algorithms(algorithms);
  check_issuers(issuers);
  if (!static_tokens.empty() && !allow_static_tokens) {
    refuse("static_tokens",
           "anybody who knows them is let in, so they are refused unless debug mode is on or "
           "`allow_static_tokens_in_production` is true.");
  }
}

}  // namespace service
