// GraphQL over HTTP: POST with a JSON body, GET for queries, and the SDL.
#pragma once

#include <string>

#include "graphql/transport/host.h"
#include "net/server.h"

namespace graphql {

/// Registers `graphql`, `graphql/` (HTTP and WebSocket) and `schema` below the
/// prefix (`/rekuest`, or empty). Everything in `machinery` must outlive the
/// router's server.
void add_graphql_routes(net::Router& router, const std::string& prefix, Machinery machinery);

}  // namespace graphql
