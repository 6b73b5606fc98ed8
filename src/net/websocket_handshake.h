// The HTTP request that becomes a WebSocket (RFC 6455, section 4). Pure
// functions. For net/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/request_reader.h"

namespace net {

bool asks_for_websocket(const HttpRequest& request);
/// What is wrong with the handshake, or nullopt.
std::optional<Refusal> check_handshake(const HttpRequest& request, bool http11);
/// The 101 answer, complete. No extension is ever accepted.
std::string handshake_answer(const HttpRequest& request, std::string_view subprotocol);

}  // namespace net
