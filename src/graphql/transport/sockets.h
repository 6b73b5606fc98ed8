// GraphQL over WebSocket: the two sub-protocols on one path.
#pragma once

#include <functional>

#include "graphql/transport/host.h"
#include "net/websocket.h"

namespace graphql {

/// Runs on a worker thread, at the latest when one is free again.
void run_soon(const Machinery& machinery, std::function<void()> task);

/// Chooses the first offered sub-protocol we speak: `graphql-ws` (the legacy
/// protocol of the Python clients) or `graphql-transport-ws` (browsers). With
/// none of them the handshake is accepted and the socket closed with 4406.
net::WebSocketAccept accept_socket(const net::HttpRequest& request, const Machinery& machinery);

}  // namespace graphql
