// The document every client reads first: where to log in.
#pragma once

#include <string>

#include "net/http.h"
#include "services/lok/configuration.h"

namespace lok {

/// Every address in it is the request's own origin: a client refuses endpoints
/// on any other, `localhost` and `127.0.0.1` included. `prefix` is `/lok`.
net::HttpResponse discovery(const Configuration& configuration, const std::string& prefix,
                            const net::HttpRequest& request);

}  // namespace lok
