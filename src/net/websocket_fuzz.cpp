// A client's frames in arbitrary pieces: the same messages must come out
// however they arrive.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "base/text.h"
#include "net/websocket_frame.h"

namespace {

constexpr std::size_t kMaxMessage = 1000;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string decode(std::string_view bytes, std::size_t piece) {
  net::FrameDecoder decoder(kMaxMessage);
  std::string seen;
  std::string buffer;
  std::size_t fed = 0;
  while (true) {
    std::span<char> rest(buffer);
    const net::FrameDecoder::Event event = decoder.next(rest);
    buffer.erase(0, buffer.size() - rest.size());
    require(decoder.pending_bytes() <= kMaxMessage && event.payload.size() <= kMaxMessage);
    if (event.kind == net::FrameDecoder::Kind::kMore) {
      if (fed == bytes.size()) return seen;
      const std::string_view next = bytes.substr(fed, piece);
      buffer += next;
      fed += next.size();
      continue;
    }
    if (event.kind == net::FrameDecoder::Kind::kText) require(base::is_valid_utf8(event.payload));
    seen += std::to_string(static_cast<int>(event.kind)) + ":" + std::to_string(event.code) + ":" +
            event.payload + "\n";
    if (event.kind == net::FrameDecoder::Kind::kBroken) {
      require(net::is_valid_close_code(event.code));
      return seen;
    }
    if (event.kind == net::FrameDecoder::Kind::kClose) {
      require(net::close_frame(event.code, event.payload).size() <= 127);
      return seen;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(decode(bytes, bytes.size() + 1) == decode(bytes, 1 + data[0] % 64));
  return 0;
}
