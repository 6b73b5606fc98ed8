#include "net/websocket_handshake.h"

#include <sodium.h>

#include <boost/uuid/detail/sha1.hpp>

#include "net/ascii.h"
#include "net/response_head.h"
#include "net/websocket.h"

namespace net {
namespace {

/// The protocol's proof that a WebSocket server read the request; no secret.
std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(text.data(), text.size());
  boost::uuids::detail::sha1::digest_type words;
  hash.get_digest(words);
  unsigned char digest[20];
  for (std::size_t i = 0; i < sizeof digest; ++i) {
    digest[i] = static_cast<unsigned char>(words[i / 4] >> (24 - 8 * (i % 4)));
  }
  char out[sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)];
  sodium_bin2base64(out, sizeof out, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
  return out;
}

/// 16 bytes in base64.
bool is_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  for (const char c : key.substr(0, 22)) {
    if (!is_alphanumeric(c) && c != '+' && c != '/') return false;
  }
  return true;
}

/// All fields of that name hold one list.
template <class Use>
void for_each_member(const HttpRequest& request, std::string_view name, Use use) {
  for (const auto& [field, value] : request.headers.fields()) {
    if (equals_ignoring_case(field, name)) for_each_in_list(value, use);
  }
}

bool has_member(const HttpRequest& request, std::string_view name, std::string_view token) {
  bool found = false;
  for_each_member(request, name,
                  [&](std::string_view item) { found = found || equals_ignoring_case(item, token); });
  return found;
}

}  // namespace

std::vector<std::string> offered_subprotocols(const HttpRequest& request) {
  std::vector<std::string> names;
  for_each_member(request, "Sec-WebSocket-Protocol",
                  [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

bool asks_for_websocket(const HttpRequest& request) {
  return has_member(request, "Upgrade", "websocket") && has_member(request, "Connection", "upgrade");
}

std::optional<Refusal> check_handshake(const HttpRequest& request, bool http11) {
  if (request.method != "GET" || !http11) return Refusal{400, "A WebSocket begins with GET and HTTP/1.1."};
  const auto version = request.headers.get("Sec-WebSocket-Version");
  if (!version || *version != "13") return Refusal{426, "Only version 13 of WebSocket is spoken here."};
  const auto key = request.headers.get("Sec-WebSocket-Key");
  if (!key || !is_key(*key)) return Refusal{400, "Sec-WebSocket-Key must be 16 bytes in base64."};
  const bool has_body =
      request.headers.get("Transfer-Encoding") || request.headers.get("Content-Length").value_or("0") != "0";
  if (has_body) return Refusal{400, "A WebSocket's first request has no body."};
  return std::nullopt;
}

std::string handshake_answer(const HttpRequest& request, std::string_view subprotocol) {
  HttpResponse response;
  response.status = 101;
  response.headers.add("Upgrade", "websocket");
  response.headers.add("Sec-WebSocket-Accept", accept_key(*request.headers.get("Sec-WebSocket-Key")));
  if (!subprotocol.empty()) response.headers.add("Sec-WebSocket-Protocol", std::string(subprotocol));
  return response_head(response, {});
}

}  // namespace net
