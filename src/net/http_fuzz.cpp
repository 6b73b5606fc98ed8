// Everything a stranger's bytes meet before a handler: the request reader in
// arbitrary pieces, then host, path, query and form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"
#include "net/request_reader.h"
#include "net/request_target.h"
#include "net/server.h"
#include "net/websocket_handshake.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void decode(std::string_view text) {
  try {
    for (const auto& [key, value] : net::parse_form(text)) {
      require(net::percent_decode(net::percent_encode(key + value)) == key + value);
    }
  } catch (const base::Error&) {
  }
}

/// As HttpConnection reads: what is not used stays in front of what comes.
/// Returns the size of the first request, or 0 if there is none.
std::size_t read_request(std::string_view bytes, std::size_t piece) {
  const net::Limits limits;
  net::RequestReader reader(limits.header_bytes);
  std::string buffer;
  std::size_t used = 0;
  std::size_t fed = 0;
  while (true) {
    const net::RequestReader::Step step = reader.feed(buffer);
    require(step.used <= buffer.size());
    buffer.erase(0, step.used);
    used += step.used;
    switch (step.progress) {
      case net::RequestReader::Progress::kMore: {
        if (fed == bytes.size()) return 0;
        const std::string_view next = bytes.substr(fed, piece);
        buffer += next;
        fed += next.size();
        break;
      }
      case net::RequestReader::Progress::kHead: {
        net::HttpRequest& request = reader.request();
        if (net::interpret_target(request, {"localhost", 8000, bytes.size() % 3}, reader.http11())) return 0;
        require(request.path.starts_with('/') && request.path.find('\0') == std::string::npos);
        require(!request.host.empty() && request.host.find_first_of("/\"<>@ ") == std::string::npos);
        decode(request.query);
        if (net::asks_for_websocket(request) && !net::check_handshake(request, reader.http11())) {
          require(net::handshake_answer(request, {}).starts_with("HTTP/1.1 101 "));
        }
        if (!reader.limit_body(1000)) return 0;
        break;
      }
      case net::RequestReader::Progress::kDone:
        require(reader.request().body.size() <= 1000);
        return used;
      case net::RequestReader::Progress::kRefused:
        require(reader.refusal().status >= 400);
        return 0;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Where a request ends must not depend on how it arrived.
  const std::size_t whole = read_request(bytes, bytes.size() + 1);
  require(read_request(bytes, 1 + data[0] % 64) == whole);
  decode(bytes);
  return 0;
}
