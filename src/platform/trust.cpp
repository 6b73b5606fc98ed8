#include "platform/trust.h"

namespace platform {

service::AuthentikateConfig trust_in(const lok::Lok& lok, std::string audience) {
  service::AuthentikateConfig config;
  config.audience = std::move(audience);
  config.issuers.push_back({.iss = lok.configuration().issuer, .keys = [&lok] { return lok.keys(); }});
  return config;
}

}  // namespace platform
