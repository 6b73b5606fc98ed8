// The answer to a login: tokens and the app's whole configuration.
#pragma once

#include <string>

#include "base/json.h"
#include "services/lok/login/composition.h"
#include "services/lok/login/origin.h"

namespace lok {

struct Envelope {
  std::string deployment_name;
  std::string prefix;  ///< `lok`, without slashes
  std::string user;
  std::string organization;
  std::string hub;                             ///< uid
  std::optional<std::string> tls_certificate;  ///< PEM that clients pin for the services
  const Composition& composition;
};

/// The members `self`, `instances` and `statuses`, added to `answer`. Aliases
/// without a host take the request's.
void add_envelope(base::Json& answer, const Envelope& envelope, const Origin& origin);

}  // namespace lok
